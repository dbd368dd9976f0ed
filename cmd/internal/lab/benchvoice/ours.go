package benchvoice

import (
	"context"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"offhook/media"
)

// Block is what processes blocks of floats, as media/dsp/echo does.
type Block interface {
	Process(out, near, far, linear []float32)
}

// ours is a Block that is made anew for each scene.
type ours struct {
	block int
	fresh func() (Block, error)
}

func (o ours) cancel(ctx context.Context, mic, far media.Frame) (taken, error) {
	b, err := o.fresh()
	if err != nil {
		return taken{}, err
	}
	n := len(mic) / o.block * o.block
	near, played := floats(mic), floats(far)
	out, linear := make([]float32, len(mic)), make([]float32, len(mic))
	runtime.GC() // of what was made before, not in the time
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := thread()
	for at := 0; at < n && ctx.Err() == nil; at += o.block {
		to := at + o.block
		b.Process(out[at:to], near[at:to], played[at:to], linear[at:to])
	}
	took := thread() - began
	return taken{rounded(out), rounded(linear), took}, ctx.Err()
}

func floats(f media.Frame) []float32 {
	x := make([]float32, len(f))
	for i, v := range f {
		x[i] = float32(v) / full
	}
	return x
}

// rounded is what is left of x in 16 bits.
func rounded(x []float32) signal {
	y := make(signal, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return heard(y.frame())
}

// thread is the processor time of the thread.
func thread() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
