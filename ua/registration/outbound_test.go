package registration

import (
	"testing"
	"time"
)

// sent is the reg-id of the last Send among actions, -1 without one.
func sent(actions []Action) int {
	id := -1
	for _, a := range actions {
		if send, ok := a.(Send); ok {
			id = send.RegID
		}
	}
	return id
}

func told(actions []Action) (c Changed) {
	for _, a := range actions {
		if changed, ok := a.(Changed); ok {
			c = changed
		}
	}
	return c
}

func TestStep_outbound(t *testing.T) {
	outbound := Response{Status: 200, Outbound: true, FlowTimer: 40 * time.Second}
	for _, c := range []struct {
		arrow     string
		regID     int
		responses []Response
		sends     int // reg-id of the REGISTER that the last response brings, -1 for none
		outbound  bool
		keepAlive time.Duration
		retryIn   [2]time.Duration
	}{
		{"registering: 200 with outbound -> the flow is kept", 1, []Response{outbound}, -1, true, 40 * time.Second, [2]time.Duration{}},
		{"registering: 200 without -> one binding as ever", 1, []Response{{Status: 200, FlowTimer: time.Second}}, -1, false, 0, [2]time.Duration{}},
		{"registering without reg-id: 200 with outbound -> not believed", 0, []Response{outbound}, -1, false, 0, [2]time.Duration{}},
		{"registering: 439 -> at once without outbound", 1, []Response{{Status: 439}}, 0, false, 0, [2]time.Duration{}},
		{"registering without outbound: 439 again -> failed, slowly", 1, []Response{{Status: 439}, {Status: 439}}, -1, false, 0, [2]time.Duration{150 * time.Second, 300 * time.Second}},
		{"registering without outbound: 200 -> one binding", 1, []Response{{Status: 439}, outbound}, -1, false, 0, [2]time.Duration{}},
		{"registering a second flow: 439 -> failed, slowly", 2, []Response{{Status: 439}}, -1, false, 0, [2]time.Duration{150 * time.Second, 300 * time.Second}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			m, actions := New(Config{RegID: c.regID, Seed: 1}).Step(Start{})
			if got := sent(actions); got != c.regID {
				t.Fatalf("REGISTER with reg-id %d", got)
			}
			for i, response := range c.responses {
				m, actions = m.Step(Responded{Tx(i + 1), response})
			}
			if got := sent(actions); got != c.sends {
				t.Errorf("then a REGISTER with reg-id %d", got)
			}
			changed := told(actions)
			if changed.Outbound != c.outbound || changed.KeepAlive != c.keepAlive {
				t.Errorf("told %+v", changed)
			}
			if changed.RetryIn < c.retryIn[0] || changed.RetryIn > c.retryIn[1] {
				t.Errorf("again in %v", changed.RetryIn)
			}
		})
	}
}

// Another network may have another edge proxy.
func TestStep_outbound_is_tried_again_on_another_network(t *testing.T) {
	m, _ := New(Config{RegID: 1}).Step(Start{})
	m, _ = m.Step(Responded{1, Response{Status: 439}})
	m, _ = m.Step(Responded{2, Response{Status: 200}})
	if _, actions := m.Step(NetworkChanged{}); sent(actions) != 1 {
		t.Errorf("%+v", actions)
	}
}
