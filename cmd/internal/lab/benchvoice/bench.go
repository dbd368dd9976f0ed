package benchvoice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Config says what is measured.
type Config struct {
	Scenes   []string  // nil means all
	Set      uint64    // of scenes, voices and rooms; 0 is the usual one
	Rounds   int       // of timing; 0 means 2
	Out      string    // folder for pictures and sound; none if empty
	Quick    bool      // no instructions, and nobody listens: no P.862
	Progress io.Writer // lines for people
	// Canceller makes one, of blocks of Block samples; nil is media/dsp/echo's.
	Canceller func() (Block, error)
	Block     int
}

// tail is what all cancellers are given.
const tail = 200 * time.Millisecond

// bench is a run under way.
type bench struct {
	cfg   Config
	began time.Time
	all   []contestant
	speex string // the program; empty when it cannot be built
}

// Run measures, and says on the way what.
func Run(ctx context.Context, cfg Config) (Figures, error) {
	b := &bench{cfg: cfg, began: time.Now()}
	if b.cfg.Rounds == 0 {
		b.cfg.Rounds = 2
	}
	dir, err := os.MkdirTemp("", "voice-")
	if err != nil {
		return Figures{}, err
	}
	f, err := b.measure(ctx, dir)
	return f, errors.Join(err, os.RemoveAll(dir))
}

func (b *bench) say(format string, args ...any) {
	if b.cfg.Progress != nil {
		fmt.Fprintf(b.cfg.Progress, "%5.1f s  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
	}
}

func (b *bench) measure(ctx context.Context, dir string) (Figures, error) {
	wanted, err := b.wanted()
	if err != nil {
		return Figures{}, err
	}
	if err := b.contestants(ctx, dir); err != nil {
		return Figures{}, err
	}
	speaker := newSpeaker()
	if speaker.espeak == "" {
		b.say("there is no espeak-ng: voices without a language speak; install the package espeak-ng")
	}
	recordings, err := b.record(ctx, speaker, wanted)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{}
	for _, c := range b.all {
		f.Rows = append(f.Rows, Row{Key: c.key, Name: c.name})
	}
	for _, r := range recordings {
		attempts, err := b.attempts(ctx, r)
		if err != nil {
			return Figures{}, fmt.Errorf("scene %s: %w", r.Scene.Name, err)
		}
		verdicts := judgeAll(attempts, !b.cfg.Quick)
		f.Scenes = append(f.Scenes, r.Scene.Name)
		for i, v := range verdicts {
			f.Rows[i].Scenes = append(f.Rows[i].Scenes, v)
			if b.all[i].key != "none" {
				b.say("%-8s %-12s 20 dB after %.2f s, ERLE %.1f and %.1f, back after %s s, first %.1f, after change %s, steady %.1f dB, quality %.2f, gain %.2f, %.0f µs",
					r.Scene.Name, b.all[i].name, v.T20, v.Single, v.Double, cell(v.Reconverge, 2), v.First, cell(v.Changed, 1), v.Steady, v.Quality, v.Gain, v.Cost/1000)
			}
		}
		if b.cfg.Out != "" {
			if err := b.keep(attempts); err != nil {
				return Figures{}, err
			}
		}
	}
	if len(b.cfg.Scenes) == 0 {
		if err := b.others(ctx, speaker, &f); err != nil {
			return Figures{}, err
		}
	}
	if !b.cfg.Quick {
		if f.Instructions, err = b.instructions(ctx); err != nil {
			return Figures{}, err
		}
	}
	if b.cfg.Out != "" {
		if err := f.draw(b.cfg.Out, b.all); err != nil {
			return Figures{}, err
		}
		b.say("pictures and sound: %s", b.cfg.Out)
	}
	return f, nil
}

// others measures what is done to speech without echo: noise suppression and gain control.
func (b *bench) others(ctx context.Context, say *speaker, f *Figures) error {
	names := []string{loudVoice}
	for _, d := range dins() {
		names = append(names, d.voice)
	}
	err := say.learn(ctx, names)
	if err != nil {
		return err
	}
	quiet := []contestant{{"ours", "offhook", "", ours{rate / 100, freshSuppressor}}}
	loud := []contestant{{"ours", "offhook", "", ours{rate / 100, freshControl}}}
	if b.speex != "" {
		quiet = append(quiet, contestant{"speexdsp", "speexdsp", "", preprocessor(b.speex, false)})
		loud = append(loud, contestant{"speexdsp", "speexdsp", "", preprocessor(b.speex, true)})
	}
	if f.Quiet, err = b.quiet(ctx, say, quiet, dins()); err != nil {
		return err
	}
	f.Loud, err = b.loudness(ctx, say, loud)
	return err
}

// wanted are the scenes to play.
func (b *bench) wanted() ([]Scene, error) {
	all := Set(b.cfg.Set)
	if len(b.cfg.Scenes) == 0 {
		return all, nil
	}
	var some []Scene
	for _, name := range b.cfg.Scenes {
		i := slices.IndexFunc(all, func(s Scene) bool { return s.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no scene %q", name)
		}
		some = append(some, all[i])
	}
	return some, nil
}

// contestants are those that can be had here; of the others a line is said.
func (b *bench) contestants(ctx context.Context, dir string) error {
	own := ours{b.cfg.Block, b.cfg.Canceller}
	if own.fresh == nil {
		own = ours{rate / 100, freshCanceller}
	}
	b.all = []contestant{{"ours", "offhook", "#1f6f54", own}}
	speex, err := speexSource.build(ctx, dir)
	if err == nil {
		b.speex = speex
		b.all = append(b.all, contestant{"speexdsp", "speexdsp", "#c0392b", speexdsp(speex, 320, tail)},
			contestant{"speexdsp160", "speexdsp 160", "#e0a090", speexdsp(speex, 160, tail)})
	} else if err = b.without(err); err != nil {
		return err
	}
	webrtc, err := webrtcSource.build(ctx, dir)
	if err == nil {
		b.all = append(b.all, contestant{"webrtc", "WebRTC", "#2c5d9b", peer{program: webrtc}})
	} else if err = b.without(err); err != nil {
		return err
	}
	b.all = append(b.all, contestant{"none", "nothing", "#999999", nothing{}})
	return nil
}

// without goes on without a peer that cannot be built.
func (b *bench) without(err error) error {
	if errors.Is(err, ErrNoTools) {
		b.say("%v", err)
		return nil
	}
	return err
}

// record makes the scenes.
func (b *bench) record(ctx context.Context, speaker *speaker, scenes []Scene) ([]*Recording, error) {
	all := make([]*Recording, len(scenes))
	errs := make([]error, len(scenes))
	for _, scene := range scenes {
		if err := speaker.learn(ctx, []string{scene.Far, scene.Near}); err != nil {
			return nil, err
		}
	}
	each(len(scenes), func(i int) {
		if errs[i] = ctx.Err(); errs[i] == nil {
			all[i], errs[i] = record(speaker, scenes[i])
		}
	})
	for _, r := range all {
		if r != nil {
			b.say("%-8s room of %v, response of %v, loudspeaker %.0f dB bent, noise at %.0f dB, echo %+.0f dB, drift %+.0f ppm",
				r.Scene.Name, r.Scene.RT, r.Scene.Tail, -r.distorted, -r.Scene.Noise, r.Scene.Echo, r.Scene.Drift)
		}
	}
	return all, errors.Join(errs...)
}

// each does n things, some at once.
func each(n int, do func(int)) {
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			do(i)
		})
	}
	wg.Wait()
}

// attempts has everybody work on a scene, in turns so that all have the same machine.
func (b *bench) attempts(ctx context.Context, r *Recording) ([]attempt, error) {
	all := make([]attempt, len(b.all))
	for round := range b.cfg.Rounds {
		for i, c := range b.all {
			scene, err := c.cancel(ctx, r.Mic, r.Far)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			if round > 0 {
				scene.took = min(scene.took, all[i].scene.took)
			}
			all[i].Recording, all[i].scene = r, scene
		}
	}
	silence := make([]int16, len(r.Far))
	for i, c := range b.all {
		alone, err := c.cancel(ctx, r.Alone, silence)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		unechoed, err := c.cancel(ctx, r.Alone, r.Far)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		all[i].alone, all[i].unechoed = alone, unechoed
	}
	return all, nil
}

func judgeAll(attempts []attempt, listen bool) []Verdict {
	verdicts := make([]Verdict, len(attempts))
	each(len(attempts), func(i int) { verdicts[i] = attempts[i].judge(listen) })
	return verdicts
}
