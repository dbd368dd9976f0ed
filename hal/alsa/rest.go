package alsa

import "offhook/hal"

// Rest implements hal.Rester: the card is stopped, so that it neither wakes
// anybody nor keeps its codec powered up. With soon it is powered up again
// (prepared), which takes some codecs longer than a call may wait; starting it is
// a matter of microseconds then.
func (d *PCM) Rest(soon bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed.Load() {
		return hal.ErrClosed
	}
	err := d.halt(soon)
	if err == nil {
		err = d.capture.doze(d.playback.pcm)
	}
	switch err {
	case nil:
		return nil
	case errWoken:
		return hal.ErrClosed
	}
	return d.stop(d.fail(d.capture, err))
}

// halt brings the card to where it is to rest.
func (d *PCM) halt(soon bool) error {
	d.leads = true
	if d.running || d.ready && !soon {
		d.running, d.ready = false, false
		if err := d.capture.drop(); err != nil {
			return err
		}
		if !d.linked {
			if err := d.playback.drop(); err != nil {
				return err
			}
		}
	}
	if !soon || d.ready {
		return nil
	}
	if err := d.prepare(true, true); err != nil {
		return err
	}
	d.ready = true
	return nil
}

// Rouse implements hal.Rester.
func (d *PCM) Rouse() { d.capture.rouse() }

// Poll has the Go runtime's poller wait for the card where all threads of this
// process have real-time priority: then one thread waits for the card and for
// packets, and none hands over to another. Elsewhere a thread of the card's own,
// with a priority of its own, keeps the beat better: the poller's turn comes
// after all other work.
func (d *PCM) Poll(hastened bool) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return hastened && !d.closed.Load() && d.capture.poll()
}
