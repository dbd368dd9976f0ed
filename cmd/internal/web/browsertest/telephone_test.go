//go:build browser

package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/media"
)

// telephone is one with something to tell in every section. What the pages must not
// reach is not there: the embedded nil panics.
type telephone struct {
	localapi.Backend
	picture []byte
	mu      sync.Mutex
	asked   []string
	dnd     bool
	began   time.Time
}

func newTelephone(t *testing.T) *telephone {
	t.Helper()
	picture, err := os.ReadFile("../../screen/testdata/320x240/idle-lines.png")
	if err != nil {
		t.Fatal(err)
	}
	return &telephone{picture: picture, began: time.Now()}
}

func (p *telephone) note(what string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, what)
	return nil
}

// heard is what was asked since the last time.
func (p *telephone) heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.asked
	p.asked = nil
	return all
}

func (p *telephone) Status(context.Context) (localapi.Status, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	return localapi.Status{
		Version: "1.8.0", Board: "pi-zero2-desk", Model: "Desk telephone", Started: now.Add(-76 * time.Hour),
		Accounts: []localapi.Account{
			{ID: "1001", AOR: "sip:1001@pbx.example", Transport: "tls", State: "registered", Server: "pbx.example:5061", Expires: now.Add(52 * time.Minute), New: 2},
			{ID: "2001", AOR: "sip:reception@second.example", Transport: "udp", State: "failed", Cause: "503 Service Unavailable from 192.0.2.9:5060", Retry: now.Add(95 * time.Second)},
		},
		Calls: []localapi.Call{
			{ID: 9, Account: "1001", Incoming: true, State: "confirmed", Remote: "sip:1002@pbx.example", Name: "Ada Lovelace", Started: now.Add(-140 * time.Second), Answered: p.began.Add(-130 * time.Second), Media: p.talk(),
				Grade: "good", Verdict: "the sound is good"},
			{ID: 8, Account: "1001", State: "terminated", Remote: "sip:600@pbx.example", Started: now.Add(-2 * time.Hour), Answered: now.Add(-119 * time.Minute), Ended: now.Add(-110 * time.Minute), Cause: "remote-bye",
				Grade: "bad", Verdict: "4 % of the packets that were to come here were lost, in bursts of 300 ms", Media: &media.Stats{Received: 25800, Lost: 1032, Late: 12, Jitter: 31 * time.Millisecond, Concealed: 19 * time.Second, Encoding: "PCMA", MOSConversational: 2.9}},
			{ID: 7, Account: "2001", Incoming: true, State: "terminated", Remote: "sip:+4930123456789@second.example", Started: now.Add(-3 * time.Hour), Ended: now.Add(-3*time.Hour + 20*time.Second), Cause: "cancelled"},
		},
		Diverting: localapi.Diverting{DoNotDisturb: p.dnd},
		Provisioning: localapi.Provisioning{State: "provisioned", Source: "https://config.example/phones/001122334455.yaml", Step: "dhcp-66", Found: "option 66 of 192.0.2.1", Applied: now.Add(-27 * time.Hour), Verdict: "confirmed",
			LastAttempt: now.Add(-20 * time.Minute), NextFetch: now.Add(40 * time.Minute), LeftOut: []string{"line 14: linekey.3.type 99: there is no such key"},
			Waiting: []localapi.Waiting{{Server: "https://other.example", Step: "pnp", Issuer: "Example CA", Fingerprint: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}}},
		Firmware: localapi.Firmware{Slot: "b", Phase: "ready", Wanted: "1.9.0", Due: now.Add(3 * time.Hour)},
		Audio:    localapi.Audio{SampleRate: 16000, Period: 160, State: "running", PlaybackXruns: 3},
		Devices:  []localapi.Device{{Part: "lamps.line3", Error: "gpiochip0 line 22 is in use by another program"}},
	}, nil
}

func (p *telephone) talk() *media.Stats {
	return &media.Stats{Received: 6500, Lost: 9, Late: 2, Jitter: 6400 * time.Microsecond, Concealed: 180 * time.Millisecond, PlayoutDelay: 40 * time.Millisecond, RoundTrip: 23 * time.Millisecond, MOSConversational: 4.2,
		Encoding: "G722", Suite: "AES_CM_128_HMAC_SHA1_80"}
}

func (p *telephone) Call(_ context.Context, id uint64) (localapi.CallDetail, error) {
	d := localapi.CallDetail{Call: localapi.Call{ID: id}, Began: p.began}
	for i := range 130 {
		s := media.Second{Expected: 50, Jitter: uint16(5 + i*i%7), MOS: 42}
		if i%37 == 20 {
			s.Lost, s.Jitter = 3, 19
		}
		d.Seconds = append(d.Seconds, s)
	}
	return d, nil
}

func (p *telephone) Explain(context.Context) ([]localapi.Setting, error) {
	all := []localapi.Setting{
		{Path: "phone.name", Value: "Reception", Origin: "line 3", State: "confirmed"},
		{Path: "phone.language", Value: "en", Origin: "default"},
		{Path: "accounts[1001].aor", Value: "sip:1001@pbx.example", Origin: "line 6", State: "confirmed"},
		{Path: "accounts[1001].password", Value: "***", Origin: "line 8", State: "confirmed"},
		{Path: "door.relay", Value: "front-door", Origin: "line 40", State: "confirmed"},
		{Path: "door.hold", Value: "3s", Origin: "default"}, {Path: "door.delay", Value: "0s", Origin: "default"},
		{Path: "door.relays[yard].relay", Value: "yard", Origin: "line 44", State: "confirmed"}, {Path: "door.relays[yard].hold", Value: "8s", Origin: "line 45"}, {Path: "door.relays[yard].delay", Value: "2s", Origin: "line 46"},
		{Path: "network.listen", Value: "", Origin: "default"},
	}
	for i := range 240 {
		all = append(all, localapi.Setting{Path: fmt.Sprintf("audio.example-%03d", i), Value: fmt.Sprint(i), Origin: "default"})
	}
	return all, nil
}

func (p *telephone) History(context.Context) (localapi.History, error) {
	at := time.Now().Add(-27 * time.Hour)
	url := "https://config.example/phones/001122334455.yaml"
	return localapi.History{Documents: []localapi.Kept{
		{Number: 12, InForce: true, Step: "dhcp-66", URL: url, Size: 2310, Fetched: at, Applied: at, Verdict: "confirmed"},
		{Number: 11, Step: "dhcp-66", URL: url, Size: 2298, Fetched: at.Add(-time.Hour), Applied: at.Add(-time.Hour), Verdict: "rolled back", Why: "account 1001 was not registered within 3 minutes"},
		{Number: 10, Step: "dhcp-66", URL: url, Size: 2251, Fetched: at.Add(-900 * time.Hour), Applied: at.Add(-900 * time.Hour), Verdict: "confirmed"},
	}}, nil
}

func (p *telephone) Kept(_ context.Context, n int) (localapi.KeptDocument, error) {
	return localapi.KeptDocument{Kept: localapi.Kept{Number: n}, Document: "offhook: 1\nphone:\n  name: Reception\naccounts:\n  - aor: sip:1001@pbx.example\n    password: \"***\"\n"}, nil
}

func (p *telephone) Differences(_ context.Context, a, b int) ([]string, error) {
	return []string{"phone.name: Desk becomes Reception", "keys[2].value: 1004 becomes 1005"}, nil
}

func (p *telephone) Rollback(_ context.Context, r localapi.RollbackRequest) (localapi.RollbackRequest, error) {
	return r, p.note(fmt.Sprint("rollback ", r.Number))
}
func (p *telephone) Dial(_ context.Context, r localapi.DialRequest) error {
	return p.note("dial " + r.Target)
}
func (p *telephone) Answer(context.Context) error { return errors.New("no call rings") }
func (p *telephone) Hangup(context.Context) error { return p.note("hangup") }
func (p *telephone) DoNotDisturb(_ context.Context, r localapi.Switch) error {
	_ = p.note(fmt.Sprint("dnd ", r.On))
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dnd = r.On
	return nil
}
func (p *telephone) OpenDoor(_ context.Context, r localapi.DoorRequest) error {
	return p.note("door " + r.Relay)
}
func (p *telephone) FirmwareBack(context.Context) error     { return p.note("firmware back") }
func (p *telephone) Screen(context.Context) ([]byte, error) { return p.picture, nil }
func (p *telephone) Reprovision(context.Context) error      { return p.note("reprovision") }

func (p *telephone) Logs(ctx context.Context, follow bool, line func([]byte) error) error {
	for i := range 60 {
		level, msg, more := "INFO", "registered", `"account":"1001","server":"pbx.example:5061","expires":"1h0m0s"`
		switch i % 9 {
		case 3:
			level, msg, more = "WARN", "a call was bad", `"room":"media","call":8,"remote":"sip:600@pbx.example","why":"4 % of the packets were lost"`
		case 5:
			level, msg, more = "ERROR", "lamp cannot be set", `"part":"lamps.line3","error":"gpiochip0 line 22 is in use"`
		case 7:
			level, msg, more = "DEBUG", "timer", `"room":"phone","markup":"<img src=x onerror=alert(1)>"`
		}
		at := p.began.Add(time.Duration(i-60) * time.Second).Format(time.RFC3339Nano)
		if err := line([]byte(fmt.Sprintf(`{"time":%q,"level":%q,"msg":%q,%s}`, at, level, msg, more))); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return nil
}
