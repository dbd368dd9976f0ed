package link

import (
	"errors"
	"slices"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/session"
)

// obey carries out what control says, until it goes.
func (h *Host) obey(c *conn) error {
	for {
		m, fds, err := c.receive()
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *open:
			h.report(m.ID, h.open(m, fds))
		case *update:
			h.report(m.ID, h.update(m))
		case *closing:
			h.report(m.ID, h.end(func(s *hosted) bool { return !s.left && s.id == m.ID }))
		case *digit:
			h.report(m.ID, h.digit(m))
		case *connect:
			h.connect(m.Patch)
		case *closeLeft:
			h.report(0, h.end(func(s *hosted) bool { return s.left }))
		case *quit:
			return errQuit
		}
	}
}

func (h *Host) report(id media.StreamID, err error) {
	if err != nil {
		h.tell(&failed{ID: id, Text: err.Error()})
	}
}

// find is the stream that control names so.
func (h *Host) find(id media.StreamID) (hosted, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, s := range h.streams {
		if s.id == id && !s.left {
			return *s, nil
		}
	}
	return hosted{}, engine.ErrNoStream
}

func (h *Host) open(m *open, fds []int) error {
	if _, err := h.find(m.ID); err == nil {
		closeAll(fds)
		return errors.New("link: it is open already")
	}
	pair, err := sockets(fds)
	if err != nil {
		return err
	}
	var from *session.State
	if m.Resumes {
		from = &m.State
	}
	h.next++ // this goroutine's alone
	s := &hosted{id: m.ID, name: h.next}
	if err := h.sound.Engine.ResumeStream(s.name, pair, from); err != nil {
		return errors.Join(err, pair.Close())
	}
	h.mutex.Lock()
	h.streams = append(h.streams, s)
	h.mutex.Unlock()
	h.counted()
	if slices.Contains(h.patch.Streams, m.ID) || slices.Contains(h.patch.Held, m.ID) {
		h.connect(h.patch)
	}
	return nil
}

func (h *Host) update(m *update) error {
	s, err := h.find(m.ID)
	if err != nil {
		return err
	}
	if err := h.sound.Engine.UpdateStream(s.name, m.Spec); err != nil {
		return err
	}
	h.mutex.Lock()
	for _, own := range h.streams {
		if own.name == s.name {
			own.generation = m.Generation
		}
	}
	h.mutex.Unlock()
	h.refresh()
	return nil
}

// refresh has the figures told now.
func (h *Host) refresh() {
	select {
	case h.fresh <- struct{}{}:
	default:
	}
}

// end closes the streams that match.
func (h *Host) end(matches func(*hosted) bool) error {
	h.mutex.Lock()
	var names []media.StreamID
	h.streams = slices.DeleteFunc(h.streams, func(s *hosted) bool {
		if matches(s) {
			names = append(names, s.name)
			return true
		}
		return false
	})
	h.mutex.Unlock()
	var errs []error
	for _, name := range names {
		errs = append(errs, h.sound.Engine.CloseStream(name))
	}
	h.counted()
	return errors.Join(errs...)
}

func (h *Host) counted() {
	if h.cfg.Streams != nil {
		h.cfg.Streams(h.count())
	}
	h.refresh()
}

func (h *Host) digit(m *digit) error {
	s, err := h.find(m.ID)
	if err != nil {
		return err
	}
	return h.sound.Engine.SendDigit(s.name, m.Digit, m.Duration)
}

// connect joins the streams by the engine's names. Ones that control has not
// opened yet are joined when it has.
func (h *Host) connect(p engine.Patch) {
	h.patch = p
	p.Streams, p.Held = h.names(p.Streams), h.names(p.Held)
	h.sound.Engine.Connect(p)
}

// names are the engine's for streams of control.
func (h *Host) names(ids []media.StreamID) []media.StreamID {
	names := make([]media.StreamID, 0, len(ids))
	for _, id := range ids {
		if s, err := h.find(id); err == nil {
			names = append(names, s.name)
		}
	}
	return names
}
