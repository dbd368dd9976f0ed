package remote

import (
	"context"
	"maps"
	"slices"
	"time"

	"offhook/hal"
	"offhook/hal/faceplate/internal/wire"
)

// State is what the page shows beside the screen: a snapshot.
type State struct {
	Parts     []string // open devices: audio, display, hook, keypad, mixer, "lamp message", "relay Door"
	Hook      hal.HookState
	Lamps     map[string]hal.Pattern
	Relays    map[string]time.Duration // by label: how long energised when last told, zero at rest
	Mono      bool
	Backlight int // percent
	Output    hal.Output
	Volume    int // percent, of Output
	Mute      bool
	Sound     bool          // this client has the sound
	Format    hal.PCMFormat // valid while Sound
}

func newState() State {
	return State{Lamps: map[string]hal.Pattern{}, Relays: map[string]time.Duration{}}
}

func (s State) clone() State {
	s.Parts, s.Lamps, s.Relays = slices.Clone(s.Parts), maps.Clone(s.Lamps), maps.Clone(s.Relays)
	return s
}

// State is the present state, and a channel that is closed when it changes.
func (c *Client) State() (State, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.clone(), c.changed
}

// Relay says whether the relay of that label is energised.
func (c *Client) Relay(label string) bool {
	s, _ := c.State()
	return s.Relays[label] > 0
}

// Wait waits until ok holds for the state.
func (c *Client) Wait(ctx context.Context, ok func(State) bool) error {
	for {
		s, changed := c.State()
		if ok(s) {
			return nil
		}
		if err := c.wait(ctx, changed); err != nil {
			return err
		}
	}
}

// apply takes a message of the panel into the state.
func (s *State) apply(m wire.Message) {
	switch m.Type {
	case wire.TypeHello, wire.TypeParts:
		s.Parts = append([]string{}, m.Parts...)
	case wire.TypeHook:
		s.Hook = hal.OnHook
		if m.State == wire.OffHook {
			s.Hook = hal.OffHook
		}
	case wire.TypeDisplay:
		s.Mono, s.Backlight = m.Mode == wire.Mono, m.Backlight
	case wire.TypeLamp:
		s.Lamps[m.Name], _ = wire.ParsePattern(m.State)
	case wire.TypeRelay:
		s.Relays[m.Name] = time.Duration(m.Millis) * time.Millisecond
	case wire.TypeMixer:
		s.Output, s.Volume, s.Mute = hal.Output(m.Name), m.Level, m.Mute
	case wire.TypeAudio:
		s.Sound = m.State != wire.Off
		s.Format = hal.PCMFormat{SampleRate: m.Rate, Period: m.Samples}
	}
}
