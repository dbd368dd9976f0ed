package localapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"offhook/media"
)

type fakeBackend struct {
	calls []string
	err   error
	log   chan string
}

func (f *fakeBackend) called(what string) error { f.calls = append(f.calls, what); return f.err }

func (f *fakeBackend) Call(_ context.Context, id uint64) (CallDetail, error) {
	return CallDetail{Call: Call{ID: id}, Link: "eth0", Seconds: []media.Second{{Expected: 50, Lost: 3}}}, f.called("call")
}

func (f *fakeBackend) Status(context.Context) (Status, error) {
	return Status{Version: "v1", Accounts: []Account{{ID: "a", State: "registered"}}}, f.called("status")
}
func (f *fakeBackend) Explain(context.Context) ([]Setting, error) {
	return []Setting{{Path: "phone.name", Value: "Desk", Origin: "default"}}, f.called("explain")
}
func (f *fakeBackend) Dial(_ context.Context, r DialRequest) error {
	return f.called("dial " + r.Target)
}
func (f *fakeBackend) Answer(context.Context) error      { return f.called("answer") }
func (f *fakeBackend) Hangup(context.Context) error      { return f.called("hangup") }
func (f *fakeBackend) Reprovision(context.Context) error { return f.called("reprovision") }
func (f *fakeBackend) Record(_ context.Context, r Switch) error {
	return f.called(fmt.Sprint("record ", r.On))
}
func (f *fakeBackend) Conference(_ context.Context, r Switch) error {
	return f.called(fmt.Sprint("conference ", r.On))
}
func (f *fakeBackend) Play(_ context.Context, r PlayRequest) error { return f.called("play " + r.File) }
func (f *fakeBackend) DoNotDisturb(_ context.Context, r Switch) error {
	return f.called(fmt.Sprint("dnd ", r.On))
}
func (f *fakeBackend) Forward(_ context.Context, r ForwardRequest) error {
	return f.called("forward " + r.Target)
}
func (f *fakeBackend) Message(_ context.Context, r MessageRequest) error {
	return f.called("message " + r.Target + " " + r.Text)
}
func (f *fakeBackend) OpenDoor(_ context.Context, r DoorRequest) error {
	return f.called("door " + r.Relay)
}
func (f *fakeBackend) InstallFirmware(_ context.Context, r InstallRequest) error {
	return f.called("install " + r.File)
}
func (f *fakeBackend) FirmwareBack(context.Context) error { return f.called("back") }
func (f *fakeBackend) History(context.Context) (History, error) {
	return History{Documents: []Kept{{Number: 3, Verdict: "confirmed"}}}, f.called("history")
}
func (f *fakeBackend) Kept(_ context.Context, n int) (KeptDocument, error) {
	return KeptDocument{Kept{Number: n}, "offhook: 1\n"}, f.called(fmt.Sprint("kept ", n))
}
func (f *fakeBackend) Differences(_ context.Context, a, b int) ([]string, error) {
	return []string{"phone.name"}, f.called(fmt.Sprint("differences ", a, " ", b))
}
func (f *fakeBackend) Rollback(_ context.Context, r RollbackRequest) (RollbackRequest, error) {
	return RollbackRequest{r.Number + 1}, f.called(fmt.Sprint("rollback ", r.Number))
}
func (f *fakeBackend) Set(_ context.Context, r SetRequest) error {
	return f.called("set " + r.Path + " " + r.Value)
}
func (f *fakeBackend) Unset(_ context.Context, r SetRequest) error {
	return f.called("unset " + r.Path)
}
func (f *fakeBackend) Screen(context.Context) ([]byte, error) {
	return []byte("png"), f.called("screen")
}
func (f *fakeBackend) Logs(ctx context.Context, follow bool, line func([]byte) error) error {
	if err := line([]byte(`{"msg":"kept"}`)); err != nil || !follow {
		return err
	}
	for {
		select {
		case s := <-f.log:
			if err := line([]byte(s)); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

func serve(t *testing.T, b Backend) (*Client, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control.sock")
	s, err := Listen(path, b, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return NewClient(path), path
}

func TestCommands_reach_the_backend(t *testing.T) {

	b := &fakeBackend{}
	c, path := serve(t, b)
	ctx := t.Context()
	detail, err := c.Call(ctx, 7)
	if err != nil || detail.ID != 7 || detail.Link != "eth0" || len(detail.Seconds) != 1 || detail.Seconds[0].Lost != 3 {
		t.Errorf("%+v, %v", detail, err)
	}
	status, err := c.Status(ctx)
	if err != nil || status.Version != "v1" || status.Accounts[0].State != "registered" {
		t.Errorf("status: %+v, %v", status, err)
	}
	settings, err := c.Explain(ctx)
	if err != nil || len(settings) != 1 || settings[0].Path != "phone.name" {
		t.Errorf("explain: %+v, %v", settings, err)
	}
	png, err := c.Screen(ctx)
	if err != nil || string(png) != "png" {
		t.Errorf("screen: %q, %v", png, err)
	}
	if err := errors.Join(c.Dial(ctx, DialRequest{Target: "600"}), c.Answer(ctx), c.Hangup(ctx), c.Reprovision(ctx),
		c.Record(ctx, Switch{On: true}), c.Conference(ctx, Switch{}), c.Play(ctx, PlayRequest{File: "/a.wav"}),
		c.DoNotDisturb(ctx, Switch{On: true}), c.Forward(ctx, ForwardRequest{Target: "1007"}), c.Message(ctx, MessageRequest{Target: "1002", Text: "hello"}),
		c.OpenDoor(ctx, DoorRequest{Relay: "gate"})); err != nil {
		t.Error(err)
	}
	want := []string{"call", "status", "explain", "screen", "dial 600", "answer", "hangup", "reprovision", "record true", "conference false", "play /a.wav",
		"dnd true", "forward 1007", "message 1002 hello", "door gate"}
	if !slices.Equal(b.calls, want) {
		t.Errorf("called %q, want %q", b.calls, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("socket mode %v, %v", info.Mode(), err)
	}
}

func TestConfiguration_reaches_the_backend(t *testing.T) {
	b := &fakeBackend{}
	c, _ := serve(t, b)
	ctx := t.Context()
	h, err1 := c.History(ctx)
	d, err2 := c.Kept(ctx, 2)
	lines, err3 := c.Differences(ctx, 1, 2)
	r, err4 := c.Rollback(ctx, RollbackRequest{4})
	err := errors.Join(err1, err2, err3, err4, c.Set(ctx, SetRequest{"phone.language", "de"}), c.Unset(ctx, SetRequest{Path: "phone.language"}))
	if err != nil || len(h.Documents) != 1 || d.Number != 2 || d.Document != "offhook: 1\n" || !slices.Equal(lines, []string{"phone.name"}) || r.Number != 5 {
		t.Errorf("%+v, %+v, %q, %+v, %v", h, d, lines, r, err)
	}
	want := []string{"history", "kept 2", "differences 1 2", "rollback 4", "set phone.language de", "unset phone.language"}
	if !slices.Equal(b.calls, want) {
		t.Errorf("called %q, want %q", b.calls, want)
	}
}

func TestCommand_refused_its_words_come_through(t *testing.T) {
	c, _ := serve(t, &fakeBackend{err: errors.New("no call rings")})
	if err := c.Answer(t.Context()); err == nil || err.Error() != "no call rings" {
		t.Errorf("got %v", err)
	}
}

func TestLogs_followed_until_the_reader_goes(t *testing.T) {
	b := &fakeBackend{log: make(chan string, 1)}
	b.log <- `{"msg":"new"}`
	c, _ := serve(t, b)
	ctx, cancel := context.WithCancel(t.Context())
	var lines []string
	err := c.Logs(ctx, true, func(line []byte) error {
		lines = append(lines, string(line))
		if len(lines) == 2 {
			cancel()
		}
		return nil
	})
	if err != nil || !slices.Equal(lines, []string{`{"msg":"kept"}`, `{"msg":"new"}`}) {
		t.Errorf("%q, %v", lines, err)
	}
}

func TestClient_nothing_listens_says_what_to_do(t *testing.T) {
	_, err := NewClient(filepath.Join(t.TempDir(), "none")).Status(t.Context())
	if !errors.Is(err, ErrNotRunning) || !strings.Contains(err.Error(), "offhook run") {
		t.Errorf("got %v", err)
	}
}

func TestListen_second_agent_is_refused_a_dead_ones_socket_is_replaced(t *testing.T) {
	_, path := serve(t, &fakeBackend{})
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	if _, err := Listen(path, &fakeBackend{}, log); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("second listener: %v", err)
	}
	dead := filepath.Join(t.TempDir(), "dead.sock")
	first, err := Listen(dead, &fakeBackend{}, log)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(dead, dead+".kept"); err != nil {
		t.Fatal(err)
	}
	first.Close()
	if err := os.Rename(dead+".kept", dead); err != nil {
		t.Fatal(err)
	}
	second, err := Listen(dead, &fakeBackend{}, log)
	if err != nil {
		t.Fatalf("a dead program's socket: %v", err)
	}
	second.Close()
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
