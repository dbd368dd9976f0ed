package drm

import (
	"errors"
	"fmt"
	"image"
	"unsafe"

	"golang.org/x/sys/unix"

	"offhook/hal/panel"
)

// begin takes the device and makes everything ready to show a picture.
func (s *Screen) begin() error {
	if err := s.takeMaster(); err != nil {
		return explain(err)
	}
	if capability(s.card, capDumb) == 0 {
		return errors.New("this device drives no screen, or has no simple buffers: another of /dev/dri/card* may (ls -l /dev/dri/by-path)")
	}
	if err := s.connect(); err != nil {
		return err
	}
	s.before = crtcState{id: s.crtc}
	if err := s.card.call(getCRTC, unsafe.Pointer(&s.before)); err != nil {
		return explain(err)
	}
	return s.show()
}

// takeMaster has the device obey us. Kernels before 5.8 let root alone ask, though who
// opens a device that is free is its master at once: a refusal says nothing, the
// setting of the mode will.
func (s *Screen) takeMaster() error {
	err := s.card.call(setMaster, nil)
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) {
		return nil
	}
	return err
}

// connect chooses what to show on, and makes buffers for it.
func (s *Screen) connect() error {
	crtcs, outputs, err := survey(s.card)
	if err != nil {
		return explain(err)
	}
	name := s.config.Connector
	if s.crtc != 0 {
		name = s.output.name // what its CRTC can drive
	}
	o, err := pickOutput(outputs, name)
	if err != nil {
		return err
	}
	mode, err := pickMode(o, s.config.wish())
	if err != nil {
		return err
	}
	if s.crtc == 0 {
		if s.crtc, err = pickCRTC(o, crtcs, outputs); err != nil {
			return err
		}
	}
	if size := image.Pt(int(mode.hdisplay), int(mode.vdisplay)); size != s.size {
		err = s.resize(size)
	}
	if err == nil {
		s.output, s.mode = o, mode
	}
	return err
}

// resize makes buffers of another size. Those before are no longer shown.
func (s *Screen) resize(size image.Point) error {
	bits := []uint32{32, 16}
	if capability(s.card, capPreferredDepth) == 16 { // what it would make of 32 itself
		bits = []uint32{16, 32}
	}
	buffers, err := newBuffers(s.card, size, bits[0])
	depth := bits[0]
	if err != nil {
		var other error
		if buffers, other = newBuffers(s.card, size, bits[1]); other != nil {
			return errors.Join(err, other)
		}
		depth = bits[1]
	}
	turned := size
	if s.config.Rotate%180 != 0 {
		turned = image.Pt(size.Y, size.X)
	}
	pixels, err := panel.NewPixels(turned, depth)
	if err != nil {
		return err
	}
	if s.buffers[0] != nil {
		_ = s.unset() // what shows a buffer that is given back is switched off anyway
		if err := s.freeBuffers(); err != nil {
			s.log.Debug("buffers of the screen before", "error", err)
		}
	}
	s.buffers, s.front, s.pixels, s.size, s.shown = buffers, 0, pixels, size, false
	s.picture, s.damage = make([]byte, size.X*size.Y*pixels.Bytes()), newDamage(size)
	return nil
}

func newBuffers(c card, size image.Point, bits uint32) (both [2]*buffer, err error) {
	for i := range both {
		if both[i], err = newBuffer(c, size, bits); err != nil {
			for _, b := range both[:i] {
				err = errors.Join(err, b.free())
			}
			return both, err
		}
	}
	return both, nil
}

// set has the CRTC show a buffer.
func (s *Screen) set(b *buffer) error {
	return s.setCRTC(crtcState{id: s.crtc, fb: b.fb, modeValid: 1, mode: s.mode})
}

// unset switches the screen off.
func (s *Screen) unset() error {
	s.shown = false
	return explain(s.card.call(setCRTC, unsafe.Pointer(&crtcState{id: s.crtc})))
}

func (s *Screen) setCRTC(state crtcState) error {
	a := &s.args
	a.connector, a.crtc = s.output.id, state
	a.crtc.connectors, a.crtc.countConnectors = uint64(uintptr(unsafe.Pointer(&a.connector))), 1 // on the heap
	return s.card.call(setCRTC, unsafe.Pointer(&a.crtc))
}

// restore has the CRTC show what it did before, or nothing if it did.
func (s *Screen) restore() error {
	if s.gone || s.before.fb == 0 || s.before.modeValid == 0 {
		return s.unset()
	}
	return s.setCRTC(crtcState{id: s.crtc, fb: s.before.fb, x: s.before.x, y: s.before.y, modeValid: 1, mode: s.before.mode})
}

// lost tells whether somebody else has the screen.
func lost(err error) bool {
	return errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) || errors.Is(err, unix.EBUSY)
}

var errLost = errors.New("another program (a desktop, a compositor) has the screen: end it, or have it not started on this board")

// explain says what the kernel's number means here.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case lost(err):
		return fmt.Errorf("%w (%w)", errLost, err)
	case errors.Is(err, unix.ENODEV):
		return fmt.Errorf("%w: was it unplugged?", err)
	case errors.Is(err, unix.EOPNOTSUPP):
		return fmt.Errorf("this device drives no screen (%w)", err)
	}
	return err
}
