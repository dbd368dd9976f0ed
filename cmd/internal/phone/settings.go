package phone

import (
	"maps"
	"strings"

	"offhook/hal"
)

// Settings are what a person has set on the phone. They are kept over a restart;
// as an Input they give back what was kept, before the first Config.
type Settings struct {
	DND Choice[bool] `json:"do_not_disturb,omitzero"`
	// Forward is where every call goes, "" for nowhere. Its Instead is all that
	// the configuration says of that.
	Forward Choice[string]             `json:"forward,omitzero"`
	Volumes map[hal.Output]Choice[int] `json:"volumes,omitempty"`
}

// Choice is what a person has chosen in place of what the configuration says. It
// holds until the configuration says another thing. The zero Choice is none.
type Choice[T comparable] struct {
	Made    bool `json:"made"`
	Value   T    `json:"value"`
	Instead T    `json:"instead"`
}

// choose is no choice where it is what the configuration says.
func choose[T comparable](value, instead T) Choice[T] {
	if value == instead {
		return Choice[T]{}
	}
	return Choice[T]{true, value, instead}
}

func (c Choice[T]) or(configured T) T {
	if c.Made {
		return c.Value
	}
	return configured
}

func (c Choice[T]) under(configured T) Choice[T] {
	if c.Instead != configured {
		return Choice[T]{}
	}
	return c
}

func (s Settings) clone() Settings {
	s.Volumes = maps.Clone(s.Volumes)
	return s
}

func (s Settings) equal(o Settings) bool {
	return s.DND == o.DND && s.Forward == o.Forward && maps.Equal(s.Volumes, o.Volumes)
}

// under is what holds of the choices under a configuration.
func (s Settings) under(c *Config) Settings {
	s = s.clone()
	s.DND, s.Forward = s.DND.under(c.DND), s.Forward.under(c.forwards())
	maps.DeleteFunc(s.Volumes, func(out hal.Output, v Choice[int]) bool { return v.Instead != c.volume(out) })
	return s
}

// forwards is where the configuration sends every call, of all accounts.
func (c *Config) forwards() string {
	var all strings.Builder
	for i := range c.Accounts {
		if a := &c.Accounts[i]; a.Forward.Always != "" {
			all.WriteString(string(a.ID) + ":" + a.Forward.Always + " ")
		}
	}
	return strings.TrimSpace(all.String())
}
