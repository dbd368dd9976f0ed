package link

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"time"
	"unicode/utf8"
)

// Bounds of what a message may hold.
const (
	maxMessage = 32 << 10
	maxText    = 4096
	maxList    = 160 // a bell that rings two seconds is 80 strokes
)

// ErrMessage is returned, wrapped, for a message that is not in order.
var ErrMessage = errors.New("link: malformed message")

// coder writes a message's fields or, reading, fills them: one description of a
// message serves both ways. The first error stays.
type coder struct {
	buf     []byte // written, or still to be read
	reading bool
	err     error
}

func (c *coder) fail(what string) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: %s", ErrMessage, what)
	}
}

// take is the next n octets when reading; nil when there are fewer.
func (c *coder) take(n int) []byte {
	if c.err != nil || n > len(c.buf) {
		c.fail("it is cut short")
		return nil
	}
	out := c.buf[:n]
	c.buf = c.buf[n:]
	return out
}

func (c *coder) u8(v *uint8) {
	if !c.reading {
		c.buf = append(c.buf, *v)
	} else if b := c.take(1); b != nil {
		*v = b[0]
	}
}

func (c *coder) u16(v *uint16) {
	if !c.reading {
		c.buf = binary.BigEndian.AppendUint16(c.buf, *v)
	} else if b := c.take(2); b != nil {
		*v = binary.BigEndian.Uint16(b)
	}
}

func (c *coder) u32(v *uint32) {
	if !c.reading {
		c.buf = binary.BigEndian.AppendUint32(c.buf, *v)
	} else if b := c.take(4); b != nil {
		*v = binary.BigEndian.Uint32(b)
	}
}

func (c *coder) u64(v *uint64) {
	if !c.reading {
		c.buf = binary.BigEndian.AppendUint64(c.buf, *v)
	} else if b := c.take(8); b != nil {
		*v = binary.BigEndian.Uint64(b)
	}
}

func (c *coder) bool(v *bool) {
	b := uint8(0)
	if *v {
		b = 1
	}
	c.u8(&b)
	if b > 1 {
		c.fail("neither true nor false")
	}
	*v = b == 1
}

// small is a number within bounds.
func (c *coder) small(v *int, least, most int) {
	n := uint32(int32(*v))
	if !c.reading && (*v < least || *v > most) {
		c.fail("a number out of bounds")
	}
	c.u32(&n)
	if *v = int(int32(n)); c.reading && (*v < least || *v > most) {
		c.fail("a number out of bounds")
		*v = least
	}
}

func (c *coder) duration(v *time.Duration) {
	n := uint64(*v)
	c.u64(&n)
	*v = time.Duration(n)
}

// float is a finite number.
func (c *coder) float(v *float64) {
	n := math.Float64bits(*v)
	c.u64(&n)
	if *v = math.Float64frombits(n); math.IsNaN(*v) || math.IsInf(*v, 0) {
		c.fail("not a finite number")
		*v = 0
	}
}

// time is a moment, the zero one included.
func (c *coder) time(v *time.Time) {
	n := uint64(0)
	if !v.IsZero() {
		n = uint64(v.UnixNano())
	}
	c.u64(&n)
	if !c.reading {
		return
	}
	if *v = (time.Time{}); n != 0 {
		*v = time.Unix(0, int64(n))
	}
}

func (c *coder) text(v *string) {
	if !c.reading && len(*v) > maxText {
		c.fail("a text too long")
		return
	}
	n := uint16(len(*v))
	c.u16(&n)
	switch {
	case !c.reading:
		c.buf = append(c.buf, *v...)
	case int(n) > maxText:
		c.fail("a text too long")
	default:
		*v = string(c.take(int(n)))
		if !utf8.ValidString(*v) {
			c.fail("a text that is not UTF-8")
		}
	}
}

// address is an address with its port, or none.
func (c *coder) address(v *netip.AddrPort) {
	b, _ := v.MarshalBinary()
	s := string(b)
	n := uint8(len(s))
	if len(s) > math.MaxUint8 {
		c.fail("an address too long")
	}
	c.u8(&n)
	if !c.reading {
		c.buf = append(c.buf, s...)
		return
	}
	if b = c.take(int(n)); v.UnmarshalBinary(b) != nil {
		c.fail("not an address")
	}
}

// list is the length of a list: what it has, or what is to be read.
func (c *coder) list(has int) int {
	n := uint8(has)
	if has > maxList {
		c.fail("a list too long")
		return 0
	}
	c.u8(&n)
	if int(n) > maxList {
		c.fail("a list too long")
	}
	if c.err != nil {
		return 0
	}
	return int(n)
}

// sequence codes a list of what each codes.
func sequence[T any](c *coder, list *[]T, each func(*T)) {
	n := c.list(len(*list))
	if c.reading {
		*list = nil
		if n > 0 {
			*list = make([]T, n)
		}
	}
	for i := range n {
		each(&(*list)[i])
	}
}
