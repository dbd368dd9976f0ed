package pbx

import (
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"offhook/media"
	"offhook/media/sdp"
)

func TestCall_between_extensions(t *testing.T) {
	p, roots := exchange(t, nil)
	for _, way := range [][2]string{{"tls", "udp"}, {"udp", "tls"}, {"tcp", "tcp"}} {
		t.Run(way[0]+" to "+way[1], func(t *testing.T) {
			caller, callee := newPhone(t, p, roots, "1001", way[0]), newPhone(t, p, roots, "1002", way[1])
			callee.register(60)
			receive(t, callee.notifies, "the lamp's state")
			call := caller.dial("1002")
			in := callee.incoming()
			in.respond(180, "Ringing", nil)
			if res := call.response(); res.StatusCode != 180 {
				t.Fatal(res.String())
			}
			in.accept()
			call.connect()
			talk(t, call.voice, in.voice)
			in.bye()
			receive(t, caller.byes, "BYE")
		})
	}
}

// talk sends sound both ways.
func talk(t *testing.T, a, b *voice) {
	t.Helper()
	a.speak(20)
	if n := len(b.heard(t, 19)); n != 20 {
		t.Errorf("the callee heard %d of 20", n)
	}
	b.speak(20)
	if n := len(a.heard(t, 19)); n != 20 {
		t.Errorf("the caller heard %d of 20", n)
	}
}

func TestCall_held_and_resumed(t *testing.T) {
	p, roots := exchange(t, nil)
	caller, callee := newPhone(t, p, roots, "1001", "tls"), newPhone(t, p, roots, "1002", "tls")
	callee.register(60)
	call := caller.dial("1002")
	in := callee.incoming()
	in.accept()
	call.connect()
	changed, stop := p.journal.Listen()
	defer stop()
	for _, step := range []struct{ offered, answered media.Direction }{{media.SendOnly, media.SendOnly}, {media.SendRecv, media.SendRecv}} {
		done := make(chan media.Direction, 1)
		go func() { done <- call.reInvite(step.offered) }()
		again := callee.incoming()
		again.tag, again.voice = in.tag, in.voice
		again.take()
		if got := receive(t, done, "the answer"); got != step.answered {
			t.Errorf("offered %s, got %s", step.offered, got)
		}
		until(t, changed, func() bool { return p.Calls()[0].Held == (step.offered == media.SendOnly) })
	}
	talk(t, call.voice, in.voice)
	call.bye()
	receive(t, callee.byes, "BYE")
}

func TestCall_refusals(t *testing.T) {
	p, roots := exchange(t, nil)
	callee := newPhone(t, p, roots, "1002", "tcp")
	callee.register(60)
	for _, row := range []struct {
		name, to string
		status   int
		phone    int // what the called phone answers
	}{
		{"603: busy", "603", 486, 0},
		{"nobody's number", "1999", 404, 0},
		{"not registered", "1003", 480, 0},
		{"the phone is busy", "1002", 486, 486},
		{"the phone declines", "1002", 603, 603},
		{"the phone asks for a password", "1002", 500, 401},
	} {
		t.Run(row.name, func(t *testing.T) {
			call := newPhone(t, p, roots, "1001", "tls").dial(row.to)
			if row.phone != 0 {
				in := callee.incoming()
				in.respond(row.phone, "No", nil)
				close(in.in.done)
			}
			if res := call.final(); res.StatusCode != row.status {
				t.Errorf("%d %s", res.StatusCode, res.Reason)
			}
		})
	}
}

func TestCall_605_sounds_before_the_answer(t *testing.T) {
	p, roots := exchange(t, nil)
	call := newPhone(t, p, roots, "1001", "tls").dial("605")
	res := call.response()
	if res.StatusCode != 183 {
		t.Fatal(res.String())
	}
	must(t, call.voice.accept(res.Body()))
	receive(t, call.voice.packets, "sound")
	if res := call.final(); res.StatusCode != 480 {
		t.Errorf("%d", res.StatusCode)
	}
}

func TestCall_cancelled(t *testing.T) {
	p, roots := exchange(t, nil)
	callee := newPhone(t, p, roots, "1002", "udp")
	callee.register(60)
	caller := newPhone(t, p, roots, "1001", "tls")
	call := caller.dial("1002")
	in := callee.incoming()
	in.respond(180, "Ringing", nil)
	call.response()
	cancel(t, call)
	receive(t, callee.cancels, "CANCEL")
	if res := call.final(); res.StatusCode != 487 {
		t.Errorf("%d", res.StatusCode)
	}
	receive(t, in.in.tx.Acks(), "ACK") // one that comes to a phone that is gone opens a socket there
}

func cancel(t *testing.T, d *dialled) {
	t.Helper()
	req := sip.NewRequest(sip.CANCEL, d.invite.Recipient)
	for _, name := range []string{"Via", "From", "To", "Call-ID", "Max-Forwards"} {
		sip.CopyHeaders(name, d.invite, req)
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: d.invite.CSeq().SeqNo, MethodName: sip.CANCEL})
	req.SetTransport(d.invite.Transport())
	req.SetDestination(d.ph.server)
	req.SetBody(nil)
	must(t, d.ph.client.WriteRequest(req, complete))
}

func TestCall_forks_to_every_phone_and_the_first_answer_has_it(t *testing.T) {
	p, roots := exchange(t, nil)
	first, second := newPhone(t, p, roots, "1002", "tls"), newPhone(t, p, roots, "1002", "tcp")
	second.contact.Port = 5070
	first.register(60)
	second.register(60)
	call := newPhone(t, p, roots, "1001", "tls").dial("1002")
	a, b := first.incoming(), second.incoming()
	a.respond(180, "Ringing", nil)
	b.respond(180, "Ringing", nil)
	call.response()
	b.accept()
	call.connect()
	if c := receive(t, first.cancels, "CANCEL"); !strings.Contains(c.String(), "cause=200") {
		t.Errorf("the CANCEL does not tell why: %s", c)
	}
	talk(t, call.voice, b.voice)
	call.bye()
}

func TestCall_602_calls_back(t *testing.T) {
	p, roots := exchange(t, func(c *Config) { c.CallBackAfter = 50 * time.Millisecond })
	ph := newPhone(t, p, roots, "1001", "tls")
	ph.register(60)
	call := ph.dial("602")
	call.connect()
	receive(t, call.voice.packets, "the confirming tone")
	receive(t, ph.byes, "BYE")
	in := ph.incoming()
	if from := in.in.req.From().Address.User; from != "602" {
		t.Errorf("called by %s", from)
	}
	in.accept()
	receive(t, in.voice.packets, "a voice")
	in.bye()
}

func TestCall_a_phone_without_encryption_is_called_in_the_clear(t *testing.T) {
	p, roots := exchange(t, nil)
	ph := newPhone(t, p, roots, "1001", "tls")
	ph.policy = sdp.Off
	ph.register(60)
	must(t, p.Ring("1001"))
	in := ph.incoming()
	in.respond(488, "Not Acceptable Here", nil)
	close(in.in.done)
	in = ph.incoming()
	in.accept()
	receive(t, in.voice.packets, "a voice")
	if !in.voice.send.IsZero() {
		t.Error("encrypted")
	}
	in.bye()
}
