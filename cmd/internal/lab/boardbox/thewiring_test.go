package boardbox

import "testing"

func TestJoined(t *testing.T) {
	const wired = "keypads:\n  - matrix\n    rows\nhook: x\nrelays: y\n"
	for _, c := range []struct {
		name, draft, wired, want string
		ok                       bool
	}{
		{"a draft with a keypad -> its list goes on", "name: a\nkeypads:\n  - evdev\n    name: b\naudio:\n  card: 0\n", wired,
			"name: a\nkeypads:\n  - evdev\n    name: b\n  - matrix\n    rows\naudio:\n  card: 0\nhook: x\nrelays: y\n", true},
		{"keypads at its end -> its list goes on", "name: a\nkeypads:\n  - evdev\n", wired,
			"name: a\nkeypads:\n  - evdev\n  - matrix\n    rows\nhook: x\nrelays: y\n", true},
		{"a draft without keypads -> told", "name: a\naudio:\n", wired, "name: a\naudio:\n", false},
		{"an example without a hook -> told", "name: a\nkeypads:\n  - evdev\n", "keypads:\n  - matrix\n", "name: a\nkeypads:\n  - evdev\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, err := joined(c.draft, c.wired); got != c.want || (err == nil) != c.ok {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
}
