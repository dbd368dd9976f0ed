package hal

import (
	"testing"
	"time"
)

func TestDecode(t *testing.T) {
	type part struct {
		Rows     []string      `param:"rows,required"`
		Debounce time.Duration `param:"debounce-delay-ms"`
		Hold     time.Duration `param:"hold"`
		Depth    int           `param:"depth"`
		Gain     float64       `param:"gain"`
		Low      bool          `param:"active-low"`
		Q        float64       `param:"q" range:"0.1..10"`
		Keymap   map[string]string
	}
	cases := []struct {
		name string
		in   Params
		want string
	}{
		{"all good -> no fault", Params{"rows": []any{"GPIO5", 6}, "debounce-delay-ms": 20, "hold": "3s", "depth": 1, "gain": 2, "active-low": true}, ""},
		{"missing required -> fault", Params{}, "rows: is required"},
		{"unknown -> fault with what is known", Params{"rows": []any{}, "row": 1}, "row: is not a parameter here (known: active-low, debounce-delay-ms, depth, gain, hold, q, rows)"},
		{"wrong item -> fault with its index", Params{"rows": []any{"GPIO5", true}}, "rows[1]: true is not text"},
		{"number without a unit -> fault", Params{"rows": []any{}, "hold": 3}, `hold: 3 is not a duration such as "20ms"`},
		{"a number within its bounds -> no fault", Params{"rows": []any{}, "q": 0.5}, ""},
		{"a number beyond them -> fault", Params{"rows": []any{}, "q": 0.05}, "q: 0.05 is not between 0.1 and 10"},
		{"a whole one, too", Params{"rows": []any{}, "q": 11}, "q: 11 is not between 0.1 and 10"},
		{"negative duration -> fault", Params{"rows": []any{}, "hold": "-3s"}, `hold: -3s is not a duration such as "20ms"`},
		{"two faults -> both", Params{"depth": "x"}, "rows: is required\ndepth: x is not a whole number"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			p := part{Debounce: 5 * time.Millisecond}
			if err := Decode(c.in, &p); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
