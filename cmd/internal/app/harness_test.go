package app

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/cmd/internal/lab"
	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
	"offhook/provisioning/native"
	"offhook/ua"
)

func TestMain(m *testing.M) {
	beMediaProcess()
	goleak.VerifyTestMain(m)
}

const (
	phoneMAC = "00:00:5e:00:53:07" // of the range for documentation (RFC 7042 §2.1.2)
	// The secrets that no log may show.
	sipPassword          = "offhook-1001"
	provisioningPassword = "prov-secret-77"
	doorCode             = "735519"
	// patience is how long a test waits for what has to come.
	patience = 20 * time.Second
	// endTime bounds the end of the phone: it promises 2 s, on a machine that is not stopped meanwhile.
	endTime = 20 * time.Second
)

// secrets are what a log must not hold: passwords, digests, SRTP keys.
var secrets = []string{sipPassword, provisioningPassword, doorCode, "inline:", "response=", "Authorization", "BEGIN RSA", "BEGIN EC", "BEGIN PRIVATE"}

// journalText is a log that tests read while it is written.
type journalText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journalText) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journalText) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// world is a phone on a fake board with a workbench to talk to.
type world struct {
	t       *testing.T
	lab     *lab.Lab
	parts   *parts
	mac     string
	dir     string // of its state and socket
	cfg     Config
	log     *journalText
	app     *App
	control *localapi.Client
	cancel  context.CancelFunc
	ended   chan error
	result  error
	running bool
}

func newWorld(t *testing.T, board string) *world {
	t.Helper()
	t.Parallel()
	l, err := lab.Start(context.Background(), lab.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w := newPhone(t, l, board, phoneMAC)
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	w.endWithTest()
	return w
}

// newPhone makes a phone that uses a workbench.
func newPhone(t *testing.T, l *lab.Lab, board, mac string) *world {
	t.Helper()
	w := &world{t: t, lab: l, parts: newParts(t), log: &journalText{}, mac: mac}
	dir, err := os.MkdirTemp("", "app") // short: a socket's path is at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	agent := provisioning.DefaultAgentConfig()
	agent.State, agent.Device.MAC = filepath.Join(dir, "state"), mac
	agent.Provisioning.URL, agent.Provisioning.CA = l.Addresses().ProvisioningURL, l.Addresses().CAPEM
	agent.Provisioning.Username, agent.Provisioning.Password = "phone", ua.NewSecret(provisioningPassword)
	ring := NewLogRing(500)
	debug := &slog.HandlerOptions{Level: slog.LevelDebug}
	w.cfg = Config{Version: "test", Board: loadBoard(t, board), Drivers: w.parts.drivers(), Agent: agent,
		Socket: filepath.Join(dir, "s"), Ring: ring, Level: new(slog.LevelVar),
		Log: slog.New(Fanout{slog.NewTextHandler(w.log, debug), slog.NewJSONHandler(ring, debug)})}
	w.dir = dir
	w.control = localapi.NewClient(w.cfg.Socket)
	return w
}

// endWithTest ends the phone before its workbench, and looks at what it has logged.
func (w *world) endWithTest() {
	w.t.Cleanup(func() {
		if w.running {
			w.stop()
		}
		w.judgeLog()
		if err := os.RemoveAll(w.dir); err != nil {
			w.t.Error(err)
		}
	})
}

func (w *world) judgeLog() {
	text := w.log.String()
	for _, s := range secrets {
		if i := strings.Index(text, s); i >= 0 {
			w.t.Errorf("the log tells a secret (%s): …%s…", s, text[max(0, i-200):min(len(text), i+60)])
		}
	}
	if w.t.Failed() {
		w.t.Log(text)
	}
}

// boot runs the phone and returns when it is ready.
func (w *world) boot() {
	w.t.Helper()
	ready := make(chan struct{})
	w.cfg.Ready = func() { close(ready) }
	w.app = newApp(w.cfg)
	var ctx context.Context
	ctx, w.cancel = context.WithCancel(context.Background())
	w.ended, w.running = make(chan error, 1), true
	go func() { w.ended <- w.app.run(ctx) }()
	select {
	case <-ready:
	case err := <-w.ended:
		w.running = false
		w.t.Fatalf("the phone ended at its start: %v", err)
	case <-time.After(patience):
		w.t.Fatal("the phone does not become ready")
	}
}

// stop ends the phone as an init system does and wants it to end in time,
// every part closed.
func (w *world) stop() {
	w.t.Helper()
	w.cancel()
	w.await(endTime)
	if w.result != nil {
		w.t.Errorf("the phone ended with %v", w.result)
	}
}

// await waits until the phone has ended.
func (w *world) await(within time.Duration) {
	w.t.Helper()
	limit := time.NewTimer(within)
	defer limit.Stop()
	select {
	case w.result = <-w.ended:
	case <-limit.C:
		w.t.Errorf("the phone has not ended within %s", within)
		w.result = <-w.ended
	}
	w.running = false
	w.cancel()
	if left := w.parts.open(); len(left) > 0 {
		w.t.Errorf("left open: %v", left)
	}
	if _, err := os.Stat(w.cfg.Socket); !os.IsNotExist(err) {
		w.t.Errorf("the control socket was left behind: %v", err)
	}
}

// until polls the phone by its control socket.
func (w *world) until(what string, ok func(localapi.Status) bool) localapi.Status {
	w.t.Helper()
	var last localapi.Status
	w.wait(what, func() bool {
		s, err := w.control.Status(w.t.Context())
		last = s
		return err == nil && ok(s)
	}, func() any { return last })
	return last
}

// wait polls for something.
func (w *world) wait(what string, ok func() bool, instead func() any) {
	w.t.Helper()
	tick, limit := time.NewTicker(5*time.Millisecond), time.NewTimer(patience)
	defer tick.Stop()
	defer limit.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case err := <-w.ended:
			w.ended <- err
			w.t.Fatalf("%s: the phone has ended: %v", what, err)
		case <-limit.C:
			w.t.Fatalf("%s did not come; instead: %+v", what, instead())
		}
	}
}

// view waits until the phone shows something.
func (w *world) view(what string, ok func(phone.View) bool) phone.View {
	w.t.Helper()
	var last phone.View
	w.wait(what, func() bool {
		v, err := ask(w.t.Context(), w.app.desk, phone.State.View)
		last = v
		return err == nil && ok(v)
	}, func() any { return last })
	return last
}

func kind(k phone.Kind) func(phone.View) bool {
	return func(v phone.View) bool { return v.Kind == k }
}

// registered boots and waits for the account to be registered.
func (w *world) registered() localapi.Status {
	w.t.Helper()
	w.boot()
	return w.until("registration", isRegistered)
}

func isRegistered(s localapi.Status) bool {
	return len(s.Accounts) == 1 && s.Accounts[0].State == "registered"
}

func (w *world) lift()    { w.parts.hook.set(hal.OffHook) }
func (w *world) replace() { w.parts.hook.set(hal.OnHook) }

// talking dials a number by hand and waits until sound comes back.
func (w *world) talking(number string) localapi.Call {
	w.t.Helper()
	w.lift()
	for _, digit := range number {
		w.parts.keys.tap(hal.Key(digit))
	}
	call := w.callIn("confirmed")
	w.until("packets both ways", func(s localapi.Status) bool {
		return len(s.Calls) > 0 && s.Calls[0].Media != nil && s.Calls[0].Media.Received > 0 && s.Calls[0].Media.Sent > 0
	})
	w.heard()
	return call
}

func (w *world) callIn(state string) (call localapi.Call) {
	w.t.Helper()
	w.until("a call that is "+state, func(s localapi.Status) bool {
		for _, c := range s.Calls {
			if c.State == state {
				call = c
				return true
			}
		}
		return false
	})
	return call
}

// heard waits for half a second of sound that is newer than what came before it, as a dial tone.
func (w *world) heard() {
	w.t.Helper()
	w.parts.card.forget()
	w.wait("sound", func() bool { return w.parts.card.level() > -45 }, func() any { return w.parts.card.level() })
}

// quiet waits until no call is up.
func (w *world) quiet() localapi.Status {
	w.t.Helper()
	return w.until("the end of the call", func(s localapi.Status) bool {
		for _, c := range s.Calls {
			if c.Ended.IsZero() {
				return false
			}
		}
		return true
	})
}

// serve changes the phone's document on the server.
func (w *world) serve(change func(*provisioning.Document)) {
	w.t.Helper()
	doc := w.app.manager.Document()
	doc.Accounts = append([]provisioning.Account(nil), doc.Accounts...)
	change(&doc)
	body, err := native.Marshal(doc)
	if err != nil {
		w.t.Fatal(err)
	}
	w.lab.SetDocument(w.mac, body)
}

func (w *world) reprovision() {
	w.t.Helper()
	if err := w.control.Reprovision(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}
