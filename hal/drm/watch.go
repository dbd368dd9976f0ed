package drm

import (
	"time"
)

// watchEvery is how often a look is taken at what is connected. The kernel has been
// told by the connector, or looks itself every ten seconds: nothing is probed.
const watchEvery = 2 * time.Second

func (s *Screen) watch() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.stop:
			return
		case <-tick.C:
			s.look()
		}
	}
}

// look finds that a screen was taken away, connected or exchanged, and takes one back
// that somebody else had.
func (s *Screen) look() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	now, err := glance(s.card, s.output.id)
	if err != nil {
		return // the next Draw says what is wrong
	}
	switch {
	case now != s.output.mark:
		s.replug(now)
	case !s.shown && !s.dark && !s.gone:
		err = s.show()
	}
	if err == nil {
		s.mending = false
	} else if !s.mending {
		s.mending = true
		s.log.Warn("the screen", "error", err)
	}
}

func (s *Screen) replug(now mark) {
	if now.state == kindDisconnected {
		s.output.mark, s.gone = now, true
		_ = s.unset() // the next screen is set up from the ground; so is this one when it comes back
		s.log.Info("the screen was disconnected", "connector", s.output.name)
		return
	}
	if err := s.connect(); err != nil {
		s.log.Warn("the screen that was connected cannot be used", "error", err)
		s.output.mark = now // until it is changed again
		return
	}
	s.gone, s.shown = false, false
	if !s.dark {
		if err := s.show(); err != nil {
			s.log.Warn("the screen that was connected shows nothing", "error", err)
		}
	}
	s.log.Info("a screen was connected", "connector", s.output.name, "mode", s.mode.String())
	select {
	case s.resized <- struct{}{}:
	default: // one waits to be taken
	}
}
