package engine

import (
	"math"
	"reflect"
	"slices"

	"offhook/media"
	"offhook/media/tone"
)

// Patch is what is joined to what: a plain value. The zero Patch is silence.
type Patch struct {
	// Streams are heard, and hear the microphone; each also hears the others
	// (a conference). Ones that are not open are ignored until they are.
	Streams []media.StreamID
	Mic     bool // false: muted, the far ends get silence
	// HandsFree has Config.HandsFree done to the microphone: this side hears by a
	// loudspeaker that the microphone hears too.
	HandsFree bool
	// Route has Config.Profiles' sound.
	Route Route
	// Gains in dB; 0 leaves the sound as it is.
	CaptureGain, PlaybackGain float64
	// Tone is played to this side, beside the streams.
	Tone     tone.Cadence
	ToneGain float64
	// Ring says that the tone is the ringer: PlaybackGain is not for it.
	Ring bool
	// Announce is heard by this side and by the Streams: that the call is recorded.
	Announce tone.Cadence
	// Clip is played to this side, as the ringer is if Ring, and to the far ends.
	Clip              Clip
	ClipNear, ClipFar bool
	// Held are streams that hear the music, and nothing else of us. MusicTone is
	// played to them when Music is none.
	Held      []media.StreamID
	Music     Clip
	MusicTone tone.Cadence
	// Record is begun when it changes, and ended.
	Record Record
}

// set is what the engine's thread works on in one Step; never changed.
type set struct {
	legs                    []*leg
	routed                  []bool // by leg
	joined, conference      bool   // one is; several are
	mic                     bool
	capture, playback, tone float64 // factors
	ring                    bool
	generator               *tone.Generator // nil: no tone
	held                    []bool          // by leg
	aside                   *aside
	cleaner                 *cleaner // nil: none
	way                     *way     // of the route; never nil
}

// Connect makes the patch stand from the next Step on. A tone that stays the
// same plays on.
func (e *Engine) Connect(p Patch) {
	p.Streams = slices.Clone(p.Streams)
	p.Tone.Parts = slices.Clone(p.Tone.Parts)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	generator := e.set.Load().generator
	switch {
	case p.Tone.Zero():
		generator = nil
	case generator == nil || !reflect.DeepEqual(p.Tone, e.patched.Load().Tone):
		generator = tone.NewGenerator(e.cfg.SampleRate)
		generator.Set(p.Tone)
	}
	e.extend(&p)
	e.unhand(&p)
	e.patched.Store(&p)
	e.rebuild(generator)
}

// Patched is the patch that stands.
func (e *Engine) Patched() Patch { return *e.patched.Load() }

// rebuild stores a new set; the mutex is held.
func (e *Engine) rebuild(generator *tone.Generator) {
	p := e.patched.Load()
	s := &set{
		legs: slices.Clone(e.legs), routed: make([]bool, len(e.legs)), mic: p.Mic,
		capture: factor(p.CaptureGain), playback: factor(p.PlaybackGain), tone: factor(p.ToneGain),
		ring: p.Ring, generator: generator, held: make([]bool, len(e.legs)), aside: e.beside,
		cleaner: e.cleaning, way: e.way(p.Route),
	}
	joined := 0
	for i, leg := range e.legs {
		if s.routed[i] = slices.Contains(p.Streams, leg.id); s.routed[i] {
			joined++
		}
		s.held[i] = !s.routed[i] && e.beside.music != nil && slices.Contains(p.Held, leg.id)
	}
	s.joined, s.conference = joined > 0, joined > 1
	e.set.Store(s)
	e.rouse()
}

func factor(db float64) float64 { return math.Pow(10, db/20) }
