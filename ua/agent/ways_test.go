package agent

import (
	"testing"

	"offhook/ua"
)

func TestWays_tell_how_the_server_is_reached(t *testing.T) {
	s := newServer(t, func(a *ua.Account) {})
	ways, err := s.phone.agent.Ways(t.Context())
	if err != nil || len(ways) != 1 {
		t.Fatalf("%+v, %v", ways, err)
	}
	w := ways[0]
	if w.Account != "a" || w.State != ua.Registered || w.Transport != ua.UDP || w.Remote != s.Address() || !w.Local.IsValid() || w.Server == "" || w.Outbound || w.GRUU != "" {
		t.Errorf("%+v", w)
	}
	s.phone.must(s.phone.agent.SetAccounts(nil))
	if ways, err = s.phone.agent.Ways(t.Context()); err != nil || len(ways) != 0 {
		t.Errorf("without accounts: %+v, %v", ways, err)
	}
}
