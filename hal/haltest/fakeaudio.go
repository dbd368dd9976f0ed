package haltest

import (
	"fmt"
	"sync"
	"testing"

	"offhook/hal"
)

// FakeAudioIO is a sound device whose clock the test turns.
type FakeAudioIO struct {
	*device
	format hal.PCMFormat
	reader oneReader
	ticks  chan []int16 // what is captured
	played chan []int16 // blocks that were played
	spare  chan []int16 // blocks to be used again
	errs   chan error
}

var _ hal.AudioIO = (*FakeAudioIO)(nil)

// NewAudioIO makes a FakeAudioIO; the test fails when it is left open.
func NewAudioIO(t testing.TB, f hal.PCMFormat) *FakeAudioIO {
	a := &FakeAudioIO{device: newDevice(t, "sound device"), format: f, reader: oneReader{t: t},
		ticks: make(chan []int16), played: make(chan []int16, queue), spare: make(chan []int16, queue), errs: make(chan error, 1)}
	for range queue {
		a.spare <- make([]int16, f.Period)
	}
	return a
}

// Tick lets one period pass and gives it to the reader: captured, or silence
// when nil. It returns when the reader has it; false when the device is closed.
func (a *FakeAudioIO) Tick(captured []int16) bool {
	select {
	case a.ticks <- captured:
		return true
	case <-a.done:
		return false
	}
}

// Fail makes the next ReadPeriod return err.
func (a *FakeAudioIO) Fail(err error) { a.errs <- err }

// Played copies the next period that was played to p and returns true, or
// false when there is none yet. A device whose playback nobody takes drops the
// oldest after 64 periods.
func (a *FakeAudioIO) Played(p []int16) bool {
	select {
	case b := <-a.played:
		copy(p, b)
		a.spare <- b
		return true
	default:
		return false
	}
}

// Format implements hal.AudioIO.
func (a *FakeAudioIO) Format() hal.PCMFormat { return a.format }

// Xruns implements hal.AudioIO: there are none.
func (a *FakeAudioIO) Xruns() (capture, playback uint64) { return 0, 0 }

func (a *FakeAudioIO) check(p []int16) error {
	if len(p) != a.format.Period {
		return fmt.Errorf("haltest: a block of %d samples; a period has %d", len(p), a.format.Period)
	}
	return a.ended()
}

// ReadPeriod implements hal.AudioIO.
func (a *FakeAudioIO) ReadPeriod(p []int16) error {
	a.reader.enter("ReadPeriod or WritePeriod")
	defer a.reader.leave()
	if err := a.check(p); err != nil {
		return err
	}
	select {
	case captured := <-a.ticks:
		clear(p[copy(p, captured):])
		return nil
	case err := <-a.errs:
		return err
	case <-a.done:
		return hal.ErrClosed
	}
}

// WritePeriod implements hal.AudioIO.
func (a *FakeAudioIO) WritePeriod(p []int16) error {
	a.reader.enter("ReadPeriod or WritePeriod")
	defer a.reader.leave()
	if err := a.check(p); err != nil {
		return err
	}
	var b []int16
	select {
	case b = <-a.spare:
	default:
		b = <-a.played
	}
	copy(b, p)
	a.played <- b
	return nil
}

// FakeMixer keeps what it was told.
type FakeMixer struct {
	*device
	mu     sync.Mutex
	route  hal.Output
	levels map[hal.Output]int
	muted  bool
}

var _ hal.Mixer = (*FakeMixer)(nil)

// NewMixer makes a FakeMixer with these outputs, at 0 percent; the test fails
// when it is left open.
func NewMixer(t testing.TB, outputs ...hal.Output) *FakeMixer {
	m := &FakeMixer{device: newDevice(t, "mixer"), levels: map[hal.Output]int{}}
	for _, o := range outputs {
		m.levels[o] = 0
	}
	return m
}

// Route implements hal.Mixer.
func (m *FakeMixer) Route(o hal.Output) error {
	return m.change(o, func() { m.route = o })
}

// Volume implements hal.Mixer.
func (m *FakeMixer) Volume(o hal.Output, percent int) error {
	if percent < 0 || percent > 100 {
		return fmt.Errorf("haltest: a volume of %d percent", percent)
	}
	return m.change(o, func() { m.levels[o] = percent })
}

func (m *FakeMixer) change(o hal.Output, do func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ended(); err != nil {
		return err
	}
	if _, ok := m.levels[o]; !ok {
		return fmt.Errorf("haltest: there is no output %q", o)
	}
	do()
	return nil
}

// Mute implements hal.Mixer.
func (m *FakeMixer) Mute(on bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.ended(); err != nil {
		return err
	}
	m.muted = on
	return nil
}

// State is the output routed, its level in percent, and whether the microphone
// is cut.
func (m *FakeMixer) State() (o hal.Output, percent int, muted bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.route, m.levels[m.route], m.muted
}
