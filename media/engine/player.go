package engine

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/wav"
)

// Clip is a WAV file to be played. The zero Clip is none.
type Clip struct {
	File string
	Loop bool   // until it is taken away
	Take uint32 // tells one playing of a file from the next
}

const (
	clipRoom  = time.Second // read ahead: for which the disk may keep us waiting
	clipEvery = 100 * time.Millisecond
	clipRamp  = 10 * time.Millisecond
)

// player reads a file ahead of the engine's thread.
type player struct {
	clip  Clip
	pipe  *pipe
	over  atomic.Bool // nothing more comes
	heard atomic.Bool // all of it
	done  chan struct{}
	once  sync.Once

	gain *dsp.Gain // the engine's thread
}

func startPlayer(clip Clip, rate int, group *sync.WaitGroup, tell func(Event)) *player {
	p := &player{clip: clip, done: make(chan struct{}), gain: dsp.NewGain(rate, clipRamp),
		pipe: newPipe(int(clipRoom * time.Duration(rate) / time.Second))}
	p.gain.Jump(0)
	p.gain.Set(1)
	group.Go(func() { p.run(rate, tell) })
	return p
}

// ReadFrame fills f with what is there; the rest is silence: the engine's thread.
func (p *player) ReadFrame(f media.Frame) error {
	over := p.over.Load()
	n := p.pipe.pull(f)
	clear(f[n:])
	p.gain.Process(f)
	if over && p.pipe.held() == 0 {
		p.heard.Store(true)
	}
	return nil
}

// stop has the reading end; it does not wait.
func (p *player) stop() {
	if p != nil {
		p.once.Do(func() { close(p.done) })
	}
}

// run reads, and tells when all of the clip was heard or it could not be read.
func (p *player) run(rate int, tell func(Event)) {
	err := p.load(rate)
	p.over.Store(true)
	tick := time.NewTicker(clipEvery)
	defer tick.Stop()
	for !p.heard.Load() && err == nil {
		select {
		case <-p.done:
			return
		case <-tick.C:
		}
	}
	ended := ClipEnded{File: p.clip.File, Take: p.clip.Take}
	if errors.Is(err, errStopped) {
		return
	}
	if err != nil {
		ended.Cause = err.Error()
	}
	tell(ended)
}

var errStopped = errors.New("engine: stopped")

func (p *player) load(rate int) error {
	file, err := os.Open(p.clip.File)
	if err != nil {
		return err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.Join(errors.New("engine: not a file: "+p.clip.File), err)
	}
	in, err := wav.NewReader(file)
	if err != nil {
		return err
	}
	resampler := dsp.NewResampler(in.Rate(), rate)
	raw := make(media.Frame, 512)
	out := make(media.Frame, 512*rate/in.Rate()+2)
	for {
		n, err := in.Read(raw)
		switch {
		case err == io.EOF && p.clip.Loop:
			if err := in.Rewind(); err != nil {
				return err
			}
			continue
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if !p.give(out[:resampler.Process(out, raw[:n])]) {
			return errStopped
		}
	}
}

// give waits for room; false when it is stopped.
func (p *player) give(f media.Frame) bool {
	if p.pipe.room() >= len(f) {
		return p.pipe.push(f)
	}
	tick := time.NewTicker(clipEvery)
	defer tick.Stop()
	for p.pipe.room() < len(f) {
		select {
		case <-p.done:
			return false
		case <-tick.C:
		}
	}
	return p.pipe.push(f)
}
