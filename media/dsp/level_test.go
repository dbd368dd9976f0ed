package dsp_test

import (
	"math"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/dsp"
)

func TestLevel(t *testing.T) {
	l := dsp.NewLevel(8000, 100*time.Millisecond)
	if l.DB() != dsp.Silence {
		t.Errorf("before any sound: %v", l.DB())
	}
	l.WriteFrame(nil)
	for range 100 {
		l.WriteFrame(sine(8000, 400, 32767, 20*time.Millisecond))
	}
	if math.Abs(l.DB()+3.01) > 0.05 { // a sine of full scale is at -3 dBov (RFC 6464)
		t.Errorf("a full-scale sine: %.2f dBov", l.DB())
	}
	for range 5 { // one time constant: to 1/e of the power
		l.WriteFrame(make(media.Frame, 160))
	}
	if math.Abs(l.DB()+3.01+4.34) > 0.05 {
		t.Errorf("100 ms later: %.2f dBov", l.DB())
	}
	if dsp.FrameLevel(make(media.Frame, 10)) != dsp.Silence || dsp.FrameLevel(nil) != dsp.Silence {
		t.Error("silence is not silent")
	}
	square := media.Frame{-32768, -32768, -32768}
	if dsp.FrameLevel(square) != 0 {
		t.Errorf("the loudest there is: %v", dsp.FrameLevel(square))
	}
}

func TestGain(t *testing.T) {
	g := dsp.NewGain(8000, 10*time.Millisecond)
	f := sine(8000, 400, 10000, 20*time.Millisecond)
	want := sine(8000, 400, 10000, 20*time.Millisecond)
	g.Process(f)
	for i := range f {
		if f[i] != want[i] {
			t.Fatal("a gain of 1 changes the sound")
		}
	}
	g.Set(0)
	flat := make(media.Frame, 160)
	for i := range flat {
		flat[i] = 10000
	}
	g.Process(flat)
	for i := 1; i < len(flat); i++ {
		if d := int(flat[i-1]) - int(flat[i]); d < 0 || d > 130 {
			t.Fatalf("a step of %d at %d", d, i)
		}
	}
	if flat[70] == 0 || flat[81] != 0 {
		t.Errorf("the ramp is not 10 ms: %d, %d", flat[70], flat[81])
	}
	g.SetDB(20)
	loud := make(media.Frame, 800)
	for i := range loud {
		loud[i] = 10000 * int16(1-2*(i%2))
	}
	g.Process(loud)
	if loud[798] != 32767 || loud[799] != -32768 {
		t.Errorf("not clipped: %d, %d", loud[798], loud[799])
	}
	g.Jump(0.5)
	one := media.Frame{1000}
	if g.Process(one); one[0] != 500 {
		t.Errorf("after Jump: %d", one[0])
	}
	if n := testing.AllocsPerRun(100, func() { g.Set(0.3); g.Process(loud) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
