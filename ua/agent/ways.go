package agent

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"offhook/ua"
)

// Ways tells how the accounts reach their servers now, in the order of their
// names, the first way of each first.
func (a *Agent) Ways(ctx context.Context) ([]ua.Way, error) {
	out := make(chan []ua.Way, 1)
	if err := a.command(func(o *owner) { out <- o.ways() }); err != nil {
		return nil, err
	}
	select {
	case ways := <-out:
		return ways, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-a.life.Done():
		return nil, ua.ErrClosed
	}
}

func (o *owner) ways() (all []ua.Way) {
	for _, id := range slices.Sorted(maps.Keys(o.lines)) {
		for _, e := range o.lines[id].edges() {
			all = append(all, e.way())
		}
	}
	return all
}

func (e *edge) way() ua.Way {
	b := &e.binding
	w := ua.Way{Account: e.line.account.ID, State: b.state, Server: e.query.Host, Outbound: b.outbound, GRUU: b.gruu}
	if f := e.flow; f != nil && f.alive() {
		w.Transport, w.Local, w.Remote = f.transport, f.local, f.remote
		w.Server = cmp.Or(f.target.Name, f.host, w.Server)
		if w.Public = e.public; !w.Public.IsValid() {
			w.Public = e.mapped
		}
	}
	return w
}
