package chaos

import (
	"errors"
	"fmt"
	"time"
)

// Figures are what came of it.
type Figures struct {
	Faults          int     `json:"faults"`
	Survived        int     `json:"survived"`
	LongestRecovery float64 `json:"longest_recovery_s"` // from the fault's end to registered, and shown so
	LongestOf       string  `json:"longest_recovery_of"`
	ScreenLies      int     `json:"screen_lies"`
	Looks           int     `json:"looks"` // of the witness, each at status and screen
	Kills           int     `json:"kills"`
	KillsSurvived   int     `json:"kills_survived"`
	KillRecoveryP50 float64 `json:"kill_recovery_p50_s"` // from the kill, with what the keeper waits
	KillRecoveryMax float64 `json:"kill_recovery_max_s"`
	TakenBack       int     `json:"documents_taken_back"` // in whose trials the agent was killed
	Seconds         int     `json:"seconds"`
	// NotMade are faults that this machine does not allow, and why.
	NotMade  []string `json:"not_made,omitempty"`
	Failures []string `json:"failures,omitempty"`
}

// ErrFailed is a run with a fault that was not survived, or a lie; the figures tell
// which.
var ErrFailed = errors.New("not everything was survived")

// errNotHere is a fault that the machine does not allow.
var errNotHere = errors.New("this machine does not allow it")

// result is what became of one fault.
type result struct {
	name     string
	recovery time.Duration
	lies     []lie
	looks    int
	err      error
}

// add counts a result.
func (f *Figures) add(r result) {
	f.Looks += r.looks
	f.ScreenLies += len(r.lies)
	for _, l := range r.lies {
		f.Failures = append(f.Failures, fmt.Sprintf("%s: %v", r.name, l))
	}
	if errors.Is(r.err, errNotHere) {
		f.NotMade = append(f.NotMade, fmt.Sprintf("%s: %v", r.name, r.err))
		return
	}
	f.Faults++
	if r.err != nil {
		f.Failures = append(f.Failures, fmt.Sprintf("%s: %v", r.name, r.err))
		return
	}
	f.Survived++
	if s := seconds(r.recovery); s > f.LongestRecovery || f.LongestOf == "" {
		f.LongestRecovery, f.LongestOf = s, r.name
	}
}

// join counts what another lane gave.
func (f *Figures) join(o Figures) {
	f.Faults += o.Faults
	f.Survived += o.Survived
	f.ScreenLies += o.ScreenLies
	f.Looks += o.Looks
	f.Kills += o.Kills
	f.KillsSurvived += o.KillsSurvived
	f.TakenBack += o.TakenBack
	f.KillRecoveryP50, f.KillRecoveryMax = max(f.KillRecoveryP50, o.KillRecoveryP50), max(f.KillRecoveryMax, o.KillRecoveryMax) // one lane kills
	if o.LongestRecovery > f.LongestRecovery || f.LongestOf == "" {
		f.LongestRecovery, f.LongestOf = o.LongestRecovery, o.LongestOf
	}
	f.NotMade, f.Failures = append(f.NotMade, o.NotMade...), append(f.Failures, o.Failures...)
}

// failed tells whether the run is one.
func (f *Figures) failed() error {
	if f.Survived < f.Faults || f.ScreenLies > 0 || f.KillsSurvived < f.Kills || f.Faults == 0 {
		return fmt.Errorf("%w: %d of %d faults, %d of %d kills, %d lies", ErrFailed, f.Survived, f.Faults, f.KillsSurvived, f.Kills, f.ScreenLies)
	}
	return nil
}

func seconds(d time.Duration) float64 { return float64(d.Milliseconds()) / 1000 }
