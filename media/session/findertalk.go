package session

import (
	"net/netip"
	"slices"
	"time"

	"offhook/media/ice"
	"offhook/media/sdp"
)

// lite tells that this side only answers.
func (f *finder) lite() bool { return f.session.cfg.ICE.Mode == ice.Lite }

// newAgent readies an ICE session with new names.
func (f *finder) newAgent(controlling bool) *ice.Agent {
	ufrag, pwd := ice.Credentials()
	return ice.New(ice.Config{Lite: f.lite(), Controlling: controlling,
		Local: ice.Description{Ufrag: ufrag, Pwd: pwd, Lite: f.lite(), Candidates: f.candidates()}})
}

// offer completes an offer. Who offers first controls; a restart changes no role
// (RFC 8445 §6.1.1).
func (f *finder) offer(local *sdp.Local) {
	f.wants.Store(false)
	of := f.agent
	if of == nil || f.restart {
		f.next = f.newAgent(of == nil || of.Controlling())
		of = f.next
	}
	f.describe(of, local)
}

// answer completes an answer to an offer that has ICE. Another ufrag is a restart
// (RFC 8839 §4.4.1.1.1).
func (f *finder) answer(remote sdp.Remote, local *sdp.Local) {
	f.next = nil
	of := f.agent
	switch theirs := description(remote.ICE); {
	case of == nil:
		f.next = f.newAgent(theirs.Lite)
	case !of.Remote().Same(theirs):
		f.next = f.newAgent(of.Controlling())
	}
	if f.next != nil {
		of = f.next
	}
	f.describe(of, local)
}

// describe says what an agent is (RFC 8839 §4.2.1, §4.4.1.2).
func (f *finder) describe(a *ice.Agent, local *sdp.Local) {
	own := a.Local()
	list := own.Candidates
	local.ICE = &sdp.ICE{Ufrag: own.Ufrag, Pwd: own.Pwd, Lite: own.Lite}
	local.Default = preferred(list)
	if at, remote, ok := a.Selected(); ok && a.State() == ice.Completed {
		list, local.Default = []ice.Candidate{named(list, at)}, at
		if a.Controlling() {
			local.ICE.Chosen = []string{sdp.ChosenRemote(remote.Addr)}
		}
	}
	for _, c := range list {
		local.ICE.Candidates = append(local.ICE.Candidates, c.String())
	}
	f.described = local.Default
}

// preferred is who has no ICE is told: what is likeliest to work for it
// (RFC 8445 §5.1.4), short of a relay, which would have to let it in.
func preferred(list []ice.Candidate) netip.AddrPort {
	if i := slices.IndexFunc(list, func(c ice.Candidate) bool { return c.Type == ice.ServerReflexive }); i >= 0 {
		return list[i].Addr
	}
	if len(list) == 0 {
		return netip.AddrPort{}
	}
	return list[0].Addr
}

// named is the candidate of ours with an address, which the far end may have found.
func named(list []ice.Candidate, addr netip.AddrPort) ice.Candidate {
	if i := slices.IndexFunc(list, func(c ice.Candidate) bool { return c.Addr == addr }); i >= 0 {
		return list[i]
	}
	c := ice.NewCandidate(ice.PeerReflexive, addr, netip.AddrPort{}, netip.Addr{}, 0)
	if i := slices.IndexFunc(list, func(c ice.Candidate) bool { return c.Type == ice.Host && c.Addr.Addr().Is4() == addr.Addr().Is4() }); i >= 0 {
		c.Related = list[i].Addr
	}
	return c
}

// agree takes what both sides said. Of several answers the last one counts; they are
// of several far ends, with one name of ours.
func (f *finder) agree(remote sdp.Remote) {
	now := time.Now()
	next := f.next
	f.next, f.theirs = nil, remote.Addr
	if remote.ICE.None() {
		f.agent, f.path, f.restart = nil, ice.Path{}, false
		f.route.Store(nil)
		return
	}
	theirs := description(remote.ICE)
	switch {
	case next != nil:
	case f.agent != nil && f.agent.Remote() != nil && f.agent.Remote().Same(theirs):
		return
	case f.agent != nil:
		next = ice.New(ice.Config{Lite: f.lite(), Controlling: f.agent.Controlling(), Local: f.agent.Local()})
	default: // it answers what was not offered
		return
	}
	f.restart, f.updated, f.state = false, false, ice.Waiting
	f.agent = next
	f.agent.Describe(theirs, now)
}
