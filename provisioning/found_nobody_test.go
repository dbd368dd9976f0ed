package provisioning

import (
	"testing"
	"time"
)

func TestManager_a_server_that_waits_to_be_accepted_is_told(t *testing.T) {
	w := newWorld("one")
	w.steps = []Finding{{Step: "dhcp", Why: "https://prov.lan waits for a person", Waits: true, Server: "https://prov.lan"}, {Step: "pnp", Why: "https://other waits", Waits: true}, {Step: "cached", Why: "none"}}
	run(t, w, func(m *Manager) {
		s := m.Status()
		want(t, "state", s.State, Unprovisioned)
		want(t, "error", s.Error, "https://prov.lan waits for a person")
		want(t, "attempts", len(s.Attempts), 3)
		want(t, "who waits", s.Attempts[0].Waits, "https://prov.lan")
	})
}

func TestMachine_nobody_found(t *testing.T) {
	now := time.Unix(1e9, 0)
	m := machine{policy: policy{retryMin: 5 * time.Second, retryMax: time.Hour}, inForce: candidate{doc: Default()}}
	for i, most := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
		if m = m.afterFetch(fetched{nowhere: true}, input{now: now, random: 0.999}); m.fetchAt.Sub(now) > most || m.fetchAt.Sub(now) < most/2 {
			t.Errorf("unprovisioned, time %d: looks again after %s", i, m.fetchAt.Sub(now))
		}
	}
	m.inForce.record.Meta.Hash = "a server's"
	if m = m.afterFetch(fetched{nowhere: true, waits: "waits"}, input{now: now}); m.fetchAt.Sub(now) != time.Hour || m.status.Error != "waits" || m.failures != 0 {
		t.Errorf("provisioned: looks again after %s, %q", m.fetchAt.Sub(now), m.status.Error)
	}
}
