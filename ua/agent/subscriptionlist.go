package agent

import (
	"fmt"
	"strings"
	"time"

	"offhook/ua"
	"offhook/ua/events/dialoginfo"
	"offhook/ua/events/feature"
	"offhook/ua/events/reginfo"
	"offhook/ua/events/rls"
	"offhook/ua/events/summary"
	"offhook/ua/events/watched"
	"offhook/ua/registration"
	"offhook/ua/subscription"
)

// maxWatched bounds the resources with a subscription each.
const maxWatched = 128

// watchesOf makes the subscriptions that an account asks for.
func (o *owner) watchesOf(l *line) []*watch {
	var watches []*watch
	add := func(w *watch) *watch {
		w.line = l
		if w.uri == "" {
			w.uri = l.aor()
		}
		watches = append(watches, w)
		return w
	}
	a := l.account
	if a.MWI {
		add(&watch{event: summary.Event, accept: summary.ContentType}).take = func(_ string, body []byte) { o.summary(l, body) }
	}
	if a.RegEvent {
		o.takesRegistration(add(&watch{event: reginfo.Event, accept: reginfo.ContentType}))
	}
	if a.FeatureSync {
		w := add(&watch{event: feature.Event, accept: feature.Accept})
		w.take = func(contentType string, body []byte) { o.features(l, contentType, body) }
	}
	if a.WatchList != "" {
		o.takesList(add(&watch{
			event: dialoginfo.Event, accept: dialoginfo.ContentType + ", " + rls.ContentTypes, supported: rls.Extension,
			resource: a.WatchList, uri: o.resourceURI(l, a.WatchList), expires: watchFor,
		}))
	}
	for i, resource := range strings.Fields(a.Watch) {
		if i == maxWatched {
			o.log.Warn("not all resources are watched: a list at the server takes more", "account", a.ID, "most", maxWatched)
			break
		}
		o.takesDialogs(add(&watch{
			event: dialoginfo.Event, accept: dialoginfo.ContentType,
			resource: resource, uri: o.resourceURI(l, resource), expires: watchFor,
		}))
	}
	return watches
}

// watchFor is asked for where a lamp hangs on it: a server that has restarted
// over UDP is found out by the next refresh.
const watchFor = 30 * time.Minute

// resourceURI was checked by SetAccounts.
func (o *owner) resourceURI(l *line, resource string) string {
	uri, _ := resolveTarget(l.account, ua.Target(resource))
	return uri
}

func (o *owner) takesDialogs(w *watch) {
	board := &watched.Board{}
	w.take = func(contentType string, body []byte) {
		news, gap, err := board.Take(w.resource, body)
		o.dialogsOf(w, news, gap, err)
	}
	w.lost = func() { o.dialogsOf(w, board.Lost(), false, nil) }
}

func (o *owner) takesList(w *watch) {
	board := &watched.Board{}
	w.take = func(contentType string, body []byte) {
		news, gap, err := board.TakeList(contentType, body)
		o.dialogsOf(w, news, gap, err)
	}
	w.lost = func() { o.dialogsOf(w, board.Lost(), false, nil) }
}

func (o *owner) dialogsOf(w *watch, news []ua.DialogsChanged, gap bool, err error) {
	if err != nil {
		o.log.Debug("a notification of dialogs was not understood", "account", w.line.account.ID, "resource", w.resource, "error", err)
	}
	for _, e := range news {
		e.Account = w.line.account.ID
		o.emit(e)
	}
	if gap {
		o.stepWatch(w, subscription.Refetch{})
	}
}

// forcedApart is how long a forced registration keeps another one waiting, so that
// a server which removes each binding at once is not answered as fast.
const forcedApart = 10 * time.Second

// takesRegistration registers at once when the server tells that a binding of
// ours is gone or shorter (RFC 3680 §4.7).
func (o *owner) takesRegistration(w *watch) {
	views := map[*edge]reginfo.Watch{}
	var last time.Time
	w.take = func(_ string, body []byte) {
		info, err := reginfo.Parse(body)
		if err != nil {
			o.log.Debug("a notification of registrations was not understood", "account", w.line.account.ID, "error", err)
			return
		}
		for _, e := range w.line.edges() {
			view, verdict, after := views[e].Judge(info, e.binding.own)
			views[e] = view
			if e.binding.state != ua.Registered || verdict == reginfo.Fine {
				continue
			}
			o.log.Info("the server has changed our registration", "account", w.line.account.ID, "flow", e.regID, "verdict", verdict)
			if verdict == reginfo.Barred {
				continue
			}
			after = max(after, forcedApart-time.Since(last))
			last = time.Now().Add(after)
			o.clock.stop(w.later)
			w.later = o.clock.after(max(after, 0), func() { o.registerAgain(w.line) })
		}
	}
}

func (o *owner) registerAgain(l *line) {
	for _, e := range l.edges() {
		if e.binding.state == ua.Registered {
			o.stepBinding(e, registration.Refresh{})
		}
	}
}

// checkSubscriptions refuses resources that are neither users nor URIs.
func checkSubscriptions(account ua.Account) error {
	resources := strings.Fields(account.Watch)
	if account.WatchList != "" {
		resources = append(resources, account.WatchList)
	}
	for _, resource := range resources {
		if _, err := resolveTarget(account, ua.Target(resource)); err != nil {
			return fmt.Errorf("%q cannot be watched: it is neither a user nor a SIP URI", resource)
		}
	}
	switch account.Publish {
	case "", ua.PublishDialog, ua.PublishPresence:
		return nil
	}
	return fmt.Errorf("%q cannot be published: dialog and presence can", account.Publish)
}
