package session

import (
	"log/slog"
	"slices"
	"time"

	"offhook/media/ice"
	"offhook/media/ice/turn"
)

// mostRestarts without success: whom nobody reaches in these is not there.
const mostRestarts = 3

// flush sends what the machines have to send, and draws from where they stand what
// others have to know.
func (f *finder) flush(now time.Time) {
	f.settle()
	f.late(now)
	for _, a := range f.agents() {
		for _, p := range a.Take() {
			if p.Via == ice.Direct {
				f.out.send(p.Packet, f.session.reach(p.To))
			} else if f.relay != nil {
				f.relay.Send(p.Packet, p.To, now)
			}
		}
	}
	if f.asker != nil {
		for _, p := range f.asker.Take() {
			f.out.send(p.Packet, p.To)
		}
	}
	if f.relay != nil {
		for _, p := range f.relay.Take() {
			f.out.send(p.Packet, p.To)
		}
	}
	if f.agent != nil {
		f.follow()
	}
}

// late gives the agents candidates that came after their description. They are told
// to the far end by the next; until then it finds them by itself.
func (f *finder) late(now time.Time) {
	for _, a := range f.agents() {
		own := a.Local().Candidates
		for _, c := range f.candidates() {
			if !f.restart && !slices.ContainsFunc(own, func(o ice.Candidate) bool { return o.Addr == c.Addr }) {
				a.Add(c, now)
			}
		}
	}
}

// follow has media go where the agent found the far end. In a restart the old path
// is used until there is a new one (RFC 8445 §9).
func (f *finder) follow() {
	path, state := f.agent.Path(), f.agent.State()
	if path == (ice.Path{}) && (state == ice.Waiting || state == ice.Checking) {
		path = f.path
	}
	if path.Via == ice.Relayed && (f.relay == nil || f.relay.Channel(path.Remote) == 0) {
		path = ice.Path{} // the server has let go of it
		if !f.restart {
			f.again(turn.ErrGone)
		}
	}
	if path != f.path {
		f.path = path
		f.tell()
	}
	if state == f.state {
		return
	}
	f.state = state
	switch state {
	case ice.Completed:
		f.restarts = 0
		f.completed()
	case ice.Failed:
		f.again(ice.ErrFailed)
	case ice.Lost:
		f.again(ice.ErrConsent)
	}
}

// tell tells the engine, and who makes keys, of the path.
func (f *finder) tell() {
	local, remote, _ := f.agent.Selected()
	f.log().Info("the way of the sound", slog.String("from", local.String()), slog.String("to", f.path.Remote.String()),
		slog.String("type", remote.Type.String()), slog.Bool("relayed", f.path.Via == ice.Relayed))
	if f.path == (ice.Path{}) {
		f.route.Store(nil)
	} else {
		r := &route{to: f.path.Remote}
		if f.path.Via == ice.Relayed {
			r.channel = channel{f.relay.Server(), f.relay.Channel(f.path.Remote)}
		}
		f.route.Store(r)
	}
	if f.spec != nil {
		if err := f.session.tellEngine(f.placed(*f.spec)); err != nil {
			f.log().Error("the way of the sound cannot be changed", slog.Any("error", err))
		}
	}
	if h := f.session.shaker; h != nil {
		h.nudge()
	}
}

// completed has a new offer say what path is in use, where what was said before is
// another one: who is on the way believes that (RFC 8839 §4.4.1.2.2).
func (f *finder) completed() {
	at, remote, ok := f.agent.Selected()
	if !ok || f.updated || !f.agent.Controlling() || f.lite() || at == f.described && remote.Addr == f.theirs {
		return
	}
	f.updated = true
	f.wants.Store(true)
}

// again restarts ICE when the way is lost.
func (f *finder) again(why error) {
	f.log().Warn("the sound has no way", slog.Any("error", why))
	if f.lite() || f.restarts >= mostRestarts {
		return
	}
	f.restarts++
	f.restart = true
	f.wants.Store(true)
}
