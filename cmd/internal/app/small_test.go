package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media"
	"offhook/provisioning"
	"offhook/ua"
)

func TestRunParts(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	waits := func(order *[]string, name string) part {
		return part{name, func(ctx context.Context) error {
			<-ctx.Done()
			*order = append(*order, name)
			return nil
		}}
	}
	t.Run("context ends: each ends before the one that it needs", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			var order []string
			err := runParts(ctx, log, []part{waits(&order, "a"), waits(&order, "b"), waits(&order, "c")})
			if err != nil || strings.Join(order, "") != "cba" {
				t.Errorf("%v, %v", order, err)
			}
		})
	})
	t.Run("one fails: the others end, and its name is told", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			var order []string
			broken := errors.New("broken")
			err := runParts(t.Context(), log, []part{waits(&order, "a"), {"b", func(context.Context) error { return broken }}, waits(&order, "c")})
			if !errors.Is(err, broken) || err.Error() != "b: broken" || strings.Join(order, "") != "ca" {
				t.Errorf("%v, %v", order, err)
			}
		})
	})
	t.Run("one ends by itself: a failure too", func(t *testing.T) {
		err := runParts(t.Context(), log, []part{{"a", func(context.Context) error { return nil }}})
		if err == nil || err.Error() != "a: ended by itself" {
			t.Error(err)
		}
	})
}

func TestCallbook_figures_whatever_comes_first(t *testing.T) {
	stats := &media.Stats{Sent: 7}
	call := func(s ua.CallState) ua.Call { return ua.Call{ID: 3, State: s} }
	cases := []struct {
		name  string
		steps []func(*callbook)
	}{
		{"session closes, then the call is over", []func(*callbook){
			func(b *callbook) { b.note(call(ua.Confirmed)) }, func(b *callbook) { b.keep(3, stats) }, func(b *callbook) { b.note(call(ua.Terminated)) }}},
		{"an older state is told after the session has closed", []func(*callbook){
			func(b *callbook) { b.keep(3, stats) }, func(b *callbook) { b.note(call(ua.Confirmed)) }, func(b *callbook) { b.note(call(ua.Terminated)) }}},
		{"the call is over, then the session closes", []func(*callbook){
			func(b *callbook) { b.note(call(ua.Confirmed)) }, func(b *callbook) { b.note(call(ua.Terminated)) }, func(b *callbook) { b.keep(3, stats) }}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := newCallbook(slog.New(slog.DiscardHandler))
			for _, step := range c.steps {
				step(b)
			}
			if list := b.list(); len(list) != 1 || list[0].Media == nil || list[0].Media.Sent != 7 || list[0].Ended.IsZero() {
				t.Errorf("%+v", list)
			}
			if !b.idle() || len(b.last) != 0 {
				t.Errorf("left: %v", b.last)
			}
		})
	}
}

func TestCallbook_forgets_old_calls(t *testing.T) {
	b := newCallbook(slog.New(slog.DiscardHandler))
	for id := range ua.CallID(3 * endedCalls) {
		b.note(ua.Call{ID: id, State: ua.Terminated})
	}
	list := b.list()
	if len(list) != endedCalls || list[0].ID != 3*endedCalls-1 {
		t.Errorf("%d calls, the first is %d", len(list), list[0].ID)
	}
	if _, err := b.open("nobody", 1); !errors.Is(err, ua.ErrNoAccount) {
		t.Errorf("a call of no account: %v", err)
	}
	if err := b.sendDigit(99, '1'); !errors.Is(err, errNoSound) {
		t.Errorf("a digit into no call: %v", err)
	}
}

func TestBindings(t *testing.T) {
	b := newBindings()
	account := func(id string) ua.Account {
		return ua.Account{ID: ua.AccountID(id), User: id, Domain: "x.example", Transport: ua.TLS}
	}
	b.observe(ua.RegistrationChanged{Account: "a", State: ua.Registered, Server: "192.0.2.1:5061"}) // overtakes use
	b.use([]ua.Account{account("b"), account("a")})
	b.observe(ua.MessageWaiting{Account: "b", New: 2, Old: 1})
	list := b.list()
	if len(list) != 2 || list[0].ID != "b" || list[0].New != 2 || list[0].State != "unregistered" || list[1].State != "registered" || list[1].AOR != "sip:a@x.example" {
		t.Errorf("%+v", list)
	}
	first := list[1].Registered
	b.observe(ua.RegistrationChanged{Account: "a", State: ua.Registered})
	b.use([]ua.Account{account("a")})
	if list := b.list(); len(list) != 1 || !list[0].Registered.Equal(first) {
		t.Errorf("%+v", list)
	}
}

func TestLevel_the_agent_s_own_until_a_document_says(t *testing.T) {
	a := &App{}
	a.cfg.Agent.Log.Level = "debug"
	if got := a.level(provisioning.Default()); got != slog.LevelDebug {
		t.Errorf("a document that is silent: %v", got)
	}
	a.cfg.Agent.Log.Level = ""
	if got := a.level(provisioning.Default()); got != slog.LevelInfo {
		t.Errorf("nobody says: %v", got)
	}
}

func TestHistoryFile(t *testing.T) {
	dir := t.TempDir()
	log := &journalText{}
	h := newHistoryFile(stateDir{dir: dir}, slog.New(slog.NewTextHandler(log, nil)))
	if got := h.load(); got != nil || log.String() != "" {
		t.Errorf("no file: %v, %s", got, log)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.save([]phone.Entry{{Number: "old"}})
	h.save([]phone.Entry{{Number: "600"}}) // the newest wins
	if err := h.run(ctx); err != nil {
		t.Fatal(err)
	}
	if got := h.load(); len(got) != 1 || got[0].Number != "600" {
		t.Errorf("kept %+v", got)
	}
	if err := os.WriteFile(filepath.Join(dir, "calls.json"), []byte("[{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := h.load(); got != nil || !strings.Contains(log.String(), "begins anew") {
		t.Errorf("damaged: %v, %s", got, log)
	}
}

func TestInstanceID_is_kept(t *testing.T) {
	dir := t.TempDir()
	first, err := instanceID(dir)
	if err != nil || len(first) != len("urn:uuid:")+36 {
		t.Fatalf("%q, %v", first, err)
	}
	if second, err := instanceID(dir); second != first || err != nil {
		t.Errorf("%q, then %q, %v", first, second, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "instance"), []byte("cut off"), 0o600); err != nil {
		t.Fatal(err)
	}
	if third, err := instanceID(dir); third == first || err != nil || len(third) != len(first) {
		t.Errorf("a damaged file: %q, %v", third, err)
	}
}

func TestDeviceOf(t *testing.T) {
	root := fstest.MapFS{"proc/device-tree/serial-number": {Data: []byte("10000000abcd\x00")}}
	c := provisioning.DefaultAgentConfig()
	c.Device.MAC = phoneMAC
	if d := deviceOf(c, "Model", "v1", root); d.Serial != "10000000abcd" || d.MAC != phoneMAC || d.Model != "Model" {
		t.Errorf("%+v", d)
	}
	c.Device.Serial = "mine"
	if d := deviceOf(c, "Model", "v1", root); d.Serial != "mine" {
		t.Errorf("%+v", d)
	}
}

func TestPhoneConfig(t *testing.T) {
	doc := provisioning.Default()
	doc.Accounts = []provisioning.Account{{ID: "a", User: "1001", DisplayName: "Ada", Voicemail: "*97"}, {ID: "b", User: "1002"}}
	doc.Keys = []provisioning.Key{
		{Key: "line3", Type: "voicemail", Label: "Mail"}, {Key: "line1", Account: "b", Value: "600"}, {Key: string(hal.KeyCall), Value: "1005"},
		{Key: "line99", Value: "1"}, {Key: "lamp", Value: "2"},
	}
	c, err := phoneConfig(doc)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.LineKeys) != 3 || c.LineKeys[0].Account != "b" || c.LineKeys[2].Number != "*97" || c.LineKeys[2].Account != "a" || c.CallKey != "1005" {
		t.Errorf("%+v, %q", c.LineKeys, c.CallKey)
	}
	if c.Accounts[0].Label != "Ada" || c.Accounts[1].Label != "1002" {
		t.Errorf("%+v", c.Accounts)
	}
	doc.DialPlan.DigitMap = []string{"[1-"}
	if _, err := phoneConfig(doc); err == nil || !strings.Contains(err.Error(), "dial-plan.digit-map") {
		t.Errorf("a bad digit map: %v", err)
	}
	doc.Phone.TimeZone = "Nowhere/At-All"
	if zoneOf(doc) != time.UTC {
		t.Error("an unknown zone is not UTC")
	}
}

func TestNewest(t *testing.T) {
	slot := make(chan int, 1)
	for i := range 5 {
		newest(slot, i)
	}
	if got := <-slot; got != 4 || len(slot) != 0 {
		t.Errorf("got %d", got)
	}
}

func TestGain(t *testing.T) {
	levels := map[hal.Output]int{hal.Handset: 60, hal.Speaker: 100, hal.Ringer: 0}
	for output, want := range map[hal.Output]float64{hal.Handset: 0, hal.Speaker: 16, hal.Ringer: -96, hal.Headset: 0} {
		if got := gain(levels, output); got != want {
			t.Errorf("%s: %v dB, want %v", output, got, want)
		}
	}
}

func TestUntilTick(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 59, 58, 400_000_000, time.UTC)
	for _, c := range []struct {
		name string
		now  time.Time
		busy bool
		want time.Duration
	}{
		{"a call -> the next full second", at, true, 600 * time.Millisecond},
		{"at rest -> the minute's end in time", at, false, 1600 * time.Millisecond},
		{"at rest, on the minute -> not again at once", at.Truncate(time.Minute), false, 10 * time.Second},
	} {
		if got := untilTick(c.now, c.busy); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestUnwritten(t *testing.T) {
	const self = "/usr/bin/offhook"
	for _, c := range []struct {
		name, line  string
		start, size uintptr
		want        bool
	}{
		{"text -> given back", "00400000-00401000 r-xp 00000000 fe:00 12 /usr/bin/offhook", 0x400000, 0x1000, true},
		{"constants -> given back", "00401000-00403000 r--p 00000000 fe:00 12 /usr/bin/offhook", 0x401000, 0x2000, true},
		{"variables -> kept", "00403000-00404000 rw-p 00000000 fe:00 12 /usr/bin/offhook", 0, 0, false},
		{"shared -> kept", "00403000-00404000 r--s 00000000 fe:00 12 /usr/bin/offhook", 0, 0, false},
		{"another file -> kept", "00403000-00404000 r--p 00000000 fe:00 12 /usr/share/zoneinfo", 0, 0, false},
		{"heap -> kept", "c000000000-c000400000 rw-p 00000000 00:00 0", 0, 0, false},
		{"no address -> kept", "zzz-00404000 r-xp 00000000 fe:00 12 /usr/bin/offhook", 0, 0, false},
	} {
		if start, size, ok := unwritten(c.line, self); start != c.start || size != c.size || ok != c.want {
			t.Errorf("%s: %x, %x, %v", c.name, start, size, ok)
		}
	}
	if err := trimText(); err != nil { // and the test goes on
		t.Error(err)
	}
}
