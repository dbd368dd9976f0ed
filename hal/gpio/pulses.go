package gpio

import (
	"fmt"
	"io"
	"time"

	"github.com/warthog618/go-gpiocdev"
)

// pulse is the beginning of a pulse on one of several lines.
type pulse struct {
	line int           // of those requested
	at   time.Duration // the kernel's monotonic clock at the interrupt
	seq  uint32        // counts the pulses of all the lines; 0: the kernel does not count
}

// pulseOpener requests lines for their pulses; what it returns gives them back.
// The function is called by one goroutine at a time.
type pulseOpener func(chip string, lines []string, activeLow bool, tell func(pulse)) (io.Closer, error)

// queued is how many edges the kernel is to keep while we are held up: six
// frames.
const queued = 256

// openPulses requests the lines in one, so that their edges come in one order.
func openPulses(chip string, lines []string, activeLow bool, tell func(pulse)) (io.Closer, error) {
	controller, offsets := "", make([]int, len(lines))
	for i, line := range lines {
		name, offset, err := find(chip, line)
		if err != nil {
			return nil, err
		}
		if i > 0 && name != controller {
			return nil, fmt.Errorf("%s is on %s and %s on %s: the order of their pulses is known on one controller only", lines[0], controller, line, name)
		}
		controller, offsets[i] = name, offset
	}
	handler := func(e gpiocdev.LineEvent) {
		for i, o := range offsets {
			if o == e.Offset {
				tell(pulse{line: i, at: e.Timestamp, seq: e.Seqno})
			}
		}
	}
	options := []gpiocdev.LineReqOption{gpiocdev.AsInput, gpiocdev.WithConsumer(consumer), gpiocdev.WithEventHandler(handler), gpiocdev.WithEventBufferSize(queued)}
	if activeLow {
		options = append(options, gpiocdev.WithPullUp, gpiocdev.WithFallingEdge)
	} else {
		options = append(options, gpiocdev.WithPullDown, gpiocdev.WithRisingEdge)
	}
	held, err := gpiocdev.RequestLines(controller, offsets, options...)
	if err != nil {
		return nil, fmt.Errorf("%s %v: %w (gpioinfo tells who holds them)", controller, lines, err)
	}
	return held, nil
}
