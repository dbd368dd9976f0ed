package benchvoice

import "time"

// Scene is a call in a room.
type Scene struct {
	Name      string
	Far, Near string        // voices
	Size      place         // of the room, metres
	RT, Tail  time.Duration // how long it sounds; its response is cut at Tail
	Bulk      time.Duration // delay of the sound card and the air
	Apart     float64       // metres between loudspeaker and microphone
	Echo      float64       // dB by which echo is louder than the near voice at the microphone
	Noise     float64       // dB by which noise is below the echo
	Hum       bool          // the noise comes and goes slowly, as a street's does
	Bent      float64       // dB by which the loudspeaker's distortion is below its sound
	Moved     bool          // the path changes at changed.from
	Jump      time.Duration // the delay is longer by this then
	Drift     float64       // of the playback clock against the capture clock, ppm
	Seed      uint64
}

// changes says whether the path is another one after changed.from.
func (s Scene) changes() bool { return s.Moved || s.Jump != 0 }

// What happens when, in every scene. The far voice speaks from farFirst.from to
// changed.to.
var (
	farFirst = span{500 * time.Millisecond, 10 * time.Second}           // the far voice alone: converging
	first    = span{500 * time.Millisecond, 3 * time.Second}            // its first 2.5 s
	steady   = span{7 * time.Second, 10 * time.Second}                  // the same, converged
	both     = span{10 * time.Second, 18 * time.Second}                 // the near voice speaks over it
	settled  = span{11 * time.Second, 18 * time.Second}                 // the same, after a second
	after    = span{18200 * time.Millisecond, 19500 * time.Millisecond} // the far voice alone after that
	changed  = span{19500 * time.Millisecond, 25 * time.Second}         // the path changes at the start
	soon     = span{19500 * time.Millisecond, 21500 * time.Millisecond} // the first 2 s of that
	later    = span{21500 * time.Millisecond, 23500 * time.Millisecond} // the next 2 s
	nearOnly = span{25300 * time.Millisecond, 28300 * time.Millisecond} // the near voice alone
	hush     = span{28600 * time.Millisecond, 29500 * time.Millisecond} // nobody
	whole    = span{0, 29500 * time.Millisecond}
)

// Scenes are the test set.
func Scenes() []Scene {
	const ms = time.Millisecond
	return []Scene{
		{Name: "desk", Far: "anna", Near: "bert", Size: place{4, 3, 2.6}, RT: 150 * ms, Tail: 128 * ms, Bulk: 5 * ms, Apart: 0.2, Echo: 0, Noise: 30, Bent: 36, Moved: true, Seed: 1},
		{Name: "office", Far: "dirk", Near: "ella", Size: place{5, 4, 2.7}, RT: 200 * ms, Tail: 160 * ms, Bulk: 8 * ms, Apart: 0.25, Echo: 3, Noise: 30, Bent: 34, Moved: true, Seed: 2},
		{Name: "hall", Far: "cleo", Near: "fred", Size: place{7, 5, 3}, RT: 250 * ms, Tail: 200 * ms, Bulk: 5 * ms, Apart: 0.3, Echo: 0, Noise: 30, Bent: 35, Moved: true, Seed: 3},
		{Name: "door", Far: "hugo", Near: "gita", Size: place{3, 2, 2.5}, RT: 100 * ms, Tail: 128 * ms, Bulk: 10 * ms, Apart: 0.12, Echo: 6, Noise: 30, Bent: 33, Moved: true, Seed: 4},
		{Name: "kitchen", Far: "gita", Near: "dirk", Size: place{4, 3.5, 2.5}, RT: 220 * ms, Tail: 180 * ms, Bulk: 6 * ms, Apart: 0.3, Echo: -3, Noise: 30, Bent: 38, Moved: true, Seed: 5},
		{Name: "loud", Far: "bert", Near: "cleo", Size: place{4.5, 3.5, 2.6}, RT: 180 * ms, Tail: 160 * ms, Bulk: 8 * ms, Apart: 0.2, Echo: 6, Noise: 30, Bent: 28, Moved: true, Seed: 6},
		{Name: "study", Far: "hugo", Near: "anna", Size: place{3.5, 3, 2.5}, RT: 130 * ms, Tail: 128 * ms, Bulk: 7 * ms, Apart: 0.2, Echo: 0, Noise: 30, Bent: 37, Moved: true, Seed: 12},
		{Name: "lobby", Far: "ella", Near: "dirk", Size: place{6, 5, 3}, RT: 230 * ms, Tail: 200 * ms, Bulk: 5 * ms, Apart: 0.25, Echo: 2, Noise: 30, Bent: 35, Moved: true, Seed: 13},
		{Name: "workshop", Far: "fred", Near: "ella", Size: place{5, 4, 2.8}, RT: 190 * ms, Tail: 170 * ms, Bulk: 10 * ms, Apart: 0.2, Echo: 1, Noise: 27, Bent: 34, Moved: true, Seed: 14},
		{Name: "fan", Far: "ella", Near: "hugo", Size: place{4, 3, 2.6}, RT: 160 * ms, Tail: 140 * ms, Bulk: 5 * ms, Apart: 0.25, Echo: 0, Noise: 20, Bent: 36, Moved: true, Seed: 7},
		{Name: "street", Far: "fred", Near: "anna", Size: place{3.5, 3, 2.6}, RT: 120 * ms, Tail: 128 * ms, Bulk: 5 * ms, Apart: 0.15, Echo: 0, Noise: 10, Hum: true, Bent: 36, Moved: true, Seed: 8},
		{Name: "jump", Far: "anna", Near: "hugo", Size: place{4, 3, 2.6}, RT: 150 * ms, Tail: 128 * ms, Bulk: 8 * ms, Apart: 0.25, Echo: 0, Noise: 30, Bent: 35, Jump: 40 * ms, Seed: 9},
		{Name: "fast", Far: "dirk", Near: "gita", Size: place{4.5, 3, 2.6}, RT: 170 * ms, Tail: 150 * ms, Bulk: 8 * ms, Apart: 0.25, Echo: 0, Noise: 30, Bent: 36, Drift: 100, Seed: 10},
		{Name: "slow", Far: "cleo", Near: "bert", Size: place{4, 3.5, 2.7}, RT: 140 * ms, Tail: 128 * ms, Bulk: 8 * ms, Apart: 0.25, Echo: 0, Noise: 25, Bent: 36, Drift: -100, Seed: 11},
		{Name: "usb", Far: "ella", Near: "bert", Size: place{4, 3.2, 2.6}, RT: 140 * ms, Tail: 140 * ms, Bulk: 130 * ms, Apart: 0.2, Echo: 0, Noise: 30, Bent: 36, Moved: true, Seed: 15},
		{Name: "bluetooth", Far: "fred", Near: "gita", Size: place{4.5, 3.5, 2.6}, RT: 170 * ms, Tail: 150 * ms, Bulk: 320 * ms, Apart: 0.25, Echo: 1, Noise: 30, Bent: 34, Jump: 120 * ms, Seed: 16},
		{Name: "worst", Far: "cleo", Near: "hugo", Size: place{4.2, 3.4, 2.6}, RT: 160 * ms, Tail: 150 * ms, Bulk: 480 * ms, Apart: 0.25, Echo: 2, Noise: 27, Bent: 35, Moved: true, Seed: 17},
	}
}
