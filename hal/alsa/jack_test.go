package alsa

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"

	"golang.org/x/sys/unix"

	"offhook/hal"
	"offhook/hal/haltest"
)

// notices are what a desk tells of changes; each is read before the next.
type notices struct {
	r *io.PipeReader
	w *io.PipeWriter
}

func (n notices) Read(p []byte) (int, error) {
	if len(p) < int(eventSize) {
		return 0, unix.EINVAL
	}
	size, err := n.r.Read(p)
	if errors.Is(err, io.ErrClosedPipe) {
		err = &fs.PathError{Op: "read", Path: "controlC1", Err: fs.ErrClosed}
	}
	return size, err
}

func (n notices) Close() error { return n.r.Close() }

func (m *machine) watch(int) (io.ReadCloser, error) {
	if m.control == nil {
		return nil, unix.ENOENT
	}
	m.notices.r, m.notices.w = io.Pipe()
	return m.notices, nil
}

// tell has a control change, and tells of it.
func (m *machine) tell(name string, value int) {
	m.control.mu.Lock()
	for _, k := range m.control.knobs {
		if k.name == name {
			k.values = []int{value}
		}
	}
	m.control.mu.Unlock()
	_, _ = m.notices.w.Write(make([]byte, eventSize)) // nobody may be there any more
}

func openJackOn(t testing.TB, m *machine, p hal.Params) hal.Keypad {
	t.Helper()
	j, err := driversOn(m).Keypads["alsa-jack"].Open(t.Context(), p, silentLog)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func jackPart(more hal.Params) hal.Params {
	p := hal.Params{"card": "wm8960soundcard", "control": "Jack"}
	for k, v := range more {
		p[k] = v
	}
	return p
}

func TestJack_conforms(t *testing.T) {
	haltest.Keypad(t, hal.KeyHeadsetPlug, func(testing.TB) (hal.Keypad, func(hal.Key, bool)) {
		m := newMachine(t)
		m.control = newDesk(t)
		return openJackOn(t, m, jackPart(nil)), func(_ hal.Key, in bool) {
			go m.tell("Jack", map[bool]int{true: 1}[in])
		}
	})
}

func TestJack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(t)
		m.control = newDesk(t)
		m.control.knobs[7].values = []int{1}
		j := openJackOn(t, m, jackPart(hal.Params{"key": "speaker"}))
		expect := func(name string, want hal.KeyAction) {
			t.Helper()
			if e, err := j.ReadKey(); err != nil || e.Key != hal.KeySpeaker || e.Action != want {
				t.Errorf("%s: %v, %v", name, e, err)
			}
		}
		expect("plugged in before -> pressed at once", hal.KeyPress)
		go func() {
			m.tell("Boost", 2)
			synctest.Wait()
			m.tell("Jack", 1)
			synctest.Wait()
			m.tell("Jack", 0)
		}()
		expect("another control, and the same again -> nothing but the next change", hal.KeyRelease)
		go m.tell("Jack", 1)
		expect("plugged in -> pressed", hal.KeyPress)
		m.control.gone = true
		go m.notices.w.CloseWithError(unix.ENODEV)
		expect("the card is unplugged, and the plug with it -> released", hal.KeyRelease)
		for range 2 {
			if _, err := j.ReadKey(); !errors.Is(err, hal.ErrGone) || !strings.Contains(err.Error(), "wm8960soundcard") {
				t.Errorf("then gone: %v", err)
			}
		}
		if err := errors.Join(j.Close(), j.Close()); err != nil {
			t.Error(err)
		}
	})
}

func TestOpenJack_faults(t *testing.T) {
	for _, c := range []struct {
		name string
		p    hal.Params
		want string
	}{
		{"other card -> those there are", hal.Params{"card": 7}, "sound card 7 does not exist"},
		{"no such control -> those there are", jackPart(hal.Params{"control": "Headphone Jack"}), `no control "Headphone Jack"; it has: "Boost,1"`},
		{"a volume -> said", jackPart(hal.Params{"control": "Capture Volume"}), `"Capture Volume" is not a jack`},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			m.control = newDesk(t)
			_, err := driversOn(m).Keypads["alsa-jack"].Open(t.Context(), c.p, silentLog)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
			if m.notices.r != nil {
				if _, err := m.notices.w.Write([]byte{0}); !errors.Is(err, io.ErrClosedPipe) {
					t.Errorf("changes are still waited for: %v", err)
				}
			} else {
				_ = m.control.close() // was never opened
			}
		})
	}
	check := Drivers().Keypads["alsa-jack"].Check
	for _, c := range []struct {
		p    hal.Params
		want string
	}{
		{hal.Params{}, ""},
		{hal.Params{"key": "plug"}, `key: "plug" is not a key`},
		{hal.Params{"card": "hw:0"}, `card: "hw:0" is neither`},
	} {
		if err := check(c.p); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
