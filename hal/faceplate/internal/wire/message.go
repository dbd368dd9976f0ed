package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"offhook/hal"
)

// Version is the protocol's version; a peer of another version is refused.
const Version = 1

// MaxMessage bounds what one page may send at once, in bytes.
const MaxMessage = 16 << 10

// The types of the text messages.
const (
	TypeHello   = "hello"   // panel: the first message; Version, Parts
	TypeParts   = "parts"   // panel: which devices the firmware has open
	TypeKey     = "key"     // page: Name is the key, State is down or up
	TypeHook    = "hook"    // both: State is on-hook or off-hook
	TypeDisplay = "display" // both: Mode; the panel adds Width, Height, Backlight
	TypeLamp    = "lamp"    // panel: Name, State is the pattern
	TypeRelay   = "relay"   // panel: Name is the label, State is energised or rest, Millis what is left
	TypeMixer   = "mixer"   // panel: Name is the output, Level its volume, Mute
	TypeAudio   = "audio"   // both: State is live, sync or off; the panel adds Rate and Samples
)

// The states that messages carry.
const (
	Down      = "down"
	Up        = "up"
	OnHook    = "on-hook"
	OffHook   = "off-hook"
	Energised = "energised"
	AtRest    = "rest"
	Live      = "live"
	Sync      = "sync"
	Off       = "off"
)

// The modes of the display.
const (
	Colour = "colour" // 320x240, RGB565
	Mono   = "mono"   // 128x64, one bit
)

// Message is every text message; Type says which fields count.
type Message struct {
	Type      string   `json:"type"`
	Version   int      `json:"version,omitempty"`
	Parts     []string `json:"parts,omitempty"`
	Name      string   `json:"name,omitempty"`
	State     string   `json:"state,omitempty"`
	Mode      string   `json:"mode,omitempty"`
	Width     int      `json:"width,omitempty"`
	Height    int      `json:"height,omitempty"`
	Backlight int      `json:"backlight,omitempty"`
	Level     int      `json:"level,omitempty"`
	Mute      bool     `json:"mute,omitempty"`
	Rate      int      `json:"rate,omitempty"`
	Samples   int      `json:"samples,omitempty"`
	Millis    int64    `json:"ms,omitempty"`
}

// ErrMessage is wrapped by every error of a message that cannot be used.
var ErrMessage = errors.New("faceplate message")

// Decode reads one text message, strictly: an unknown field is an error.
func Decode(data []byte) (Message, error) {
	var m Message
	if len(data) > MaxMessage || !utf8.Valid(data) {
		return m, fmt.Errorf("%w: longer than %d bytes or not UTF-8", ErrMessage, MaxMessage)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	if d.More() {
		return Message{}, fmt.Errorf("%w: more than one JSON value", ErrMessage)
	}
	return m, nil
}

// DecodeFromPage reads a message that a page sent and checks that it is one
// that a page may send.
func DecodeFromPage(data []byte) (Message, error) {
	m, err := Decode(data)
	if err != nil {
		return m, err
	}
	ok := false
	switch m.Type {
	case TypeKey:
		ok = slices.Contains(hal.Keys(), hal.Key(m.Name)) && (m.State == Down || m.State == Up)
	case TypeHook:
		ok = m.State == OnHook || m.State == OffHook
	case TypeDisplay:
		ok = m.Mode == Colour || m.Mode == Mono
	case TypeAudio:
		ok = m.State == Live || m.State == Sync || m.State == Off
	}
	if !ok {
		return Message{}, fmt.Errorf("%w: a page cannot send %.200q", ErrMessage, data)
	}
	return m, nil
}

// Encode writes one text message.
func (m Message) Encode() []byte {
	data, err := json.Marshal(m)
	if err != nil {
		panic("wire: " + err.Error()) // strings, numbers and booleans always marshal
	}
	return data
}

var patterns = []string{hal.LampOff: "off", hal.LampOn: "on", hal.LampSlow: "slow", hal.LampFast: "fast", hal.LampFlutter: "flutter"}

// PatternName is the word for a lamp's pattern; ok is false for a pattern that
// hal does not define.
func PatternName(p hal.Pattern) (name string, ok bool) {
	if int(p) >= len(patterns) {
		return "", false
	}
	return patterns[p], true
}

// ParsePattern is the reverse of PatternName.
func ParsePattern(name string) (p hal.Pattern, ok bool) {
	i := slices.Index(patterns, name)
	return hal.Pattern(max(i, 0)), i >= 0
}
