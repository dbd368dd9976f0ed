package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media/engine/link"
)

// separateBoard is the fake board with its sound in another process.
const separateBoard = boardFile + "media: {process: separate}\n"

// mediaSocket is set in a media process that a test has started.
const mediaSocket = "OFFHOOK_TEST_MEDIA_SOCKET"

// beMediaProcess is what this binary is in a media process: it does not return.
func beMediaProcess() {
	socket := os.Getenv(mediaSocket)
	if socket == "" {
		return
	}
	control, err := link.Inherit(3)
	if err == nil {
		drivers := hal.Drivers{Audio: one(newCard().open)}
		err = RunMedia(context.Background(), MediaConfig{Drivers: drivers, Control: control, Socket: socket})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// mediaProcesses are those that a phone has started.
type mediaProcesses struct {
	mu   sync.Mutex
	cmds []*exec.Cmd
}

func (m *mediaProcesses) command(path string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), mediaSocket+"="+path)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cmds = append(m.cmds, cmd)
	return cmd
}

// kill kills the newest one.
func (m *mediaProcesses) kill(t *testing.T) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.cmds[len(m.cmds)-1].Process.Kill(); err != nil {
		t.Error(err)
	}
}

// soundInCall waits until a call has that many packets more, of which none was
// discarded, and is no silence. What came while nobody could read it is discarded
// at once, be it a busy machine's or a dead process's; that must end.
func (w *world) soundInCall(what string, more uint64) {
	w.t.Helper()
	from, discarded := ^uint64(0), uint64(0)
	w.until(what, func(s localapi.Status) bool {
		if len(s.Calls) == 0 || s.Calls[0].Media == nil {
			return false
		}
		m := s.Calls[0].Media
		if from == ^uint64(0) || m.Discarded != discarded {
			from, discarded = m.Received, m.Discarded
		}
		return m.Received >= from+more && m.LevelReceived > -45
	})
}

// A call through a media process, which dies in the middle of it.
func TestSeparate(t *testing.T) {
	w := newWorld(t, separateBoard)
	processes := &mediaProcesses{}
	w.cfg.Media = processes.command
	w.registered()
	e := w.app.engine.(*link.Engine)
	w.until("the media process", func(s localapi.Status) bool {
		return s.Audio.State == "running" && s.Audio.SampleRate == 16000 && s.Audio.Period == 320
	})
	if w.parts.card.opens != 0 {
		t.Error("the phone has opened the sound device, which is the media process's")
	}
	w.lift()
	w.parts.keys.tap("6", "0", "0")
	w.callIn("confirmed")
	w.soundInCall("sound", 50)
	for i := range 2 {
		processes.kill(t)
		w.until("another media process", func(s localapi.Status) bool { return e.Status().Up && e.Status().Restarts == i+1 })
		w.soundInCall("sound after a crash", 50)
	}
	w.view("the call goes on", kind(phone.KindInCall))
	w.replace()
	ended := w.quiet().Calls[0]
	if m := ended.Media; m == nil || m.Suite == "" || m.Encoding == "" || m.Received < 150 {
		t.Errorf("the call left %+v", m)
	}
	w.stop()
	if _, err := os.Stat(w.cfg.Socket + ".media"); !os.IsNotExist(err) {
		t.Errorf("the media process's socket was left behind: %v", err)
	}
}

func TestSeparate_without_a_program_for_it(t *testing.T) {
	w := newWorld(t, separateBoard)
	err := Run(t.Context(), w.cfg)
	if err == nil || !strings.Contains(err.Error(), "media.process") {
		t.Errorf("%v", err)
	}
}

func TestDecide(t *testing.T) {
	w := newWorld(t, boardFile)
	w.cfg.Media = (&mediaProcesses{}).command
	a := &App{cfg: w.cfg}
	if a.cfg.Log == nil {
		a.cfg.Log = slog.New(slog.DiscardHandler)
	}
	if a.decide(2).Separate {
		t.Error("two cores, and the sound goes elsewhere")
	}
	if !a.decide(1).Separate || w.cfg.Board.Separate {
		t.Error("one core: the sound stays, or another's board was changed")
	}
}
