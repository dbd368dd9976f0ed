package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/media/engine/link"
	"offhook/media/wav"
	"offhook/provisioning"
)

// A recording by a media process that dies: what was recorded can be played, and
// the next process goes on beside it.
func TestSeparate_recording_through_a_crash(t *testing.T) {
	w := newWorld(t, separateBoard)
	processes := &mediaProcesses{}
	w.cfg.Media = processes.command
	w.registered()
	w.serve(func(d *provisioning.Document) { d.Recording.Enabled = true })
	w.reprovision()
	e := w.app.engine.(*link.Engine)
	w.lift()
	w.parts.keys.tap("6", "0", "0")
	w.callIn("confirmed")
	w.soundInCall("sound", 20)
	w.wait("leave to record", func() bool { return w.control.Record(t.Context(), localapi.Switch{On: true}) == nil }, func() any { return "none" })
	w.soundInCall("recorded sound", 40)
	processes.kill(t)
	w.until("another media process", func(localapi.Status) bool { return e.Status().Up && e.Status().Restarts == 1 })
	w.soundInCall("recorded sound after the crash", 40)
	if err := w.control.Record(t.Context(), localapi.Switch{}); err != nil {
		t.Fatal(err)
	}
	in := func(pattern string) (files []string) {
		files, _ = filepath.Glob(filepath.Join(w.cfg.Agent.State, "recordings", pattern))
		return files
	}
	w.wait("the second half", func() bool { return len(in("*-2.wav")) == 1 }, func() any { return in("*") })
	for _, name := range append(in("*-2.wav"), in("*"+wav.Partial)...) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := wav.NewReader(f)
		if err != nil || r.Len() < 16000/4 {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
		f.Close()
	}
	if files := in("*"); len(files) != 2 || !strings.HasSuffix(files[1], wav.Partial) && !strings.HasSuffix(files[0], wav.Partial) {
		t.Errorf("there is %v", files)
	}
	w.replace()
	w.quiet()
}
