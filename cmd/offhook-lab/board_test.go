package main

import (
	"slices"
	"testing"
)

func TestBoxes(t *testing.T) {
	for _, c := range []struct {
		name, arches, stories string
		cuts                  int
		want                  []string
		boots                 int
	}{
		{"two architectures -> two boxes, every boot", "arm64,armhf", "", 6, []string{"arm64", "armhf"}, 0},
		{"some boots of one -> one box", "armhf", "call,screen", 0, []string{"armhf"}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, b := range boxes(c.arches, c.stories, c.cuts) {
				got = append(got, b.Arch)
				if len(b.Stories) != c.boots || b.PowerCuts != c.cuts {
					t.Errorf("%+v", b)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
