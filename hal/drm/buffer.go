package drm

import (
	"errors"
	"fmt"
	"image"
	"unsafe"
)

// buffer is memory that can be shown.
type buffer struct {
	card   card
	handle uint32
	fb     uint32 // 0: not yet one
	line   int    // bytes
	memory []byte
	stale  damage // what is not yet as the picture is
}

// newBuffer makes one of 32 bits a pixel (XRGB8888) or 16 (RGB565).
func newBuffer(c card, size image.Point, bits uint32) (*buffer, error) {
	dumb := createDumb{width: uint32(size.X), height: uint32(size.Y), bits: bits}
	if err := c.call(newDumb, unsafe.Pointer(&dumb)); err != nil {
		return nil, fmt.Errorf("making a buffer of %d×%d pixels of %d bits: %w", size.X, size.Y, bits, err)
	}
	b := &buffer{card: c, handle: dumb.handle, line: int(dumb.pitch), stale: newDamage(size)}
	if err := b.begin(dumb, size); err != nil {
		return nil, errors.Join(err, b.free())
	}
	return b, nil
}

// largest is what a buffer may take, in bytes.
const largest = 256 << 20

func (b *buffer) begin(dumb createDumb, size image.Point) error {
	need := uint64(dumb.pitch) * uint64(size.Y)
	if uint64(dumb.pitch) < uint64(size.X)*uint64(dumb.bits/8) || dumb.size < need || dumb.size > largest {
		return fmt.Errorf("a buffer of %d×%d pixels of %d bits has %d bytes in lines of %d", size.X, size.Y, dumb.bits, dumb.size, dumb.pitch)
	}
	depth := dumb.bits
	if depth == 32 {
		depth = 24 // a byte is not used
	}
	fb := addFB{width: dumb.width, height: dumb.height, pitch: dumb.pitch, bits: dumb.bits, depth: depth, handle: dumb.handle}
	if err := b.card.call(addBuffer, unsafe.Pointer(&fb)); err != nil {
		return fmt.Errorf("a picture of %d bits a pixel: %w", dumb.bits, err)
	}
	b.fb = fb.id
	place := mapDumb{handle: dumb.handle}
	if err := b.card.call(placeDumb, unsafe.Pointer(&place)); err != nil {
		return fmt.Errorf("finding a buffer's memory: %w", err)
	}
	memory, err := b.card.memory(place.offset, int(dumb.size))
	if err != nil {
		return fmt.Errorf("mapping a buffer: %w", err)
	}
	b.memory = memory
	return nil
}

// take copies from a picture what is stale, and is then as the picture is.
func (b *buffer) take(picture []byte, line, pixel int) {
	b.stale.rows(func(y, left, right int) {
		copy(b.memory[y*b.line+left*pixel:], picture[y*line+left*pixel:y*line+right*pixel])
	})
	b.stale.clear()
}

// free gives everything back, as far as there is something.
func (b *buffer) free() error {
	var faults []error
	if b.memory != nil {
		faults = append(faults, b.card.unmap(b.memory))
	}
	if b.fb != 0 {
		faults = append(faults, b.card.call(removeBuffer, unsafe.Pointer(&b.fb)))
	}
	return errors.Join(append(faults, b.card.call(freeDumb, unsafe.Pointer(&b.handle)))...)
}
