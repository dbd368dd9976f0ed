package panel

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"periph.io/x/conn/v3/gpio"
)

// never is long enough.
const never = 24 * time.Hour

// drive is the goroutine of the paper.
func (e *EPaper) drive() {
	timer := time.NewTimer(e.config.Sleep)
	defer timer.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-e.drawn:
		case <-timer.C:
		}
		timer.Reset(e.step(time.Now()))
	}
}

// step does what is due and returns how long there is nothing to do, if nobody draws.
func (e *EPaper) step(now time.Time) time.Duration {
	e.mu.Lock()
	begun := e.begun
	copy(e.next, e.want)
	e.mu.Unlock()
	same := !begun || e.pace.known && bytes.Equal(e.next, e.shown)
	if same && !e.pace.ghosts(now) {
		return min(e.rest(now), e.pace.haunted(now))
	}
	if left := e.pace.wait(now); left > 0 {
		return min(left, e.rest(now))
	}
	full := e.pace.wantsFull(now)
	e.pace.begin(now)
	err := e.refresh(full)
	e.driven = time.Now()
	e.report(err)
	if err != nil {
		e.awake = false // a reset may mend it
		e.pace.lost()
		return max(time.Millisecond, e.pace.wait(e.driven))
	}
	e.pace.done(now, full)
	return min(e.config.Sleep, e.config.Every) // a picture of meanwhile has woken us already
}

// rest has the controller sleep when the paper was not driven for a while, and returns
// how long that is yet.
func (e *EPaper) rest(now time.Time) time.Duration {
	if !e.awake {
		return never
	}
	if left := e.config.Sleep - now.Sub(e.driven); left > 0 {
		return left
	}
	if err := e.sleep(); err != nil {
		e.log.Debug("the paper does not sleep", "error", err)
	}
	return never
}

// report keeps an error for the next Draw; the log has its beginning and its end.
func (e *EPaper) report(err error) {
	switch failed := err != nil; {
	case failed == e.failing:
	case failed:
		e.log.Warn("the paper shows no pictures", "error", err)
	default:
		e.log.Info("the paper shows pictures again")
	}
	e.failing = err != nil
	if err != nil {
		err = fmt.Errorf("e-paper on %s: %w", e.config.SPI, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fault = err
}

// Commands of the controller (SSD1680 datasheet, section 8).
const (
	epdGates       = 0x01
	epdDeepSleep   = 0x10
	epdEntry       = 0x11
	epdReset       = 0x12
	epdSensor      = 0x18
	epdActivate    = 0x20
	epdSources     = 0x21
	epdSequence    = 0x22
	epdNew         = 0x24 // memory of the picture
	epdOld         = 0x26 // of what a partial refresh takes for the picture before
	epdBorder      = 0x3c
	epdColumns     = 0x44
	epdRows        = 0x45
	epdFirstColumn = 0x4e
	epdFirstRow    = 0x4f

	keepMemory    = 0x01 // deep sleep mode 1
	rightAndDown  = 0x03
	ownSensor     = 0x80
	middleSources = 0x80 // S8 to S167, where glass of up to 160 columns is bonded
	middleWidth   = 160

	// Clock and supplies on, temperature, waveform, picture, supplies and clock off;
	// by mode 1, and by mode 2, which changes only what is different.
	sequenceFull    = 0xf7
	sequencePartial = 0xff
	borderFull      = 0x05 // follows the waveform of white
	borderPartial   = 0x80 // stays

	epdPulse  = 10 * time.Millisecond // low, and until commands are taken
	resetBusy = time.Second
	busyPoll  = 5 * time.Millisecond
)

// wake resets the controller, which is the way out of deep sleep, and sets it up.
func (e *EPaper) wake() error {
	for _, l := range []gpio.Level{gpio.Low, gpio.High} {
		if err := e.bus.reset.Out(l); err != nil {
			return fmt.Errorf("reset: %w", err)
		}
		time.Sleep(epdPulse)
	}
	if err := e.ready(resetBusy, "the reset"); err != nil {
		return err
	}
	if err := e.bus.command(epdReset); err != nil {
		return err
	}
	time.Sleep(epdPulse)
	if err := e.ready(resetBusy, "the software's reset"); err != nil {
		return err
	}
	width, rows := e.line-1, e.config.Height-1
	sources := byte(0)
	if e.config.Width <= middleWidth {
		sources = middleSources
	}
	err := e.commands([]byte{epdGates, byte(rows), byte(rows >> 8), 0}, []byte{epdEntry, rightAndDown},
		[]byte{epdColumns, 0, byte(width)}, []byte{epdRows, 0, 0, byte(rows), byte(rows >> 8)},
		[]byte{epdSources, 0, sources}, []byte{epdSensor, ownSensor})
	e.awake = err == nil
	return err
}

func (e *EPaper) commands(all ...[]byte) error {
	for _, c := range all {
		if err := e.bus.command(c[0], c[1:]...); err != nil {
			return err
		}
	}
	return nil
}

// ready waits until the controller takes commands.
func (e *EPaper) ready(limit time.Duration, after string) error {
	for end := time.Now().Add(limit); e.busy.Read() == gpio.High; time.Sleep(busyPoll) {
		if time.Now().After(end) {
			return fmt.Errorf("it is busy %s after %s (line %s is high): is BUSY wired to that line, and is its controller an SSD1680?", limit, after, e.config.Busy)
		}
	}
	return nil
}

// refresh brings the next picture on the paper.
func (e *EPaper) refresh(full bool) error {
	if !e.awake {
		if err := e.wake(); err != nil {
			return err
		}
	}
	before, border, sequence, what := e.shown, byte(borderPartial), byte(sequencePartial), "a partial refresh"
	if full {
		before, border, sequence, what = e.next, borderFull, sequenceFull, "a full refresh"
	}
	err := errors.Join(e.write(epdOld, before), e.write(epdNew, e.next))
	if err == nil {
		err = e.commands([]byte{epdBorder, border}, []byte{epdSequence, sequence}, []byte{epdActivate})
	}
	if err == nil {
		err = e.ready(e.config.Timeout, what)
	}
	if err == nil {
		copy(e.shown, e.next)
	}
	return err
}

// write fills a memory.
func (e *EPaper) write(memory byte, picture []byte) error {
	if err := e.commands([]byte{epdFirstColumn, 0}, []byte{epdFirstRow, 0, 0}, []byte{memory}); err != nil {
		return err
	}
	for len(picture) > 0 {
		n := min(len(picture), e.bus.limit)
		if err := e.bus.data(picture[:n]); err != nil {
			return err
		}
		picture = picture[n:]
	}
	return nil
}

// sleep keeps BUSY high (SSD1680 datasheet, section 8, command 0x10): nobody waits.
func (e *EPaper) sleep() error {
	e.awake = false
	return e.bus.command(epdDeepSleep, keepMemory)
}
