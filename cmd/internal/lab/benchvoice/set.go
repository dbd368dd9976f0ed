package benchvoice

import (
	"math/rand/v2"
	"slices"
	"time"
)

// Set is a test set: 0 is Scenes, every other number the same scenes with other
// voices, rooms, noise and distances, on which nothing was tuned.
func Set(number uint64) []Scene {
	all := Scenes()
	if number == 0 {
		return all
	}
	rng := rand.New(rand.NewPCG(number, 0x5e7))
	names := make([]string, 0, len(voices))
	for name := range voices {
		names = append(names, name)
	}
	slices.Sort(names)
	vary := func(by float64) float64 { return 1 + by*(2*rng.Float64()-1) }
	for i := range all {
		s := &all[i]
		two := rng.Perm(len(names))
		s.Far, s.Near = names[two[0]], names[two[1]]
		s.Size = place{s.Size.x * vary(0.15), s.Size.y * vary(0.15), s.Size.z * vary(0.05)}
		s.RT = time.Duration(float64(s.RT) * vary(0.1))
		s.Apart *= vary(0.15)
		s.Seed += 1000 * number
	}
	return all
}
