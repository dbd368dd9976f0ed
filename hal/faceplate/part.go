package faceplate

import "sync"

// part is what every device of the panel shares: how it ends.
type part struct {
	once   sync.Once
	stop   func() // ends the device and unblocks its readers
	detach func() // takes it off the panel
}

// Close implements io.Closer; it may be called again.
func (p *part) Close() error {
	p.once.Do(func() {
		p.stop()
		if p.detach != nil {
			p.detach()
		}
	})
	return nil
}
