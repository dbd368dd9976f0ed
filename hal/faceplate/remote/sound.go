package remote

import (
	"context"
	"fmt"
	"sort"

	"github.com/coder/websocket"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

// ahead is how many periods WriteMic may be before the panel's clock, and
// backlog how many ReadSpeaker may be behind it.
const (
	ahead   = 20
	backlog = 6000
)

// sound is the client's end of the sound, guarded by Client.mu.
type sound struct {
	period  int
	moved   chan struct{} // closed and made anew when anything below moves
	heard   []wire.Audio  // speaker blocks that ReadSpeaker has not taken
	lost    int           // that were pushed out of heard
	sent    uint64        // mic blocks written
	taken   uint64        // mic blocks captured
	runs    []run         // where they were captured
	partial []int16       // samples that are not a block yet
}

// run is a sequence of mic blocks that consecutive capture periods took.
type run struct{ block, period uint64 }

func (s *sound) restart(period int) {
	close(s.moved)
	*s = sound{period: period, moved: make(chan struct{})}
}

func (s *sound) take(a wire.Audio) {
	if a.Kind == wire.KindSpeaker {
		s.heard = append(s.heard, a)
		if len(s.heard) > backlog {
			s.heard = s.heard[1:]
			s.lost++
		}
	}
	if a.Kind == wire.KindClock && a.Mic > 0 {
		n := len(s.runs)
		if n == 0 || a.Number-s.runs[n-1].period != a.Mic-s.runs[n-1].block {
			s.runs = append(s.runs, run{block: a.Mic, period: a.Number})
		}
		s.taken = a.Mic
	}
	close(s.moved)
	s.moved = make(chan struct{})
}

// Audio asks for the sound, in sync mode, and returns its format when this
// client has it: at once, or when the firmware opens its sound device.
func (c *Client) Audio(ctx context.Context) (hal.PCMFormat, error) {
	if err := c.send(wire.Message{Type: wire.TypeAudio, State: wire.Sync}); err != nil {
		return hal.PCMFormat{}, err
	}
	var f hal.PCMFormat
	err := c.Wait(ctx, func(s State) bool {
		f = s.Format
		return s.Sound
	})
	return f, err
}

// WriteMic says samples into the microphone, any number, right after those
// before. It blocks while it is more than 20 periods ahead of the panel. What
// does not fill a period waits for the next call or FlushMic.
func (c *Client) WriteMic(samples []int16) error {
	c.mu.Lock()
	c.sound.partial = append(c.sound.partial, samples...)
	c.mu.Unlock()
	for {
		more, err := c.writeBlock()
		if err != nil || !more {
			return err
		}
	}
}

// FlushMic says what is left of WriteMic, filled up with silence.
func (c *Client) FlushMic() error {
	c.mu.Lock()
	fill := 0
	if n := len(c.sound.partial); n > 0 {
		fill = c.sound.period - n
	}
	c.mu.Unlock()
	return c.WriteMic(make([]int16, max(fill, 0)))
}

func (c *Client) writeBlock() (more bool, err error) {
	c.mu.Lock()
	s := &c.sound
	if !c.state.Sound {
		c.mu.Unlock()
		return false, fmt.Errorf("faceplate client: %w: this client does not have the sound (call Audio)", ErrClosed)
	}
	if len(s.partial) < s.period {
		c.mu.Unlock()
		return false, nil
	}
	if s.sent >= s.taken+ahead {
		moved := s.moved
		c.mu.Unlock()
		return true, c.wait(c.ctx, moved)
	}
	s.sent++
	msg := wire.AppendAudio(nil, wire.Audio{Kind: wire.KindMic, Number: s.sent, Samples: s.partial[:s.period]})
	s.partial = append(s.partial[:0], s.partial[s.period:]...)
	c.mu.Unlock()
	if err := c.ws.Write(c.ctx, websocket.MessageBinary, msg); err != nil {
		return false, fmt.Errorf("%w: %w", ErrClosed, err)
	}
	return true, nil
}

// MicPosition is when the panel captured the n-th sample that WriteMic wrote
// since Audio, in samples of the panel's clock; false while it has not.
func (c *Client) MicPosition(n int64) (at int64, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := &c.sound
	if n < 0 || s.period == 0 {
		return 0, false
	}
	block := uint64(n)/uint64(s.period) + 1
	if block > s.taken {
		return 0, false
	}
	i := sort.Search(len(s.runs), func(i int) bool { return s.runs[i].block > block }) - 1
	if i < 0 {
		return 0, false
	}
	period := s.runs[i].period + block - s.runs[i].block
	return int64(period)*int64(s.period) + n%int64(s.period), true
}

// ReadSpeaker blocks for the next period from the loudspeaker, copies it to p
// (a period long) and returns the position at which its first sample is
// played, in samples of the panel's clock. Where the firmware played nothing,
// positions jump. A reader that is a minute behind gets an error.
func (c *Client) ReadSpeaker(p []int16) (at int64, err error) {
	for {
		c.mu.Lock()
		s := &c.sound
		if s.lost > 0 {
			c.mu.Unlock()
			return 0, fmt.Errorf("faceplate client: ReadSpeaker is more than %d periods behind", backlog)
		}
		if len(s.heard) > 0 {
			a := s.heard[0]
			s.heard = s.heard[1:]
			c.mu.Unlock()
			if len(p) < len(a.Samples) {
				return 0, fmt.Errorf("faceplate client: room for %d samples; a period has %d", len(p), len(a.Samples))
			}
			copy(p, a.Samples)
			return int64(a.Number) * int64(len(a.Samples)), nil
		}
		moved, has := s.moved, c.state.Sound
		c.mu.Unlock()
		if !has {
			return 0, fmt.Errorf("faceplate client: %w: this client does not have the sound (call Audio)", ErrClosed)
		}
		if err := c.wait(c.ctx, moved); err != nil {
			return 0, err
		}
	}
}
