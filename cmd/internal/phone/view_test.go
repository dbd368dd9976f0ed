package phone

import (
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/hal"
	"offhook/ua"

	"github.com/google/go-cmp/cmp"
)

func labels(v View) string {
	var out []string
	for _, k := range v.Soft {
		out = append(out, k.Label)
	}
	return strings.Join(out, "|")
}

func TestView_soft_keys_suit_the_state(t *testing.T) {
	missed := Restore{[]Entry{{Kind: Missed, Number: "1007", New: true}, {Kind: Dialled, Number: "1002"}}}
	second := said(in(7, ua.Early))
	cases := []struct {
		name  string
		given []Input
		want  string
	}{
		{"idle", nil, "|Calls||Inbox"},
		{"idle after calls", then(missed), "Redial|Calls|Missed|Inbox"},
		{"dial tone", then(missed, lift), "Redial|Calls||Cancel"},
		{"digits", press("1"), "Dial|Del||Cancel"},
		{"calling", dialled(), "|||End"},
		{"ringing", then(second), "Answer|Reject|Silence|"},
		{"waiting", then(talking(), second), "Answer|Reject||End"},
		{"in call", talking(), "Hold|Xfer|New|End"},
		{"two calls", twoCalls(), "Conf|Xfer|Swap|End"},
		{"held", heldCall(), "Resume|Xfer|New|End"},
		{"held shown beside a talk", then(twoCalls(), press(hal.KeyDown)), "Swap|Xfer||End"},
		{"transfer", then(talking(), press(hal.KeyTransfer, "1")), "Xfer|Del|Call|Cancel"},
		{"failed", then(dialled(), said(over(out(ua.Trying), 486, ua.Rejected, ""))), "Redial|||Close"},
		{"missed list", then(missed, press(hal.KeyUp)), "Dial|Del|More|Back"},
		{"empty list", press(hal.KeyUp), "|||Back"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, _ := run(t, State{}, then(desk(t), c.given)...)
			if got := labels(s.View()); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestView_failures_in_words(t *testing.T) {
	cases := []struct {
		name        string
		end         ua.Call
		title, text string
	}{
		{"486 -> Busy", over(out(ua.Trying), 486, ua.Rejected, "Busy here"), "Busy", "Busy here"},
		{"600 -> Busy", over(out(ua.Trying), 600, ua.Rejected, "Busy everywhere"), "Busy", "Busy everywhere"},
		{"404 -> Unknown number", over(out(ua.Trying), 404, ua.Rejected, "Not found"), "Unknown number", "Not found"},
		{"setup -> the cause", over(out(ua.Trying), 0, ua.CauseSetupFail, "TLS: certificate has expired (pbx.example)"), "Cannot call", "TLS: certificate has expired (pbx.example)"},
		{"time-out without words -> ours", over(out(ua.Trying), 0, ua.Timeout, ""), "No reply", "The far end did not reply."},
		{"anything else", over(out(ua.Trying), 499, ua.Rejected, "Strange"), "Call failed", "Strange"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, _ := run(t, State{}, then(desk(t), dialled(), said(c.end))...)
			v := s.View()
			if v.Title != c.title || !slices.Equal(v.Text, []string{c.text}) || v.Party.Number != "1002" {
				t.Errorf("%q %q %+v", v.Title, v.Text, v.Party)
			}
		})
	}
}

func TestView_idle_tells_the_honest_cause(t *testing.T) {
	cause := "TLS: certificate signed by unknown authority (pbx.example)"
	fails := UA{ua.RegistrationChanged{Account: "a", State: ua.RegistrationFailed, Cause: cause}}
	s, _ := run(t, State{}, then(desk(t), fails)...)
	v := s.View()
	if v.Title != "Not registered" || !slices.Equal(v.Text, []string{"Front: " + cause}) || v.Status.Registration != RegPartly {
		t.Errorf("%q %q %d", v.Title, v.Text, v.Status.Registration)
	}
	s, _ = run(t, s, UA{ua.RegistrationChanged{Account: "a", State: ua.Registering, Cause: cause}})
	if v := s.View(); v.Status.Cause == "" {
		t.Error("trying again hides the cause")
	}
	s, _ = run(t, s, UA{ua.RegistrationChanged{Account: "a", State: ua.Registered}})
	if v := s.View(); v.Title != "" || v.Status.Registration != RegGood {
		t.Errorf("registered, and still %q", v.Title)
	}
}

func TestView_idle_tells_what_is_broken(t *testing.T) {
	cases := []struct {
		name, title, text string
		in                Input
	}{
		{"network down", "No network", "cable unplugged", Network{Cause: "cable unplugged"}},
		{"sound device gone", "No sound", "USB sound card unplugged", Audio{Gone: true, Cause: "USB sound card unplugged"}},
		{"configuration not renewed", "Configuration not renewed", "no route", Provisioning{State: ProvisioningFailed, Cause: "no route"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, _ := run(t, State{}, then(desk(t), c.in)...)
			if v := s.View(); v.Title != c.title || !slices.Equal(v.Text, []string{c.text}) {
				t.Errorf("%q %q", v.Title, v.Text)
			}
		})
	}
}

func TestView_provisioning(t *testing.T) {
	up, plug := Network{Up: true}, "Plug in the network cable, or check the wireless network."
	cases := []struct {
		arrow string
		net   Network
		in    Provisioning
		kind  Kind
		text  []string
	}{
		{"booting", up, Provisioning{}, KindBooting, nil},
		{"discovering", up, Provisioning{State: Discovering, Detail: "DHCP"}, KindProvisioning, []string{"DHCP"}},
		{"fetching", up, Provisioning{State: Fetching, Detail: "https://p.example", Progress: 250}, KindProvisioning, []string{"https://p.example"}},
		{"failed", up, Provisioning{State: ProvisioningFailed, Cause: "no route"}, KindProvisioningFailed, []string{"no route", "The phone tries again by itself."}},
		{"nothing in it", up, Provisioning{State: Provisioned}, KindIdle, []string{"The configuration names no account. Ask the administrator."}},
		{"discovering, no network -> what to do", Network{}, Provisioning{State: Discovering, Detail: "DHCP"}, KindProvisioning, []string{plug}},
		{"failed, no network -> what to do first", Network{}, Provisioning{State: ProvisioningFailed, Cause: "no route"}, KindProvisioningFailed, []string{plug, "no route", "The phone tries again by itself."}},
	}
	for _, c := range cases {
		t.Run(c.arrow, func(t *testing.T) {
			s, _ := run(t, State{}, c.net, c.in)
			v := s.View()
			if v.Kind != c.kind || cmp.Diff(v.Text, c.text) != "" && len(c.text) > 0 || v.Progress > 100 {
				t.Errorf("%v %q %d", v.Kind, v.Text, v.Progress)
			}
		})
	}
}

// A telephone that nobody has configured tells who it is.
func TestStep_first_start_offers_the_code(t *testing.T) {
	for _, state := range []ProvisioningState{Discovering, Fetching, ProvisioningFailed, Provisioned} {
		for _, k := range []hal.Key{hal.KeySoft1, hal.KeyOK} {
			given := then(Network{Up: true, Address: "192.0.2.17"}, device(), Provisioning{State: state})
			before, _ := run(t, State{}, given...)
			if got := before.View().Soft[0].Label; got != "QR" {
				t.Errorf("%v: the first key says %q", state, got)
			}
			s, _ := run(t, before, press(k)...)
			if v := s.View(); v.Kind != KindQR || v.QR != "offhook mac=00:04:f2:a8:1c:55 ip=192.0.2.17 model=Desk 4" {
				t.Errorf("%v, %s: %v %q", state, k, v.Kind, v.QR)
			}
			s, _ = run(t, s, press(hal.KeyCancel)...)
			if s.View().Kind != before.View().Kind {
				t.Errorf("%v: back at %v", state, s.View().Kind)
			}
		}
	}
	s, _ := run(t, State{}, Provisioning{})
	if soft := s.View().Soft; soft != ([4]SoftKey{}) {
		t.Errorf("a phone that starts offers %+v", soft)
	}
}

func TestView_a_call_counts_its_seconds(t *testing.T) {
	s, _ := run(t, State{}, then(desk(t), talking(), Clock{at().Add(67*time.Second + 300*time.Millisecond)})...)
	if v := s.View(); v.Elapsed != 67*time.Second {
		t.Errorf("elapsed %v", v.Elapsed)
	}
	_, effects := run(t, s, Clock{at().Add(67*time.Second + 900*time.Millisecond)})
	if len(effects) != 0 {
		t.Errorf("the same second is drawn again: %v", effects)
	}
}

func TestView_idle_is_drawn_once_a_minute(t *testing.T) {
	s, _ := run(t, State{}, desk(t)...)
	_, effects := run(t, s, Clock{at().Add(59 * time.Second)})
	if len(effects) != 0 {
		t.Errorf("%v", effects)
	}
	_, effects = run(t, s, Clock{at().Add(time.Minute)})
	if len(effects) != 1 {
		t.Errorf("%v", effects)
	}
}

func TestView_remarks(t *testing.T) {
	s, _ := run(t, State{}, then(desk(t), talking(), Digit{Call: 1, Digit: '4'}, Digit{Call: 1, Digit: '2'})...)
	if got := s.View().Notice; got != "They pressed 42" {
		t.Errorf("%q", got)
	}
	s, _ = run(t, s, fire{timerNotice})
	if got := s.View().Notice; got != "" {
		t.Errorf("%q stays", got)
	}
	s, _ = run(t, State{}, then(desk(t), talking(), Config{Accounts: []Account{{ID: "a"}}, DoorCode: true}, Digit{Call: 1, Digit: '2'})...)
	if got := s.View().Notice; got != "" {
		t.Errorf("a door station shows its code: %q", got)
	}
	s, _ = run(t, State{}, then(desk(t), press(hal.KeyConference))...)
	if got := s.View().Notice; got != "A conference needs a talk and a held call" {
		t.Errorf("%q", got)
	}
}

func TestView_status_is_read_line_by_line(t *testing.T) {
	for _, c := range []struct {
		arrow string
		keys  []hal.Key
		want  int
	}{
		{"menu, ok -> the first line", []hal.Key{hal.KeyMenu, hal.KeyOK}, 0},
		{"down -> the next", []hal.Key{hal.KeyMenu, hal.KeyOK, hal.KeyDown}, 1},
		{"up -> the last", []hal.Key{hal.KeyMenu, hal.KeyOK, hal.KeyUp}, 2},
	} {
		s, _ := run(t, State{}, then(desk(t), press(c.keys...))...)
		if got := s.View().List; got.Selected != c.want || len(got.Items) != 3 {
			t.Errorf("%s: %d of %d", c.arrow, got.Selected, len(got.Items))
		}
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"": "", "Anna Lindqvist": "AL", "zoë": "Z", "Jan van der Berg": "JB", "(7) – !": "7", "田中 花子": "田花"} {
		if got := initials(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
