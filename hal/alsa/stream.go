package alsa

import (
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
	slots     []int  // channels that are heard
	alone     [1]int // what slots are where one is
	buffer    uint   // frames
	boundary  uint
	period    wire   // one, interleaved; silent but in the slots; with room for one that is stretched
	now       []byte // of it, the frames that move
}

func openStream(k *machineCards, card string, device int, d direction, want setup) (*stream, error) {
	name := fmt.Sprintf("sound card %s, device %d, %s", card, device, d)
	number, err := k.find(card)
	if err != nil {
		return nil, err
	}
	p, err := k.openPCM(number, device, d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s := &stream{pcm: p, card: number, direction: d, name: name, channels: want.channels}
	for c := range want.channels {
		s.slots = append(s.slots, c)
	}
	return s, nil
}

// formats are those that the stream can have beside what is wanted.
func (s *stream) formats(want setup) (mask, error) {
	m, err := formats(s.pcm, want)
	if err != nil {
		err = fmt.Errorf("%s: %w", s.name, err)
	}
	return m, err
}

// configure sets the stream up; other are the formats of the other one.
func (s *stream) configure(want setup, other mask) error {
	l, got, err := configure(s.pcm, want, other)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	s.period, s.buffer = newWire(l, (want.period+want.past)*want.channels), uint(got.buffer)
	s.take(want.period)
	if s.boundary, err = program(s.pcm, got.buffer); err != nil {
		return fmt.Errorf("%s: setting its thresholds: %w", s.name, err)
	}
	return nil
}

// take has so many frames move.
func (s *stream) take(frames int) { s.now = s.period.data[:frames*s.channels*s.period.bytes] }

// use has the stream be heard on these channels.
func (s *stream) use(slots []int) {
	s.slots = slots
	clear(s.period.data)
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
	for rest := s.now; len(rest) > 0; {
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
	for rest := s.now; len(rest) > 0; {
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
	avail, err := s.available()
	return err == nil && avail >= s.buffer
}

// queued is how many frames wait to be played.
func (s *stream) queued() (int, error) {
	avail, err := s.available()
	return int(s.buffer) - int(avail), err
}

// available is how many frames may be moved.
func (s *stream) available() (uint, error) {
	at, err := s.position()
	if err != nil {
		return 0, err
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
	return avail, nil
}

// spread puts mono samples into the slots; those are what moves next.
func (s *stream) spread(mono []int16) {
	s.take(len(mono))
	for _, c := range s.slots {
		for i, v := range mono {
			s.period.put(i*s.channels+c, v)
		}
	}
}

// gather takes mono samples from one channel, or the mean of all.
func (s *stream) gather(mono []int16, channel int) {
	for i := range mono {
		first := i * s.channels
		if channel >= 0 {
			mono[i] = s.period.get(first + channel)
			continue
		}
		sum := 0
		for c := range s.channels {
			sum += int(s.period.get(first + c))
		}
		mono[i] = int16(sum / s.channels)
	}
}
