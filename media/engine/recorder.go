package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"offhook/media"
	"offhook/media/wav"
)

// Record is a recording of what is said: this side on the left, the far ends on
// the right. The zero Record is none.
type Record struct {
	File    string        // must not be there
	Longest time.Duration // 0: as long as a file may be
	Spare   int64         // octets to be left free on the disk
}

const (
	recordRoom  = 4 * time.Second        // for which the disk may keep us waiting
	recordEvery = 100 * time.Millisecond // of emptying the pipe
	syncEvery   = 3 * time.Second        // what a power cut may take
)

// recorder writes what the engine's thread hands it.
type recorder struct {
	what Record
	pipe *pipe
	done chan struct{}
	once sync.Once
}

// startRecorder begins a recording; its goroutine, one of group's, tells how it ended.
func startRecorder(what Record, rate int, group *sync.WaitGroup, tell func(Event)) *recorder {
	r := &recorder{what: what, done: make(chan struct{}), pipe: newPipe(int(2 * recordRoom * time.Duration(rate) / time.Second))}
	group.Go(func() { tell(r.run(rate)) })
	return r
}

// tap takes one period of both sides: the engine's thread.
func (r *recorder) tap(near, far media.Frame) { r.pipe.pushPair(near, far) }

// stop has the recording end; it does not wait.
func (r *recorder) stop() {
	if r != nil {
		r.once.Do(func() { close(r.done) })
	}
}

func (r *recorder) run(rate int) RecordEnded {
	ended := RecordEnded{File: r.what.File}
	w, err := r.create(rate)
	if err == nil {
		ended.File = w.Name()
		err = r.write(w)
		ended.Length = w.Length()
		err = errors.Join(err, w.Close())
	}
	if lost := r.pipe.lost.Load(); lost > 0 {
		gap := time.Duration(lost/2) * time.Second / time.Duration(rate)
		err = errors.Join(err, fmt.Errorf("engine: the disk was too slow: %v of the recording are missing", gap.Round(10*time.Millisecond)))
	}
	if err != nil {
		ended.Cause = err.Error()
	}
	return ended
}

// create begins the file. One of a recording that was cut off, by the end of a
// media process, is gone on with in another beside it.
func (r *recorder) create(rate int) (w *wav.Writer, err error) {
	name, end := r.what.File, filepath.Ext(r.what.File)
	for n := 2; n < 10; n++ {
		w, err = wav.Create(name, wav.Config{Rate: rate, Channels: 2, Longest: r.what.Longest, Spare: r.what.Spare})
		if !errors.Is(err, os.ErrExist) {
			break
		}
		name = strings.TrimSuffix(r.what.File, end) + "-" + strconv.Itoa(n) + end
	}
	return w, err
}

// write writes until it is stopped, or nothing more fits.
func (r *recorder) write(w *wav.Writer) error {
	tick := time.NewTicker(recordEvery)
	defer tick.Stop()
	buffer := make(media.Frame, 8192)
	for n := 1; ; n++ {
		stopped := false
		select {
		case <-r.done:
			stopped = true
		case <-tick.C:
		}
		for r.pipe.held() > 0 {
			if err := w.WriteFrame(buffer[:r.pipe.pull(buffer)]); err != nil {
				return err
			}
		}
		if stopped {
			return nil
		}
		if n%int(syncEvery/recordEvery) == 0 {
			if err := w.Sync(); err != nil {
				return err
			}
		}
	}
}
