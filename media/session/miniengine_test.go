package session

import (
	"slices"
	"sync"
	"time"

	"offhook/media"
)

// miniEngine is an Engine that has a Stream and no sound device.
type miniEngine struct {
	mutex  sync.Mutex
	stream *Stream
	ear    ear
	specs  []Spec

	thread sync.Mutex // whose turn it is to be the engine's thread
	heard  []string
	done   chan struct{}
	wait   sync.WaitGroup
}

func (m *miniEngine) OpenStream(id media.StreamID, s Sockets) error {
	began := time.Now()
	stream, err := OpenStream(StreamConfig{ID: id, Sockets: s, Now: func() time.Duration { return time.Since(began) }, Epoch: began, Real: true,
		Listener: &m.ear, RTCPInterval: 100 * time.Millisecond})
	if err != nil {
		return err
	}
	m.stream, m.done = stream, make(chan struct{})
	m.wait.Go(m.run)
	return nil
}

// run looks for packets as an engine does, with ticks for its sound device.
func (m *miniEngine) run() {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-m.done:
			return
		case <-tick.C:
		}
		m.thread.Lock()
		for p := m.stream.Next(); p != nil; p = m.stream.Next() {
			m.heard = append(m.heard, string(p.Payload))
		}
		m.thread.Unlock()
	}
}

// send and hears are the engine's thread's, too.
func (m *miniEngine) send(p Outgoing) {
	m.thread.Lock()
	defer m.thread.Unlock()
	m.stream.Send(p)
}

func (m *miniEngine) hears(said []byte) bool {
	m.thread.Lock()
	defer m.thread.Unlock()
	return slices.Contains(m.heard, string(said))
}

func (m *miniEngine) UpdateStream(_ media.StreamID, s Spec) error {
	m.mutex.Lock()
	m.specs = append(m.specs, s)
	m.mutex.Unlock()
	return m.stream.Update(s)
}

func (m *miniEngine) CloseStream(media.StreamID) error {
	close(m.done)
	m.wait.Wait()
	return m.stream.Close()
}

func (m *miniEngine) StreamStats(media.StreamID) (media.Stats, bool) { return m.stream.Stats(), true }

func (m *miniEngine) SendDigit(media.StreamID, rune, time.Duration) error { return ErrNoEvents }

func (m *miniEngine) last() Spec {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.specs[len(m.specs)-1]
}
