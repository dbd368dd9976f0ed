package alsa

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// stream is one direction of the sound, in the card's channels.
type stream struct {
	pcm
	card      int
	direction direction
	name      string // for errors: "sound card 1, device 0, capture"
	channels  int
	only      int  // of playback: the one that is played on; -1 all
	buffer    uint // frames
	boundary  uint
	period    []int16 // one, interleaved
}

func openStream(k kernel, card string, device int, d direction, want setup) (*stream, error) {
	name := fmt.Sprintf("sound card %s, device %d, %s", card, device, d)
	number, err := findCard(k, card)
	if err != nil {
		return nil, err
	}
	p, err := k.openPCM(number, device, d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &stream{pcm: p, card: number, direction: d, name: name, channels: want.channels, only: -1, period: make([]int16, want.period*want.channels)}
	if err := s.configure(want); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), p.close())
	}
	return s, nil
}

func (s *stream) configure(want setup) error {
	got, err := configure(s.pcm, want)
	if err != nil {
		return err
	}
	s.buffer = uint(got.buffer)
	if s.boundary, err = program(s.pcm, got.buffer); err != nil {
		return fmt.Errorf("setting its thresholds: %w", err)
	}
	return nil
}

// stall is how long a running card may move nothing. Its periods are at most
// 20 ms; a virtual machine's may be late.
const stall = 3 * time.Second

// fruitless bounds being told that there is something to move when there is
// not, so that a broken driver does not make the audio thread spin.
const fruitless = 64

// move moves the whole period, waiting for the card.
func (s *stream) move() error {
	idle := 0
	for rest := s.period; len(rest) > 0; {
		n, err := s.transfer(rest)
		rest = rest[n:]
		switch {
		case err == unix.EAGAIN || err == nil && n == 0:
			if idle++; idle > fruitless {
				return errStalled
			}
			if err := s.wait(stall); err != nil {
				return err
			}
		case err != nil && err != unix.EINTR:
			return err
		case n > 0:
			idle = 0
		}
	}
	return nil
}

// reset makes the stream ready to start, whatever state it is in.
func (s *stream) reset() error {
	if err := s.drop(); err != nil {
		return err
	}
	return s.prepare()
}

// offer moves what there is room for now and drops the rest. It reports
// whether everything went.
func (s *stream) offer() (bool, error) {
	for rest := s.period; len(rest) > 0; {
		n, err := s.transfer(rest)
		rest = rest[n:]
		switch {
		case err == unix.EAGAIN || err == nil && n == 0:
			return false, nil
		case err != nil && err != unix.EINTR:
			return false, err
		}
	}
	return true, nil
}

// xrun tells, of a stream that stopped, whether it was the one that ran over or
// dry: a linked stream stops with its partner.
func (s *stream) xrun() bool {
	at, err := s.position()
	if err != nil {
		return false
	}
	avail := at.hw - at.appl // unsigned: may wrap, and is brought back below
	if s.direction == playback {
		avail += s.buffer
	}
	if int(avail) < 0 {
		avail += s.boundary
	}
	if s.boundary > 0 && avail >= s.boundary {
		avail -= s.boundary
	}
	return avail >= s.buffer
}

// spread puts mono samples on every channel, or on the only one chosen.
func (s *stream) spread(mono []int16) {
	for i, v := range mono {
		for c := range s.channels {
			if s.only >= 0 && c != s.only {
				s.period[i*s.channels+c] = 0
				continue
			}
			s.period[i*s.channels+c] = v
		}
	}
}

// gather takes mono samples from one channel, or the mean of all.
func (s *stream) gather(mono []int16, channel int) {
	for i := range mono {
		frame := s.period[i*s.channels : (i+1)*s.channels]
		if channel >= 0 {
			mono[i] = frame[channel]
			continue
		}
		sum := 0
		for _, v := range frame {
			sum += int(v)
		}
		mono[i] = int16(sum / s.channels)
	}
}
