package gpio

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"offhook/hal"
	"offhook/hal/keys"
)

type keysConfig struct {
	Chip      string             `param:"chip"`
	Keys      map[hal.Key]string `param:"keys,required" takes:"line"` // the line of each
	ActiveLow bool               `param:"active-low"`
	Debounce  time.Duration      `param:"debounce-delay-ms"`
	Long      time.Duration      `param:"long-press-ms"`
}

func keysDefaults() keysConfig {
	return keysConfig{ActiveLow: true, Debounce: 15 * time.Millisecond, Long: 800 * time.Millisecond}
}

func keysParams(p hal.Params) (keysConfig, error) {
	c := keysDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	faults := []error{checkChip(c.Chip)}
	seen := map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(c.Keys)) {
		at := "keys." + string(k)
		if !slices.Contains(hal.Keys(), k) {
			faults = append(faults, hal.Faultf(at, "%q is not a key (keys: %v)", k, hal.Keys()))
		}
		faults = append(faults, checkLine(at, c.Chip, c.Keys[k]), checkOnce(at, c.Keys[k], seen))
	}
	return c, errors.Join(faults...)
}

func keysDriver(open opener) hal.Driver[hal.Keypad] {
	return hal.Driver[hal.Keypad]{
		Defaults: keysDefaults(),
		Check:    func(p hal.Params) error { _, err := keysParams(p); return err },
		Open: func(_ context.Context, p hal.Params, _ *slog.Logger) (hal.Keypad, error) {
			c, err := keysParams(p)
			if err != nil {
				return nil, err
			}
			names := slices.Sorted(maps.Keys(c.Keys))
			lines := make([]string, len(names))
			for i, k := range names {
				lines[i] = c.Keys[k]
			}
			return newContacts(open, c.Chip, lines, c.ActiveLow, keys.NewDecoder(keys.Config{Debounce: c.Debounce, LongPress: c.Long}, names))
		},
	}
}
