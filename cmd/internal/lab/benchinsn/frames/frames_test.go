package main

import "testing"

// Each stage does what it says for long enough that a buffer stretches.
func TestStages(t *testing.T) {
	names := map[string]bool{}
	for _, s := range stages() {
		if names[s.name] {
			t.Errorf("two stages are called %s", s.name)
		}
		names[s.name] = true
		t.Run(s.name, func(t *testing.T) {
			if _, err := do(s, 2*repeat); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRun_refuses(t *testing.T) {
	for _, args := range [][]string{{"pcmu_encode"}, {"pcmu_encode", "some"}, {"pcmu_encode", "-1"}, {"nothing", "1"}, {"a", "b", "c"}} {
		if run(args) == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
