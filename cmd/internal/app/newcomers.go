package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/provisioning"
	"offhook/provisioning/discover"
)

// newcomers follows the servers that wait for a person: it looks at their
// certificates, has the telephone ask, and carries out what it is answered.
type newcomers struct {
	log     *slog.Logger
	trust   *discover.Trust
	again   func()                                                    // fetches
	look    func(ctx context.Context, server string) localapi.Waiting // at a certificate
	tell    func(context.Context, phone.Servers)                      // nil: no screen
	found   chan []localapi.Waiting                                   // one slot: the newest
	decided chan phone.Effect

	mu      sync.Mutex // a leaf
	waiting []localapi.Waiting
}

func newNewcomers(log *slog.Logger) *newcomers {
	return &newcomers{log: log, found: make(chan []localapi.Waiting, 1), decided: make(chan phone.Effect, 8)}
}

// observe takes what discovery found. It never blocks; one goroutine calls it.
func (n *newcomers) observe(s provisioning.Status) {
	all := []localapi.Waiting{}
	for _, a := range s.Attempts {
		known := slices.ContainsFunc(all, func(w localapi.Waiting) bool { return w.Server == a.Waits })
		if a.Waits != "" && !known {
			all = append(all, localapi.Waiting{Server: a.Waits, Step: a.Step})
		}
	}
	newest(n.found, all)
}

// decide takes what a person has said at the telephone. It never blocks: who
// decides of more than that at once is not heard, and asked again.
func (n *newcomers) decide(e phone.Effect) {
	select {
	case n.decided <- e:
	default:
	}
}

// list is who waits.
func (n *newcomers) list() []localapi.Waiting {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.waiting)
}

func (n *newcomers) run(ctx context.Context) error {
	var looks sync.WaitGroup
	defer looks.Wait()
	seen := make(chan localapi.Waiting)
	certificates := map[string]localapi.Waiting{} // of those that wait; empty while it is looked
	found := []localapi.Waiting{}
	for {
		select {
		case <-ctx.Done():
			return nil
		case found = <-n.found:
		case e := <-n.decided:
			n.carryOut(e)
		case w := <-seen:
			certificates[w.Server] = w
		}
		for _, w := range n.use(ctx, found, certificates) {
			certificates[w.Server] = w
			looks.Go(func() {
				out := n.look(ctx, w.Server)
				out.Server, out.Step = w.Server, w.Step
				select {
				case seen <- out:
				case <-ctx.Done():
				}
			})
		}
	}
}

// use tells of those that wait still, and returns the ones to look at.
func (n *newcomers) use(ctx context.Context, found []localapi.Waiting, certificates map[string]localapi.Waiting) (unknown []localapi.Waiting) {
	waiting := n.trust.Waiting()
	all := slices.DeleteFunc(slices.Clone(found), func(w localapi.Waiting) bool { return !slices.Contains(waiting, w.Server) })
	for server := range certificates {
		if !slices.ContainsFunc(all, func(w localapi.Waiting) bool { return w.Server == server }) {
			delete(certificates, server) // looked at anew when it comes back
		}
	}
	for i, w := range all {
		c, known := certificates[w.Server]
		if !known {
			unknown = append(unknown, w)
		}
		all[i].Issuer, all[i].Fingerprint, all[i].Problem = c.Issuer, c.Fingerprint, c.Problem
	}
	n.mu.Lock()
	n.waiting = all
	n.mu.Unlock()
	if n.tell != nil {
		n.tell(ctx, asked(all, n.trust.Refused()))
	}
	return unknown
}

// asked is how the telephone is told.
func asked(all []localapi.Waiting, refused []string) phone.Servers {
	out := phone.Servers{Refused: refused}
	for _, w := range all {
		out.Waiting = append(out.Waiting, phone.Newcomer{Server: w.Server, Step: w.Step, Issuer: w.Issuer, Fingerprint: short(w.Fingerprint),
			Plain: !strings.HasPrefix(w.Server, "https:"), Problem: w.Problem})
	}
	return out
}

// short is the beginning of a fingerprint, as people compare it.
func short(fingerprint string) string {
	if len(fingerprint) < 16 {
		return ""
	}
	f := strings.ToUpper(fingerprint)
	return f[:4] + " " + f[4:8] + " " + f[8:12] + " " + f[12:16]
}

func (n *newcomers) carryOut(e phone.Effect) {
	var err error
	server := ""
	switch e := e.(type) {
	case phone.Decide:
		if server = e.Server; e.Accept {
			_, err = n.accept(server)
		} else {
			_, err = n.refuse(server)
		}
	case phone.ForgetRefused:
		_, err = n.forget("")
	}
	if err != nil {
		n.log.Error("what a person decided at the telephone", "server", server, "error", err)
	}
}

func (n *newcomers) accept(server string) (string, error) {
	accepted, err := n.trust.Accept(server)
	if accepted != "" {
		n.log.Info("a person has accepted a provisioning server", "server", accepted)
		n.again()
	}
	return accepted, err
}

func (n *newcomers) refuse(server string) (string, error) {
	refused, err := n.trust.Refuse(server)
	if refused != "" {
		n.log.Info("a person has refused a provisioning server", "server", refused)
	}
	return refused, err
}

func (n *newcomers) forget(server string) (string, error) {
	gone, err := n.trust.Forget(server)
	if len(gone) > 0 {
		n.log.Info("refused provisioning servers are asked about again", "servers", gone)
		n.again()
	}
	return strings.Join(gone, " "), err
}

// Accept lets a provisioning server be used that the network has named, and
// fetches from it.
func (a *App) Accept(_ context.Context, server string) (string, error) {
	return a.newcomers.accept(server)
}

// Refuse passes a provisioning server over from now on.
func (a *App) Refuse(_ context.Context, server string) (string, error) {
	return a.newcomers.refuse(server)
}

// Forget has refused servers asked about again.
func (a *App) Forget(_ context.Context, server string) (string, error) {
	return a.newcomers.forget(server)
}
