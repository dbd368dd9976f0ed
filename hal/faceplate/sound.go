package faceplate

import (
	"slices"

	"offhook/hal/faceplate/internal/wire"
)

// want is a page's wish for the sound. The newest has it: one person uses the
// handset; when that page goes, the one before has it again.
type want struct {
	by   *conn
	sync bool
}

// wantSound is a page's request for the sound, or its end.
func (p *Panel) wantSound(c *conn, state string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.owner()
	p.wants = slices.DeleteFunc(p.wants, func(w want) bool { return w.by == c })
	if state != wire.Off {
		p.wants = append(p.wants, want{by: c, sync: state == wire.Sync})
	} else if before != c {
		return
	}
	if before != nil {
		p.endSound(before)
	}
	p.grant()
}

func (p *Panel) owner() *conn {
	if len(p.wants) == 0 {
		return nil
	}
	return p.wants[len(p.wants)-1].by
}

// grant joins the page that has the sound to the device; p.mu is held.
func (p *Panel) grant() {
	device, ok := getLocked[*audio](p, partAudio)
	owner := p.owner()
	switch {
	case owner == nil && ok:
		device.peer.Store(nil)
	case owner != nil && !ok:
		p.endSound(owner)
	case owner != nil:
		w := p.wants[len(p.wants)-1]
		peer := newPeer(device.format, w.sync, owner.wake)
		m := wire.Message{Type: wire.TypeAudio, State: wire.Live, Rate: device.format.SampleRate, Samples: device.format.Period}
		if w.sync {
			m.State = wire.Sync
		}
		owner.peer.Store(peer) // before the page can answer
		owner.markSound(m, peer)
		device.peer.Store(peer)
	}
}

func (p *Panel) endSound(c *conn) {
	c.peer.Store(nil)
	c.markSound(wire.Message{Type: wire.TypeAudio, State: wire.Off}, nil)
}
