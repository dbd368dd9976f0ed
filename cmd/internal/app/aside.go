package app

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"offhook/media/engine"
	"offhook/media/tone"
	"offhook/media/wav"
	"offhook/provisioning"
	"offhook/ua"
)

// aside is what is heard beside calls and tones, and what is recorded of them.
type aside struct {
	sounds     string // folder of the WAV files that documents name
	recordings string

	held      map[ua.CallID]bool
	greeted   map[ua.CallID]bool // calls that were told who speaks, or need not be
	greeting  string             // file: what the far end hears first; "": nothing
	ringFile  string             // "": a style
	music     engine.Clip
	melody    tone.Cadence
	announce  string // provisioning.Recording's
	longest   time.Duration
	spare     int64
	recording string // file; "": nothing is recorded
	clip      engine.Clip
	far       bool      // the call hears the clip
	greets    ua.CallID // the call that the last greeting was for
	take      uint32
}

func newAside(state string) aside {
	return aside{sounds: filepath.Join(state, "sounds"), recordings: filepath.Join(state, "recordings"), held: map[ua.CallID]bool{}, greeted: map[ua.CallID]bool{}}
}

// use takes the settings of a document.
func (a *aside) use(doc provisioning.Document, log *slog.Logger) {
	a.ringFile = a.file(doc.Phone.RingTone, log)
	a.music, a.melody = engine.Clip{}, tone.Cadence{}
	if doc.Audio.HoldMusic == "melody" {
		a.melody = tone.Melody()
	} else if file := a.file(doc.Audio.HoldMusic, log); file != "" {
		a.music = engine.Clip{File: file, Loop: true}
	}
	a.greeting = a.file(doc.Door.Announce, log)
	a.announce = doc.Recording.Announce
	a.longest, a.spare = doc.Recording.MaxTime, int64(doc.Recording.KeepFree)<<20
}

// file is the WAV file of a name, "" when the name is not one's or it is not there.
func (a *aside) file(name string, log *slog.Logger) string {
	if !strings.HasSuffix(name, ".wav") || filepath.Base(name) != name {
		return ""
	}
	path := filepath.Join(a.sounds, name)
	if err := playable(path); err != nil {
		log.Warn("a sound that the configuration names cannot be played", "error", err)
		return ""
	}
	return path
}

// extend adds what is beside the calls to a patch.
func (s *sound) extend(p *engine.Patch) {
	a := &s.aside
	held := slices.Collect(maps.Keys(a.held))
	sort.Slice(held, func(i, j int) bool { return held[i] < held[j] })
	for _, call := range held {
		if id, ok := s.calls.stream(call); ok {
			p.Held = append(p.Held, id)
		}
	}
	if len(p.Held) > 0 {
		p.Music, p.MusicTone = a.music, a.melody
	}
	if a.recording != "" {
		p.Record = engine.Record{File: a.recording, Longest: a.longest, Spare: a.spare}
		if a.announce == "tone" {
			p.Announce = s.tones.Record
		}
	}
	_, asked := s.asked()
	switch {
	case p.Ring && a.ringFile != "" && !asked:
		p.Clip, p.ClipNear, p.Tone = engine.Clip{File: a.ringFile, Loop: true}, true, tone.Cadence{}
	case a.clip.File != "" && !p.Ring:
		p.Clip, p.ClipNear, p.ClipFar = a.clip, true, a.far
	}
}

// greet tells whoever we begin to talk to what the station has to say: which door it
// is.
func (s *sound) greet(c ua.Call) {
	a := &s.aside
	switch {
	case c.State == ua.Terminated:
		delete(a.greeted, c.ID)
	case c.State == ua.Confirmed && !a.greeted[c.ID]:
		a.greeted[c.ID] = true
		if a.greeting == "" {
			return
		}
		a.take++
		a.clip, a.far, a.greets = engine.Clip{File: a.greeting, Take: a.take}, true, c.ID
		s.connect()
	}
}

// observe notes which calls we hold.
func (s *sound) observe(c ua.Call) {
	s.greet(c)
	held := c.LocalHold && c.State == ua.Confirmed
	if held == s.aside.held[c.ID] {
		return
	}
	if delete(s.aside.held, c.ID); held {
		s.aside.held[c.ID] = true
	}
	s.connect()
}

// record begins a recording, or ends it.
func (s *sound) record(on bool) error {
	a := &s.aside
	if !on {
		a.recording = ""
		s.connect()
		return nil
	}
	if err := os.MkdirAll(a.recordings, 0o700); err != nil {
		return err
	}
	a.recording = filepath.Join(a.recordings, fmt.Sprintf("%s-%d.wav", time.Now().UTC().Format("20060102T150405Z"), s.where.Call))
	s.log.Info("recording", "call", s.where.Call, "file", a.recording)
	if file := a.file(a.announce, s.log); file != "" {
		s.play(file)
		return nil
	}
	s.connect()
	return nil
}

// play plays a WAV file: into the call if there is one, else to this side alone.
// With "" it ends what is played.
func (s *sound) play(file string) {
	a := &s.aside
	a.take++
	a.clip, a.far = engine.Clip{File: file, Take: a.take}, s.where.Call != 0
	if file == "" {
		a.clip = engine.Clip{}
	}
	s.connect()
}

func (s *sound) clipEnded(e engine.ClipEnded) {
	if s.aside.clip == (engine.Clip{File: e.File, Take: e.Take}) {
		s.play("")
	}
}

// recoverRecordings gives recordings that a power cut has ended their names. One
// that was written to lately may go on in a media process that outlived control.
func recoverRecordings(state string, log *slog.Logger) {
	partial, _ := filepath.Glob(filepath.Join(state, "recordings", "*.wav"+wav.Partial))
	for _, name := range partial {
		if info, err := os.Stat(name); err != nil || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		if err := wav.Recover(name, strings.TrimSuffix(name, wav.Partial)); err != nil {
			log.Warn("a recording that was cut off keeps its name", "error", err)
		}
	}
}

// playable tells whether a file can be played, before anybody is told so.
func playable(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	if _, err = wav.NewReader(file); err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return errors.Join(err, file.Close())
}
