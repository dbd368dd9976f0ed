package benchvoice

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"time"

	"offhook/media/mediatest"
)

// sentences are what people say.
var sentences = [...]string{
	"Good morning, you have reached the front desk, how may I help you today?",
	"The parcel is downstairs, could somebody open the gate for the driver?",
	"I would like to move our meeting from Tuesday afternoon to Thursday at nine.",
	"Seven of the eight lamps in the corridor were replaced last week.",
	"Please hold the line for a moment while I look for the right person.",
	"She bought fresh bread, a jar of honey and two bottles of cold water.",
	"The train from the harbour is running twelve minutes late again.",
	"Can you hear me better now that I have closed the window?",
	"His office is on the third floor, just behind the large yellow door.",
	"We measured the room twice, and both times the echo was quite short.",
	"Their new garden is full of roses, thyme and very old apple trees.",
	"Leave the key with the neighbour and I will fetch it after work.",
	"The weather should clear up by noon, so take the bicycle if you like.",
	"Nobody knew why the heating had stopped in the middle of the night.",
}

// voice is somebody who speaks.
type voice struct {
	espeak string // of espeak-ng
	stand  int    // of mediatest's speakers, who stand in
	speed  int    // words a minute
}

// The voices: far ones and near ones, women and men.
var voices = map[string]voice{
	"anna": {"en-us+f2", 1, 165}, "bert": {"en-gb+m3", 0, 160}, "cleo": {"en-gb-scotland+f4", 3, 170}, "dirk": {"en-us+m7", 2, 155},
	"ella": {"en-gb+linda", 1, 160}, "fred": {"en-us+m1", 0, 170}, "gita": {"en-us+steph", 3, 165}, "hugo": {"en-gb+m5", 2, 160},
}

// speaker says things; without espeak-ng speakers without a language do.
type speaker struct {
	espeak string              // the program; empty when it is not there
	said   map[string][]signal // the sentences by voice
}

func newSpeaker() *speaker {
	s := &speaker{said: map[string][]signal{}}
	s.espeak, _ = exec.LookPath("espeak-ng")
	return s
}

// say speaks for so long, with what was learned, with pauses of about so long, level 1 while active.
func (s *speaker) say(name string, long, pause time.Duration, seed uint64) (signal, error) {
	who, there := voices[name]
	if !there {
		return nil, fmt.Errorf("there is no voice %q", name)
	}
	if s.espeak == "" {
		stand := mediatest.Speakers()[who.stand]
		stand.Seed = seed
		return level(heard(stand.Say(rate, long))), nil
	}
	rng := rand.New(rand.NewPCG(seed, 0x5a1d))
	out := make(signal, 0, samples(long))
	var order []int
	for len(out) < samples(long) {
		if len(order) == 0 {
			order = rng.Perm(len(sentences))
		}
		out = append(out, s.said[name][order[0]]...)
		order = order[1:]
		out = append(out, make(signal, samples(time.Duration(float64(pause)*(0.6+0.8*rng.Float64()))))...)
	}
	return level(out[:samples(long)]), nil
}

// learn has voices say every sentence once, so that afterwards they are only read.
func (s *speaker) learn(ctx context.Context, names []string) error {
	if s.espeak == "" {
		return nil
	}
	for _, name := range names {
		if s.said[name] != nil {
			continue
		}
		said := make([]signal, len(sentences))
		errs := make([]error, len(sentences))
		each(len(sentences), func(i int) { said[i], errs[i] = s.sentence(ctx, voices[name], i) })
		if err := errors.Join(errs...); err != nil {
			return err
		}
		s.said[name] = said
	}
	return nil
}

// level makes what is spoken 1.
func level(x signal) signal {
	if a := active(x); a > 0 {
		x.scale(1 / a)
	}
	return x
}

// sentence says one, without silence around it.
func (s *speaker) sentence(ctx context.Context, who voice, number int) (signal, error) {
	cmd := exec.CommandContext(ctx, s.espeak, "-v", who.espeak, "-s", fmt.Sprint(who.speed), "--stdout", sentences[number])
	var complaint strings.Builder
	cmd.Stderr = &complaint
	wav, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("espeak-ng -v %s: %w: %s", who.espeak, err, strings.TrimSpace(complaint.String()))
	}
	sound, at, err := mediatest.ReadWAV(bytes.NewReader(wav))
	if err != nil {
		return nil, fmt.Errorf("espeak-ng -v %s: %w", who.espeak, err)
	}
	return trim(level(heard(sound).resampled(float64(at) / rate))), nil
}

// trim leaves out the silence before and after.
func trim(x signal) signal {
	from, to := 0, len(x)
	for from < to && x[from] < 0.02 && x[from] > -0.02 {
		from++
	}
	for to > from && x[to-1] < 0.02 && x[to-1] > -0.02 {
		to--
	}
	return x[from:to]
}
