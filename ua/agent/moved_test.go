package agent

import (
	"testing"

	"offhook/ua"
)

// lastContact is what a user has told last with a method.
func (o *office) lastContact(method, user string) string {
	requests := o.Requests(method)
	for i := len(requests) - 1; i >= 0; i-- {
		if firstContact(&requests[i]) != "" && partyOfFrom(&requests[i]).User == user {
			return firstContact(&requests[i])
		}
	}
	return ""
}

func partyOfFrom(m *message) ua.Party { return (*owner)(nil).party(m, "From", false) }

// target is where a phone sends what is for the far end of a call.
func (p *phone) target(id ua.CallID) string {
	p.tb.Helper()
	out := make(chan string, 1)
	p.must(p.agent.command(func(o *owner) {
		_, target, _ := o.calls[id].machine.Dialog()
		out <- target
	}))
	return <-out
}

func TestCall_outlives_its_flow(t *testing.T) {
	for _, transport := range []ua.Transport{ua.TLS, ua.TCP} {
		t.Run(string(transport), func(t *testing.T) {
			o, a, b := pair(t, transport)
			at, bt := talk(a, b)
			before := map[string]string{"1001": o.lastContact("REGISTER", "1001"), "1002": o.lastContact("REGISTER", "1002")}
			o.Disconnect()
			for user, p := range map[string]*phone{"1001": a, "1002": b} {
				p.awaitState(ua.RegistrationFailed)
				p.awaitState(ua.Registered)
				if o.lastContact("REGISTER", user) == before[user] {
					t.Errorf("%s is where he was", user)
				}
			}
			waitFor(t, func() bool {
				return a.target(at) == o.lastContact("REGISTER", "1002") && b.target(bt) == o.lastContact("REGISTER", "1001")
			})
			a.must(a.agent.Hold(at, true))
			b.awaitCallThat("held", func(c ua.Call) bool { return c.RemoteHold })
			b.must(b.agent.Hangup(bt))
			if c := a.awaitCall(ua.Terminated); c.Cause != ua.RemoteBye {
				t.Errorf("the call ended with %q: %s", c.Cause, c.Reason)
			}
		})
	}
}

func TestCall_outlives_a_change_of_network(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := pair(t, transport)
		at, bt := talk(a, b)
		was := o.lastContact("REGISTER", "1001")
		a.must(a.agent.NetworkChanged())
		waitFor(t, func() bool {
			told := b.target(bt)
			return told != was && told == o.lastContact("REGISTER", "1001")
		})
		a.must(a.agent.Hangup(at))
		if c := b.awaitCall(ua.Terminated); c.Cause != ua.RemoteBye {
			t.Errorf("the call ended with %q: %s", c.Cause, c.Reason)
		}
	})
}
