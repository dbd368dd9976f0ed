package dialog

import (
	"strings"
	"testing"
	"time"
)

func TestStep_digits(t *testing.T) {
	info := func(kind, body string) Received {
		return with(req(2, "INFO", 2, body), func(r *Request) { r.ContentType = kind })
	}
	one, two := SendDigit{Digit: '1'}, SendDigit{Digit: '#', Duration: 250 * time.Millisecond}
	dialling := then(serving, one)
	plain := then(serving, one, got(1, 415, "far", ""))
	run(t, []row{
		{arrow: "confirmed: digit -> INFO", given: serving, when: one, want: "send INFO>far Signal=1\r\nDuration=160\r\n"},
		{arrow: "ringing: digit -> ignored", given: alerting, when: one, want: ""},
		{arrow: "confirmed: no digit -> ignored", given: serving, when: SendDigit{Digit: 'x'}, want: ""},
		{arrow: "dialling: another -> waits", given: dialling, when: two, want: ""},
		{arrow: "dialling: 200 -> rests", given: dialling, when: got(1, 200, "far", ""), want: ""},
		{arrow: "dialling two: 200 -> the next", given: then(dialling, two), when: got(1, 200, "far", ""), want: "send INFO>far Signal=#\r\nDuration=250\r\n"},
		{arrow: "dialling: 415 -> the other form", given: dialling, when: got(1, 415, "far", ""), want: "send INFO>far 1"},
		{arrow: "dialling the other form: 415 -> given up", given: plain, when: got(2, 415, "far", ""), want: ""},
		{arrow: "dialling two: 500 -> the next", given: then(dialling, two), when: got(1, 500, "far", ""), want: "send INFO>far Signal=#\r\nDuration=250\r\n"},
		{arrow: "dialling two: overtaken on the way, 500 -> again", given: then(dialling, two, Hold{true}), when: got(1, 500, "far", ""), want: "send INFO>far Signal=1\r\nDuration=160\r\n"},
		{arrow: "dialling two: the second try is the youngest, 500 -> the next", given: then(dialling, two, Hold{true}, got(1, 500, "far", "")), when: got(3, 500, "far", ""), want: "send INFO>far Signal=#\r\nDuration=250\r\n"},
		{arrow: "dialling two: not sent -> the next", given: then(dialling, two), when: Failed{Tx: 1}, want: "send INFO>far Signal=#\r\nDuration=250\r\n"},
		{arrow: "dialling: 481 -> BYE", given: dialling, when: got(1, 481, "far", ""), want: "send BYE>far; close; terminated error"},
		{arrow: "dialling: no response -> BYE", given: dialling, when: Failed{Tx: 1, Timeout: true}, want: "send BYE>far; close; terminated timeout"},
		{arrow: "dialling: Hangup -> BYE, no more digits", given: then(dialling, two), when: Hangup{}, want: "send BYE>far; close; terminated local-bye"},
		{arrow: "ended: 200 to a digit -> nothing", given: then(dialling, two, Hangup{}), when: got(1, 200, "far", ""), want: ""},
		{arrow: "confirmed: relay -> digit", given: serving, when: info("application/dtmf-relay; x=y", "Signal= *\r\nDuration= 90\r\n"), want: "reply#2 200; digit * 90ms"},
		{arrow: "confirmed: plain -> digit", given: serving, when: info("Application/DTMF", "7"), want: "reply#2 200; digit 7 160ms"},
		{arrow: "confirmed: event code -> digit", given: serving, when: info("application/dtmf", "11"), want: "reply#2 200; digit # 160ms"},
		{arrow: "confirmed: flash -> digit", given: serving, when: info("application/dtmf-relay", "signal=flash\n"), want: "reply#2 200; digit ! 160ms"},
		{arrow: "confirmed: a letter -> digit", given: serving, when: info("application/dtmf-relay", "Signal=d\n"), want: "reply#2 200; digit D 160ms"},
		{arrow: "confirmed: no digit in it -> 400", given: serving, when: info("application/dtmf-relay", "Duration=90"), want: "reply#2 400"},
		{arrow: "confirmed: several in it -> 400", given: serving, when: info("application/dtmf", "123"), want: "reply#2 400"},
		{arrow: "confirmed: an endless one -> bounded", given: serving, when: info("application/dtmf-relay", "Signal=1\r\nDuration=2147483647"), want: "reply#2 200; digit 1 30s"},
		{arrow: "answered: before the ACK -> digit", given: answered, when: info("application/dtmf", "1"), want: "reply#2 200; digit 1 160ms"},
	})
}

func TestStep_digits_bodies(t *testing.T) {
	r := newRig(Config{})
	for _, g := range then(serving, SendDigit{Digit: 'a', Duration: 250 * time.Millisecond}, got(1, 415, "far", ""), SendDigit{Digit: '!'}, got(2, 200, "far", "")) {
		r.feed(g)
	}
	var bodies []string
	for _, a := range r.acts {
		if send, ok := a.(Send); ok && send.Request.Method == "INFO" {
			bodies = append(bodies, send.Request.ContentType+" "+string(send.Request.Body))
		}
	}
	want := "application/dtmf-relay Signal=A\r\nDuration=250\r\n|application/dtmf A|application/dtmf !"
	if got := strings.Join(bodies, "|"); got != want {
		t.Errorf("sent %q, not %q", got, want)
	}
}

func TestStep_digits_are_bounded(t *testing.T) {
	r := newRig(Config{})
	for _, g := range serving {
		r.feed(g)
	}
	for range 2 * mostDigits {
		r.step(SendDigit{Digit: '1'})
	}
	if n := len(r.machine.infos.waiting); n != mostDigits {
		t.Errorf("%d wait", n)
	}
}

func FuzzParseDigit(f *testing.F) {
	f.Add("application/dtmf-relay", []byte("Signal=5\r\nDuration=160"))
	f.Add("application/dtmf", []byte("10"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		d, ok := parseDigit(kind, body)
		if ok != (d.Digit != 0) || d.Duration <= 0 || d.Duration > longestInfo {
			t.Fatalf("%q: %+v", body, d)
		}
		if again, _ := parseDigit(relayType, SendDigit(d).relay()); ok && again.Digit != d.Digit {
			t.Fatalf("%+v became %+v", d, again)
		}
	})
}
