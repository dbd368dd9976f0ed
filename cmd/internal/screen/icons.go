package screen

import (
	"image"
)

type icon uint8

const (
	iconHandset icon = iota
	iconPadlock
	iconEnvelope
	iconMissed
	iconIncoming
	iconOutgoing
	iconMic
	iconMicOff
	iconSpeaker
	iconHeadset
	iconBell
	iconBellOff
	iconPause
	iconWarning
	iconCross
	iconTick
	iconPerson
	iconTransfer
	iconNoNetwork
	iconNoSound
	iconDot
	iconRing
	iconHangUp
)

type iconKey struct {
	icon icon
	size int
}

// icon draws an icon in a square with its top left corner at x, y.
func (c *canvas) icon(i icon, ink ink, x, y, size int) {
	if c.icons == nil {
		c.icons = map[iconKey]*image.Alpha{}
	}
	key := iconKey{i, size}
	m := c.icons[key]
	if m == nil {
		s := newShape(size)
		s.draw(i)
		m = s.mask()
		c.icons[key] = m
	}
	stamp(c.dst, m.Rect.Add(image.Pt(x, y)), ink, m, image.Point{})
}

func (s *shape) draw(i icon) {
	switch i {
	case iconHandset:
		s.handset()
	case iconHangUp:
		s.receiver()
	case iconPadlock:
		s.roundRect(4.5, 10.5, 19.5, 22, 2.5)
		s.arc(2.6, 12, 8, 4.6, 180, 360)
		s.line(2.6, 7.4, 8, 7.4, 11)
		s.line(2.6, 16.6, 8, 16.6, 11)
	case iconEnvelope:
		s.line(2.2, 2.5, 5.5, 21.5, 5.5, 21.5, 18.5, 2.5, 18.5, 2.5, 5.5)
		s.line(2.2, 3, 6, 12, 13.2, 21, 6)
	case iconMissed:
		s.line(2.6, 3, 6.5, 11.5, 15, 21, 5.5)
		s.line(2.6, 3, 13, 3, 6.5, 9.5, 6.5)
		s.line(2.6, 5, 20.5, 19, 20.5)
	case iconIncoming:
		s.line(2.6, 19, 5, 6, 18)
		s.line(2.6, 6, 9, 6, 18, 15, 18)
	case iconOutgoing:
		s.line(2.6, 5, 19, 18, 6)
		s.line(2.6, 9, 6, 18, 6, 18, 15)
	case iconMic, iconMicOff:
		s.microphone(i == iconMicOff)
	case iconSpeaker:
		s.polygon(3, 9, 7, 9, 12.5, 4, 12.5, 20, 7, 15, 3, 15)
		s.arc(2, 12.5, 12, 4.2, -45, 45)
		s.arc(2, 12.5, 12, 8.4, -48, 48)
	case iconNoSound:
		s.polygon(3, 9, 7, 9, 12.5, 4, 12.5, 20, 7, 15, 3, 15)
		s.line(2.2, 16, 9, 22, 15)
		s.line(2.2, 22, 9, 16, 15)
	case iconHeadset:
		s.arc(2.4, 12, 12.5, 8.6, 180, 360)
		s.roundRect(2, 12, 7, 20.5, 2)
		s.roundRect(17, 12, 22, 20.5, 2)
	case iconBell, iconBellOff:
		s.bell(i == iconBellOff)
	case iconPause:
		s.roundRect(5.5, 4, 10, 20, 1.6)
		s.roundRect(14, 4, 18.5, 20, 1.6)
	case iconWarning:
		s.line(2.4, 12, 3.5, 22, 20.5, 2, 20.5, 12, 3.5)
		s.line(2.6, 12, 9.5, 12, 14)
		s.circle(12, 17.4, 1.5)
	case iconCross:
		s.line(3, 5, 5, 19, 19)
		s.line(3, 19, 5, 5, 19)
	case iconTick:
		s.line(3, 4, 13, 9.5, 18.5, 20, 6)
	case iconPerson:
		s.circle(12, 8, 4.6)
		s.shoulders()
	case iconTransfer:
		s.line(2.6, 3, 12, 20, 12)
		s.line(2.6, 14, 6, 20.5, 12, 14, 18)
	case iconNoNetwork:
		s.arc(2.2, 12, 19, 5, 225, 315)
		s.arc(2.2, 12, 19, 10, 225, 315)
		s.arc(2.2, 12, 19, 15, 225, 315)
		s.line(2.2, 4, 21, 20, 5)
	case iconDot:
		s.circle(12, 12, 11)
	case iconRing:
		s.circle(12, 12, 11)
		s.hole(12, 12, 7.6)
	}
}

// handset is a receiver that stands upright, tilted.
func (s *shape) handset() {
	s.move(5.2, 3.2)
	s.curve(6.2, 2.2, 7.8, 2.3, 8.6, 3.5)
	s.to(10.4, 6.2)
	s.curve(11, 7.2, 10.9, 8.4, 10.1, 9.2)
	s.to(8.8, 10.5)
	s.curve(9.9, 12.6, 11.4, 14.1, 13.5, 15.2)
	s.to(14.8, 13.9)
	s.curve(15.6, 13.1, 16.8, 13, 17.8, 13.6)
	s.to(20.5, 15.4)
	s.curve(21.7, 16.2, 21.8, 17.8, 20.8, 18.8)
	s.to(19.3, 20.3)
	s.curve(18.2, 21.4, 16.6, 21.8, 15.1, 21.3)
	s.curve(9.5, 19.4, 4.6, 14.5, 2.7, 8.9)
	s.curve(2.2, 7.4, 2.6, 5.8, 3.7, 4.7)
	s.r.ClosePath()
}

// receiver lies in its cradle.
func (s *shape) receiver() {
	s.move(1.6, 14)
	s.curve(1.2, 9.6, 6, 7, 12, 7)
	s.curve(18, 7, 22.8, 9.6, 22.4, 14)
	s.to(22.2, 15.4)
	s.curve(22, 16.6, 20.9, 17.3, 19.8, 17)
	s.to(17, 16.3)
	s.curve(16.1, 16.1, 15.5, 15.4, 15.4, 14.5)
	s.to(15.2, 12.4)
	s.curve(13.2, 11.8, 10.8, 11.8, 8.8, 12.4)
	s.to(8.6, 14.5)
	s.curve(8.5, 15.4, 7.9, 16.1, 7, 16.3)
	s.to(4.2, 17)
	s.curve(3.1, 17.3, 2, 16.6, 1.8, 15.4)
	s.r.ClosePath()
}

func (s *shape) microphone(off bool) {
	s.roundRect(8.4, 1.8, 15.6, 14, 3.6)
	s.arc(2.2, 12, 10.5, 7.2, 10, 170)
	s.line(2.2, 12, 18, 12, 21.5)
	s.line(2.2, 8.5, 22, 15.5, 22)
	if off {
		s.line(2.6, 2.5, 2.5, 21.5, 21.5)
	}
}

func (s *shape) bell(off bool) {
	s.move(12, 3)
	s.curve(16.5, 3, 18.5, 6, 18.5, 10)
	s.curve(18.5, 14, 19.5, 15.5, 21, 17.5)
	s.to(3, 17.5)
	s.curve(4.5, 15.5, 5.5, 14, 5.5, 10)
	s.curve(5.5, 6, 7.5, 3, 12, 3)
	s.r.ClosePath()
	s.circle(12, 20.3, 2.2)
	if off {
		s.line(2.6, 2.5, 2.5, 21.5, 21.5)
	}
}

func (s *shape) shoulders() {
	s.move(12, 14)
	s.curve(17.5, 14, 21, 17, 21, 21.5)
	s.to(3, 21.5)
	s.curve(3, 17, 6.5, 14, 12, 14)
	s.r.ClosePath()
}
