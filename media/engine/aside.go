package engine

import (
	"reflect"
	"slices"

	"offhook/media"
	"offhook/media/tone"
)

// aside is what is heard, or hears, beside the streams and the tone. Control
// makes it; what is in its frames is the engine's thread's.
type aside struct {
	announce  *tone.Generator // nil, as all others: there is none
	clip      *player
	before    *player // which the clip replaces: it fades
	near, far bool    // who hears the clip
	music     media.Source
	musicFile *player // of music, when it is a file
	recorder  *recorder

	// What the far ends and this side hear of it, and what streams on hold do.
	said, played, hold media.Frame
	frame              media.Frame
}

// extend makes the aside of a patch. What stays the same goes on; the mutex is held.
func (e *Engine) extend(p *Patch) {
	was, old := e.patched.Load(), e.beside
	p.Held = slices.Clone(p.Held)
	p.Announce.Parts, p.MusicTone.Parts = slices.Clone(p.Announce.Parts), slices.Clone(p.MusicTone.Parts)
	if e.closed {
		return
	}
	next := &aside{near: p.ClipNear, far: p.ClipFar}
	for _, frame := range []*media.Frame{&next.frame, &next.said, &next.played, &next.hold} {
		*frame = make(media.Frame, e.cfg.Period)
	}
	next.announce = e.generate(p.Announce, was.Announce, old.announce)
	next.clip, next.before = e.play(p.Clip, was.Clip, old.clip), old.before
	if next.clip != old.clip {
		next.before = old.clip
		old.before.stop()
		old.clip.stop()
	}
	e.extendMusic(next, old, p, was)
	if next.recorder = old.recorder; p.Record != was.Record {
		old.recorder.stop()
		if next.recorder = nil; p.Record.File != "" {
			next.recorder = startRecorder(p.Record, e.cfg.SampleRate, &e.group, e.tell)
		}
	}
	e.beside = next
}

func (e *Engine) extendMusic(next, old *aside, p, was *Patch) {
	next.musicFile = e.play(p.Music, was.Music, old.musicFile)
	if next.musicFile != old.musicFile {
		old.musicFile.stop()
	}
	generator, _ := old.music.(*tone.Generator)
	generator = e.generate(p.MusicTone, was.MusicTone, generator)
	switch {
	case next.musicFile != nil:
		next.music = next.musicFile
	case generator != nil:
		next.music = generator
	}
}

func (e *Engine) generate(c, was tone.Cadence, old *tone.Generator) *tone.Generator {
	if c.Zero() {
		return nil
	}
	if old != nil && reflect.DeepEqual(c, was) {
		return old
	}
	g := tone.NewGenerator(e.cfg.SampleRate)
	g.Set(c)
	return g
}

func (e *Engine) play(c, was Clip, old *player) *player {
	if c == was {
		return old
	}
	if c.File == "" {
		return nil
	}
	return startPlayer(c, e.cfg.SampleRate, &e.group, e.tell)
}

func (a *aside) stop() {
	a.clip.stop()
	a.before.stop()
	a.musicFile.stop()
	a.recorder.stop()
}

// speak adds to what is captured what the far ends hear with it, and makes ready
// what this side will. Joined tells whether any stream is.
func (a *aside) speak(capture media.Frame, joined bool) {
	if a.music != nil {
		_ = a.music.ReadFrame(a.hold)
	}
	if a.announce == nil && a.clip == nil && a.before == nil {
		return
	}
	clear(a.said)
	clear(a.played)
	if a.announce != nil && joined {
		_ = a.announce.ReadFrame(a.said)
		add(capture, a.said)
	}
	if a.before != nil {
		a.before.gain.Set(0)
		_ = a.before.ReadFrame(a.frame)
		add(a.played, a.frame)
	}
	if a.clip != nil {
		_ = a.clip.ReadFrame(a.frame)
		add(a.played, a.frame)
	}
	if a.far && joined {
		add(capture, a.played)
	}
}

// sounds tells whether speak left anything for this side.
func (a *aside) sounds() (announce, clip bool) {
	return a.announce != nil, a.near && (a.clip != nil || a.before != nil)
}

// record hands a period to the recorder: far is the sum of the streams.
func (a *aside) record(near media.Frame, far []int32) {
	if a.recorder == nil {
		return
	}
	for k, s := range far {
		a.frame[k] = clip(s)
	}
	a.recorder.tap(near, a.frame)
}

func add(f, more media.Frame) {
	for k, s := range more {
		f[k] = clip(int32(f[k]) + int32(s))
	}
}
