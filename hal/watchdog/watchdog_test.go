package watchdog

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"offhook/hal"
)

// kernel is a fake of the device: what is written comes out of a pipe.
type kernel struct {
	openErr, setErr error
	granted, kicks  int
	out             *os.File
}

func (k *kernel) open(string) (*os.File, error) {
	if k.openErr != nil {
		return nil, k.openErr
	}
	r, w, err := os.Pipe()
	k.out = r
	return w, err
}
func (k *kernel) setTimeout(_ *os.File, seconds int) (int, error) {
	return max(seconds, k.granted), k.setErr
}
func (k *kernel) kick(*os.File) error { k.kicks++; return nil }

func (k *kernel) written(t *testing.T) string {
	t.Helper()
	data, err := io.ReadAll(k.out)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestWatchdog_kicked_then_disarmed(t *testing.T) {
	k := &kernel{granted: 16}
	w, err := open(config{"/dev/watchdog", 15 * time.Second}, k)
	if err != nil {
		t.Fatal(err)
	}
	if w.Timeout() != 16*time.Second {
		t.Errorf("timeout %s, want what the hardware granted", w.Timeout())
	}
	if err := errors.Join(w.Kick(), w.Kick(), w.Close(), w.Close()); err != nil || k.kicks != 2 {
		t.Errorf("%d kicks, %v", k.kicks, err)
	}
	if got := k.written(t); got != "V" {
		t.Errorf("written %q, want the magic character once", got)
	}
	if err := w.Kick(); !errors.Is(err, hal.ErrClosed) {
		t.Errorf("kick after close: %v", err)
	}
}

func TestOpen_faults(t *testing.T) {
	cases := []struct {
		name string
		k    *kernel
		want string
	}{
		{"no device -> said", &kernel{openErr: os.ErrNotExist}, "has no watchdog driver"},
		{"in use -> by whom", &kernel{openErr: &os.PathError{Op: "open", Err: syscall.EBUSY}}, "is in use"},
	}
	for _, c := range cases {
		if _, err := open(config{"/dev/watchdog", 15 * time.Second}, c.k); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
	k := &kernel{setErr: syscall.EINVAL}
	if _, err := open(config{"/dev/watchdog", 15 * time.Second}, k); err == nil || k.written(t) != "V" {
		t.Errorf("a timeout that is refused leaves the board armed: %v", err)
	}
}

func TestCheck(t *testing.T) {
	check := Drivers().Watchdogs["linux-watchdog"].Check
	if err := check(hal.Params{"timeout": "30s"}); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"1s", "1h", "2500ms"} {
		if check(hal.Params{"timeout": bad}) == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}
