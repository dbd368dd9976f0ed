package pbx

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

func TestRegistrar_update(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	bound := func(key string, cseq uint32, life time.Duration) binding {
		return binding{key: key, callID: "a", cseq: cseq, Registration: Registration{Extension: "1001", Contact: key, Expires: now.Add(life)}}
	}
	for _, row := range []struct {
		name  string
		first []binding
		then  []binding
		err   error
		left  string
		added bool
	}{
		{"none: add -> one", nil, []binding{bound("x", 1, time.Minute)}, nil, "x", true},
		{"one: refresh -> one", []binding{bound("x", 1, time.Minute)}, []binding{bound("x", 2, time.Minute)}, nil, "x", false},
		{"one: another -> two", []binding{bound("x", 1, time.Minute)}, []binding{bound("y", 2, time.Minute)}, nil, "x y", true},
		{"two: remove one -> one", []binding{bound("x", 1, time.Minute), bound("y", 1, time.Minute)}, []binding{bound("x", 2, 0)}, nil, "y", false},
		{"one: older request -> unchanged", []binding{bound("x", 5, time.Minute)}, []binding{bound("x", 4, 0)}, errOldRequest, "x", false},
		{"one: one of two is older -> unchanged", []binding{bound("x", 5, time.Minute)}, []binding{bound("y", 9, time.Minute), bound("x", 5, 0)}, errOldRequest, "x", false},
		{"expired: anything -> gone", []binding{bound("x", 1, -time.Second)}, nil, nil, "", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := newRegistrar()
			r.aors["1001"] = row.first
			_, added, err := r.update("1001", row.then, now)
			if !errors.Is(err, row.err) || added != row.added {
				t.Errorf("added %v, error %v", added, err)
			}
			var left []string
			for _, b := range r.aors["1001"] {
				left = append(left, b.key)
			}
			if got := strings.Join(left, " "); got != row.left {
				t.Errorf("%q is left, want %q", got, row.left)
			}
		})
	}
}

func TestRegistrar_bounds_the_bindings(t *testing.T) {
	r, now := newRegistrar(), time.Unix(1_000_000, 0)
	for i := range maxBindings + 1 {
		_, _, err := r.update("1001", []binding{{key: fmt.Sprint(i), Registration: Registration{Expires: now.Add(time.Minute)}}}, now)
		if full := i == maxBindings; errors.Is(err, errTooMany) != full {
			t.Errorf("binding %d: %v", i, err)
		}
	}
	if list := r.lookup("1001", now); len(list) != maxBindings || list[0].key != fmt.Sprint(maxBindings-1) {
		t.Errorf("%d bindings, first %s", len(list), list[0].key)
	}
	if list := r.lookup("1001", now.Add(time.Hour)); len(list) != 0 {
		t.Errorf("%d bindings after their time", len(list))
	}
}

func TestRefusal_the_best_of_the_forks(t *testing.T) {
	for _, row := range []struct {
		statuses []int
		want     int
	}{
		{[]int{486}, 486}, {[]int{503, 486}, 486}, {[]int{486, 503}, 486}, {[]int{486, 603}, 603}, {[]int{603, 404}, 603}, {[]int{404, 302}, 302},
	} {
		var r refusal
		for _, status := range row.statuses {
			r.offer(status, "")
		}
		if r.status != row.want {
			t.Errorf("%v: %d, want %d", row.statuses, r.status, row.want)
		}
	}
}

// FuzzRequest feeds the exchange's own readers with whatever the parser lets
// through.
func FuzzRequest(f *testing.F) {
	f.Add("Contact: <sip:1001@h;transport=tls>;expires=60;+sip.instance=\"<urn:x>\";reg-id=1", "Signal=5\r\n")
	f.Add("Contact: *", "Signal=\r\n=")
	f.Add("Expires: 99999999999999999999", "Signal=AB")
	f.Add("Authorization: Digest username=\"1001\", realm=\"pbx.offhook.test\", nonce=\"\", uri=\"\", response=\"\"", "")
	p := &PBX{doorman: newDoorman(Config{Algorithms: Algorithms(), Extensions: Extensions()})}
	f.Fuzz(func(t *testing.T, header, content string) {
		if strings.ContainsAny(header, "\r\n") {
			return
		}
		message := "REGISTER sip:pbx.offhook.test SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1:5060;branch=z9hG4bKx\r\nFrom: <sip:1001@h>;tag=1\r\nTo: <sip:1001@h>\r\n" +
			"Call-ID: 1\r\nCSeq: 1 REGISTER\r\nContent-Type: application/dtmf-relay\r\n" + header + "\r\nContent-Length: " + fmt.Sprint(len(content)) + "\r\n\r\n" + content
		parsed, err := sip.ParseMessage([]byte(message))
		if err != nil {
			return
		}
		req, ok := parsed.(*sip.Request)
		if !ok || req.To() == nil || req.CallID() == nil || req.CSeq() == nil {
			return
		}
		req.SetTransport("TCP")
		req.SetSource("127.0.0.1:5060")
		list, _, err := p.changes(req, "1001", "MD5", time.Now())
		for _, b := range list {
			if err == nil && b.key == "" {
				t.Errorf("a binding without a key: %+v", b)
			}
		}
		wildcard(req)
		expires(req, nil)
		if digit := relayed(req); len(digit) > 1 {
			t.Errorf("digit %q", digit)
		}
		if who, _, err := p.doorman.check(req, "Authorization"); err == nil {
			t.Errorf("%s got in", who)
		}
	})
}
