package link

import (
	"fmt"
	"log/slog"
	"time"
	"unicode/utf8"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/session"
)

// version is the first octet of every message.
const version = 7

// kind is the second one.
type kind uint8

// From control; from the engine. A number is never given to another message.
const (
	kindHello kind = iota + 1
	kindOpen
	kindUpdate
	kindClose
	kindDigit
	kindConnect
	kindCloseLeft
	kindQuit

	kindReady kind = iota + 64
	kindReport
	kindFigures
	kindStarted
	kindReceived
	kindDevice
	kindFailed
	kindLog
	kindFinished
)

// message is one datagram.
type message interface {
	kind() kind
	code(*coder)
}

// Audio is the part of the board that is the sound device.
type Audio struct {
	Compatible string
	Params     map[string]any // nil, bool, int, float64, string, []any and map[string]any
	HandsFree  engine.HandsFree
	Profiles   engine.Profiles
}

type (
	// hello is the first message of a control; Token tells one from the next.
	hello struct {
		Token uint64
		Audio Audio
		Level slog.Level // of the log, and above
	}
	// open comes with the two sockets.
	open struct {
		ID      media.StreamID
		Resumes bool
		State   session.State
	}
	update struct {
		ID         media.StreamID
		Generation uint32 // comes back in figures
		Spec       session.Spec
	}
	closing struct{ ID media.StreamID }
	digit   struct {
		ID       media.StreamID
		Digit    rune
		Duration time.Duration
	}
	connect struct{ Patch engine.Patch }
	// closeLeft ends what another control left behind.
	closeLeft struct{}
	quit      struct{}
)

type (
	// ready answers hello: the sound device is looked after.
	ready struct {
		SampleRate, Period int
		Left               int // streams of another control that still run
	}
	// report comes at least once a second.
	report struct {
		Steps, Capture, Playback uint64
	}
	// figures are a stream's, and where it stands.
	figures struct {
		ID         media.StreamID
		Generation uint32
		Stats      media.Stats
		State      session.State
	}
	started  struct{ ID media.StreamID }
	received struct {
		Digit  digit
		InBand bool
	}
	// finished is a recording or a clip that is over.
	finished struct {
		Recording   bool
		File, Cause string
		Take        uint32
		Length      time.Duration
	}
	device engine.DeviceChanged
	// failed is a command that was not carried out.
	failed struct {
		ID   media.StreamID
		Text string
	}
	logged struct {
		Level slog.Level
		Text  string
	}
)

func (*hello) kind() kind     { return kindHello }
func (*open) kind() kind      { return kindOpen }
func (*update) kind() kind    { return kindUpdate }
func (*closing) kind() kind   { return kindClose }
func (*digit) kind() kind     { return kindDigit }
func (*connect) kind() kind   { return kindConnect }
func (*closeLeft) kind() kind { return kindCloseLeft }
func (*quit) kind() kind      { return kindQuit }
func (*ready) kind() kind     { return kindReady }
func (*report) kind() kind    { return kindReport }
func (*figures) kind() kind   { return kindFigures }
func (*started) kind() kind   { return kindStarted }
func (*received) kind() kind  { return kindReceived }
func (*device) kind() kind    { return kindDevice }
func (*failed) kind() kind    { return kindFailed }
func (*logged) kind() kind    { return kindLog }
func (*finished) kind() kind  { return kindFinished }

func (m *hello) code(c *coder) {
	c.u64(&m.Token)
	c.text(&m.Audio.Compatible)
	c.mapping(&m.Audio.Params, 0)
	c.handsFree(&m.Audio.HandsFree)
	for _, p := range []*engine.Profile{&m.Audio.Profiles.Handset, &m.Audio.Profiles.Headset, &m.Audio.Profiles.Speaker} {
		c.profile(p)
	}
	c.level(&m.Level)
}

func (m *open) code(c *coder) {
	c.id(&m.ID)
	c.bool(&m.Resumes)
	c.state(&m.State)
}

func (m *update) code(c *coder) {
	c.id(&m.ID)
	c.u32(&m.Generation)
	c.spec(&m.Spec)
}

func (m *closing) code(c *coder) { c.id(&m.ID) }

func (m *digit) code(c *coder) {
	c.id(&m.ID)
	r := uint32(m.Digit)
	c.u32(&r)
	if m.Digit = rune(r); r > utf8.MaxRune {
		c.fail("not a character")
	}
	c.duration(&m.Duration)
}

func (m *connect) code(c *coder) { c.patch(&m.Patch) }
func (*closeLeft) code(*coder)   {}
func (*quit) code(*coder)        {}
func (m *started) code(c *coder) { c.id(&m.ID) }

func (m *received) code(c *coder) {
	m.Digit.code(c)
	c.bool(&m.InBand)
}

func (m *finished) code(c *coder) {
	c.bool(&m.Recording)
	c.text(&m.File)
	c.text(&m.Cause)
	c.u32(&m.Take)
	c.duration(&m.Length)
}

func (m *ready) code(c *coder) {
	c.small(&m.SampleRate, 1, maxRate)
	c.small(&m.Period, 1, maxRate)
	c.small(&m.Left, 0, 1<<20)
}

func (m *report) code(c *coder) {
	c.u64(&m.Steps)
	c.u64(&m.Capture)
	c.u64(&m.Playback)
}

func (m *figures) code(c *coder) {
	c.id(&m.ID)
	c.u32(&m.Generation)
	c.stats(&m.Stats)
	c.handsFreeStats(&m.Stats.HandsFree)
	c.state(&m.State)
}

func (m *device) code(c *coder) {
	c.bool(&m.Gone)
	c.text(&m.Cause)
}

func (m *failed) code(c *coder) {
	c.id(&m.ID)
	c.text(&m.Text)
}

func (m *logged) code(c *coder) {
	c.level(&m.Level)
	c.text(&m.Text)
}

func (c *coder) level(l *slog.Level) { c.small((*int)(l), -64, 64) }

// blank is an empty message of a kind, nil for an unknown one.
func blank(k kind) message {
	for _, m := range []message{
		&hello{}, &open{}, &update{}, &closing{}, &digit{}, &connect{}, &closeLeft{}, &quit{},
		&ready{}, &report{}, &figures{}, &started{}, &received{}, &device{}, &failed{}, &logged{}, &finished{},
	} {
		if m.kind() == k {
			return m
		}
	}
	return nil
}

// appendMessage writes a message behind dst.
func appendMessage(dst []byte, m message) ([]byte, error) {
	c := coder{buf: append(dst, version, byte(m.kind()))}
	if m.code(&c); c.err == nil && len(c.buf)-len(dst) > maxMessage {
		c.fail("it is too long")
	}
	return c.buf, c.err
}

// parse reads a message. It keeps nothing of b.
func parse(b []byte) (message, error) {
	if len(b) < 2 || len(b) > maxMessage {
		return nil, fmt.Errorf("%w: of %d octets", ErrMessage, len(b))
	}
	if b[0] != version {
		return nil, &VersionError{Got: int(b[0])}
	}
	m := blank(kind(b[1]))
	if m == nil {
		return nil, fmt.Errorf("%w: of kind %d, which is not known", ErrMessage, b[1])
	}
	c := coder{buf: b[2:], reading: true}
	if m.code(&c); c.err == nil && len(c.buf) > 0 {
		c.fail("something follows it")
	}
	return m, c.err
}

// VersionError is a message of another version of this program.
type VersionError struct{ Got int }

func (e *VersionError) Error() string {
	return fmt.Sprintf("link: the other process speaks version %d, this one %d: one of them is another release of offhook", e.Got, version)
}
