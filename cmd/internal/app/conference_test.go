package app

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media"
	"offhook/media/mediatest"
	"offhook/provisioning"
	"offhook/provisioning/native"
	"offhook/ua"
)

// sine is what a microphone hears: two seconds, whole waves.
func sine(freq float64) media.Frame {
	f := make(media.Frame, 32000)
	for i := range f {
		f[i] = int16(4000 * math.Sin(2*math.Pi*freq*float64(i)/16000))
	}
	return f
}

// neighbour is a phone of another extension at the same workbench.
func (w *world) neighbour(extension, mac string) *world {
	w.t.Helper()
	return w.neighbourOn(boardFile, extension, mac)
}

// neighbourOn is one of another board.
func (w *world) neighbourOn(board, extension, mac string) *world {
	w.t.Helper()
	doc := w.app.manager.Document()
	doc.Accounts = append([]provisioning.Account(nil), doc.Accounts...)
	a := &doc.Accounts[0]
	a.ID, a.User, a.DisplayName, a.Password = extension, extension, "Phone "+extension, ua.NewSecret("offhook-"+extension)
	body, err := native.Marshal(doc)
	if err != nil {
		w.t.Fatal(err)
	}
	w.lab.SetDocument(mac, body)
	other := newPhone(w.t, w.lab, board, mac)
	other.endWithTest()
	return other
}

// hears waits until the newest half second has these notes and lacks those.
func (w *world) hears(what string, these, those []float64) {
	w.t.Helper()
	levels := func() map[float64]float64 {
		w.parts.card.mu.Lock()
		defer w.parts.card.mu.Unlock()
		out := map[float64]float64{}
		for _, f := range append(append([]float64{}, these...), those...) {
			out[f] = mediatest.ToneLevel(w.parts.card.played, 16000, f)
		}
		return out
	}
	w.wait(what, func() bool {
		at := levels()
		for _, f := range these {
			if at[f] < -40 {
				return false
			}
		}
		for _, f := range those {
			if at[f] > -60 {
				return false
			}
		}
		return true
	}, func() any { return levels() })
}

// takes lifts the handset when it rings, and waits for the talk.
func (w *world) takes() {
	w.t.Helper()
	w.view("the ringing", kind(phone.KindRinging))
	w.lift()
	w.callIn("confirmed")
}

// Three telephones, joined by the one in the middle: each hears the two others and
// not itself; who hangs up leaves the others talking.
func TestJourney_conference(t *testing.T) {
	const hosts, ones, twos = 400, 1000, 1700
	host := newWorld(t, boardFile)
	host.parts.card.voice = sine(hosts)
	host.registered()
	one, two := host.neighbour("1002", "00:00:5e:00:53:08"), host.neighbour("1003", "00:00:5e:00:53:09")
	one.parts.card.voice, two.parts.card.voice = sine(ones), sine(twos)
	one.registered()
	two.registered()

	if err := host.control.Conference(t.Context(), localapi.Switch{On: true}); err == nil || !strings.Contains(err.Error(), "a held call") {
		t.Errorf("a conference of nobody: %v", err)
	}
	host.lift()
	host.parts.keys.tap("1", "0", "0", "2")
	one.takes()
	host.hears("the first party", []float64{ones}, []float64{hosts})
	host.parts.keys.tap(hal.KeySoft3, "1", "0", "0", "3")
	two.takes()
	host.hears("the second party alone", []float64{twos}, []float64{ones, hosts})
	one.hears("silence on hold", nil, []float64{hosts, twos, ones})

	if err := host.control.Conference(t.Context(), localapi.Switch{On: true}); err != nil {
		t.Fatal(err)
	}
	host.hears("both", []float64{ones, twos}, []float64{hosts})
	one.hears("the two others", []float64{hosts, twos}, []float64{ones})
	two.hears("the two others", []float64{hosts, ones}, []float64{twos})
	host.view("the conference", func(v phone.View) bool { return v.Title == "Conference" && len(v.Others) == 1 })

	if err := host.control.Conference(t.Context(), localapi.Switch{}); err != nil {
		t.Fatal(err)
	}
	host.hears("one party after the split", []float64{twos}, []float64{ones, hosts})
	host.parts.keys.tap(hal.KeySoft1)
	host.hears("both again", []float64{ones, twos}, []float64{hosts})
	two.replace()
	host.hears("who stays", []float64{ones}, []float64{twos, hosts})
	one.hears("the host alone", []float64{hosts}, []float64{ones, twos})
	host.replace()
	host.quiet()
	one.replace()
}

// A talk is recorded as the configuration allows, both sides hear of it, and what
// is played is heard by both.
func TestJourney_recording_and_playing(t *testing.T) {
	host := newWorld(t, boardFile)
	host.parts.card.voice = sine(400)
	host.registered()
	one := host.neighbour("1002", "00:00:5e:00:53:08")
	one.parts.card.voice = sine(1000)
	one.registered()
	host.lift()
	host.parts.keys.tap("1", "0", "0", "2")
	one.takes()
	on, off := localapi.Switch{On: true}, localapi.Switch{}
	if err := host.control.Record(t.Context(), on); err == nil || !strings.Contains(err.Error(), "does not record") {
		t.Errorf("recorded without leave: %v", err)
	}
	host.serve(func(d *provisioning.Document) { d.Recording.Enabled = true })
	host.reprovision()
	host.wait("leave to record", func() bool { return host.control.Record(t.Context(), on) == nil }, func() any { return "none" })
	host.view("the recording", func(v phone.View) bool { return v.Status.Recording })
	one.hears("the announcement", []float64{1400, 400}, nil)

	ding := filepath.Join(t.TempDir(), "ding.wav")
	if err := mediatest.SaveWAV(ding, sine(700), 16000); err != nil {
		t.Fatal(err)
	}
	if err := host.control.Play(t.Context(), localapi.PlayRequest{File: ding + ".not"}); err == nil {
		t.Error("what is not there is played")
	}
	if err := host.control.Play(t.Context(), localapi.PlayRequest{File: ding}); err != nil {
		t.Fatal(err)
	}
	one.hears("what is played", []float64{700, 400}, nil)
	host.hears("what is played", []float64{700, 1000}, nil)
	host.hears("its end", []float64{1000}, []float64{700})
	if err := host.control.Record(t.Context(), off); err != nil {
		t.Fatal(err)
	}
	var files []string
	host.wait("the recording's name", func() bool {
		files, _ = filepath.Glob(filepath.Join(host.cfg.Agent.State, "recordings", "*.wav"))
		return len(files) == 1
	}, func() any { return files })
	b, err := os.ReadFile(files[0])
	if err != nil || len(b) < 44+4*16000 {
		t.Fatalf("%d octets, %v", len(b), err)
	}
	var left, right media.Frame
	for b = b[44:]; len(b) >= 4; b = b[4:] {
		left, right = append(left, int16(binary.LittleEndian.Uint16(b))), append(right, int16(binary.LittleEndian.Uint16(b[2:])))
	}
	for f, want := range map[float64][2]bool{400: {true, false}, 1000: {false, true}, 700: {true, false}, 1400: {true, false}} {
		l, r := mediatest.ToneLevel(left, 16000, f), mediatest.ToneLevel(right, 16000, f)
		if (l > -65) != want[0] || (r > -65) != want[1] {
			t.Errorf("%v Hz: %.1f dB on the left, %.1f dB on the right", f, l, r)
		}
	}
	host.hold(one)
	host.replace()
	host.quiet()
	one.replace()
}

// hold has the other on hold hear nothing, and then the melody that a new
// configuration gives it.
func (w *world) hold(other *world) {
	w.t.Helper()
	w.parts.keys.tap(hal.KeyHold)
	w.view("the hold", kind(phone.KindHeld))
	level := func() any { return other.parts.card.level() }
	other.wait("silence", func() bool { return other.parts.card.level() < -70 }, level)
	w.serve(func(d *provisioning.Document) { d.Audio.HoldMusic = "melody" })
	w.reprovision()
	other.heard()
	w.parts.keys.tap(hal.KeyHold)
	w.view("the talk", kind(phone.KindInCall))
	other.hears("the talk", []float64{400}, []float64{261.63, 493.88})
}
