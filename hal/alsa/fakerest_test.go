package alsa

import "golang.org/x/sys/unix"

// unplug takes the card away.
func (m *machine) unplug() {
	m.do(func() {
		m.gone = true
		for _, s := range m.open {
			s.state = "gone"
		}
		close(m.leaving)
	})
}

func (s *tape) poll() bool {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if s.direction == playback {
		s.m.t.Error("playback is left to the poller: each of its periods would wake the process too")
	}
	s.byPoller = true
	return true
}

// doze lets time pass meanwhile, as long as nobody rouses it.
func (s *tape) doze(beside pcm) error {
	s.m.mu.Lock()
	for _, stream := range []*tape{s, beside.(*tape)} {
		if stream.state == "running" {
			s.m.t.Errorf("%s dozes while it runs", stream.direction)
		}
	}
	s.m.asked++
	s.m.pass(3 * s.buffer)
	for _, stream := range []*tape{s, beside.(*tape)} {
		if s.m.asleep != "" && stream.state == "prepared" {
			stream.state = s.m.asleep
		}
	}
	gone := s.m.gone
	s.m.mu.Unlock()
	if gone {
		return unix.ENODEV
	}
	select {
	case <-s.woken:
		return errWoken
	case <-s.roused:
		return nil
	case <-s.m.leaving:
		return unix.ENODEV
	}
}

func (s *tape) rouse() {
	select {
	case s.roused <- struct{}{}:
	default:
	}
}
