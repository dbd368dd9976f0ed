package agent

import (
	"testing"

	"offhook/ua"
)

var transports = []ua.Transport{ua.TLS, ua.TCP, ua.UDP}

func everyTransport(t *testing.T, test func(*testing.T, ua.Transport)) {
	for _, transport := range transports {
		t.Run(string(transport), func(t *testing.T) { test(t, transport) })
	}
}

func TestCall_answered_held_by_both_and_ended(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := pair(t, transport)
		at, bt := talk(a, b)

		a.must(a.agent.Hold(at, true))
		b.awaitCallThat("held by a", func(c ua.Call) bool { return c.RemoteHold })
		a.awaitCallThat("held", func(c ua.Call) bool { return c.LocalHold })
		a.must(a.agent.Hold(at, false))
		b.awaitCallThat("resumed by a", func(c ua.Call) bool { return !c.RemoteHold })
		a.awaitCallThat("resumed", func(c ua.Call) bool { return !c.LocalHold })

		b.must(b.agent.Hold(bt, true))
		a.awaitCallThat("held by b", func(c ua.Call) bool { return c.RemoteHold })
		b.awaitCallThat("held", func(c ua.Call) bool { return c.LocalHold })
		b.must(b.agent.Hold(bt, false))
		a.awaitCallThat("resumed by b", func(c ua.Call) bool { return !c.RemoteHold })

		b.must(b.agent.Hangup(bt))
		if c := a.awaitCall(ua.Terminated); c.Cause != ua.RemoteBye {
			t.Errorf("a's cause is %q", c.Cause)
		}
		if c := b.awaitCall(ua.Terminated); c.Cause != ua.LocalBye {
			t.Errorf("b's cause is %q", c.Cause)
		}
		if got := len(o.Requests("CANCEL")); got != 0 {
			t.Errorf("%d CANCELs", got)
		}
	})
}
