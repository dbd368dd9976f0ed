package watched

import (
	"strings"

	"offhook/ua"
	"offhook/ua/events/dialoginfo"
	"offhook/ua/events/rls"
	"offhook/ua/wire"
)

// maxResources bounds what a list may have us remember.
const maxResources = 256

// Board is what one subscription has told. The zero Board knows nothing. It is
// its owner's alone.
type Board struct {
	rows    map[string]*row
	order   []string
	listed  bool // a full list has come and nothing is missing since
	version uint32
}

type row struct {
	table dialoginfo.Table
	name  string
	told  ua.DialogsChanged
}

// Take takes the body of a NOTIFY of a resource's own subscription. A gap says
// that the full state has to be asked for.
func (b *Board) Take(resource string, body []byte) (news []ua.DialogsChanged, gap bool, err error) {
	info, err := dialoginfo.Parse(body)
	if err != nil {
		return nil, false, err
	}
	gap = b.apply(resource, info)
	return b.news(resource, nil), gap, nil
}

// TakeList takes the body of a NOTIFY of a list's subscription (RFC 4662 §5). A
// part that cannot be read makes its resource unknown and is returned as an
// error; the others count.
func (b *Board) TakeList(contentType string, body []byte) (news []ua.DialogsChanged, gap bool, err error) {
	list, err := rls.Parse(contentType, body)
	if err != nil {
		return nil, false, err
	}
	switch {
	case list.Full:
		news = b.keepOnly(list.Resources)
	case !b.listed:
		return nil, true, nil
	case list.Version <= b.version:
		return nil, false, nil
	case list.Version != b.version+1:
		b.listed = false
		return nil, true, nil
	}
	b.listed, b.version = true, list.Version
	for _, r := range list.Resources {
		missing, fault := b.takePart(r)
		gap = gap || missing
		if fault != nil {
			err = fault
		}
		news = b.news(r.URI, news)
	}
	return news, gap, err
}

func (b *Board) takePart(r rls.Resource) (gap bool, err error) {
	known := b.row(r.URI)
	if known == nil {
		return false, nil
	}
	if r.Name != "" {
		known.name = r.Name
	}
	switch {
	case r.State == "terminated":
		known.table = dialoginfo.Table{}
	case r.Body == nil:
	case !strings.EqualFold(r.ContentType, dialoginfo.ContentType):
		return false, dialoginfo.ErrDocument
	default:
		info, err := dialoginfo.Parse(r.Body)
		if err != nil {
			known.table = dialoginfo.Table{}
			return false, err
		}
		return b.apply(r.URI, info), nil
	}
	return false, nil
}

// keepOnly forgets what a full list does not have any more.
func (b *Board) keepOnly(resources []rls.Resource) (news []ua.DialogsChanged) {
	listed := map[string]bool{}
	for _, r := range resources {
		listed[r.URI] = true
	}
	kept := b.order[:0:0]
	for _, resource := range b.order {
		if listed[resource] {
			kept = append(kept, resource)
			continue
		}
		b.rows[resource].table = dialoginfo.Table{}
		news = b.news(resource, news)
		delete(b.rows, resource)
	}
	b.order = kept
	return news
}

// Lost says that the subscription does not stand any more.
func (b *Board) Lost() (news []ua.DialogsChanged) {
	b.listed = false
	for _, resource := range b.order {
		b.rows[resource].table = dialoginfo.Table{}
		news = b.news(resource, news)
	}
	return news
}

func (b *Board) row(resource string) *row {
	if known := b.rows[resource]; known != nil {
		return known
	}
	if len(b.order) >= maxResources {
		return nil
	}
	if b.rows == nil {
		b.rows = map[string]*row{}
	}
	known := &row{told: ua.DialogsChanged{Resource: resource}}
	b.rows[resource] = known
	b.order = append(b.order, resource)
	return known
}

func (b *Board) apply(resource string, info dialoginfo.Info) (gap bool) {
	known := b.row(resource)
	if known == nil {
		return false
	}
	var outcome dialoginfo.Outcome
	known.table, outcome = known.table.Apply(info)
	return outcome == dialoginfo.Gap
}

// news adds what is to be told of a resource, if it was not told already. A gap
// is not told: what was known before is the best guess until the full state is
// there.
func (b *Board) news(resource string, news []ua.DialogsChanged) []ua.DialogsChanged {
	known := b.rows[resource]
	if known == nil {
		return news
	}
	if known.table.Gapped() {
		return news
	}
	now := known.snapshot(resource)
	if now == known.told {
		return news
	}
	known.told = now
	return append(news, now)
}

func (r *row) snapshot(resource string) ua.DialogsChanged {
	e := ua.DialogsChanged{Resource: resource, Name: r.name, State: r.table.State(), Dialogs: r.table.Dialogs()}
	d, ok := r.table.Foremost()
	if !ok {
		return e
	}
	e.Incoming, e.Held = d.Incoming, d.Held
	e.CallID, e.LocalTag, e.RemoteTag, e.RemoteTarget = d.CallID, d.LocalTag, d.RemoteTag, d.Remote.Target
	text := d.Remote.Identity
	if text == "" {
		text = d.Remote.Target
	}
	e.Remote = ua.Party{URI: text, DisplayName: d.Remote.Display}
	if uri, err := wire.ParseURI(text); err == nil {
		e.Remote.User = wire.UnescapeUser(uri.User)
	}
	return e
}
