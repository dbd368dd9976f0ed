package firmware

import (
	"encoding/json"
	"slices"
)

// Slot is where a program may be besides where it was installed.
type Slot string

// The slots. Installed is none of them.
const (
	Installed Slot = ""
	A         Slot = "a"
	B         Slot = "b"
)

// other is the slot that a new program goes into.
func (s Slot) other() Slot {
	if s == A {
		return B
	}
	return A
}

// maxStarts is how often a program on trial may start until it is given up: power
// goes, and people pull plugs, just then too.
const maxStarts = 3

// maxFailed bounds what is remembered of programs that failed.
const maxFailed = 8

// Record is what is remembered of the slots. It is changed as a whole.
type Record struct {
	Installed string   `json:"installed"`         // version of the installed program that wrote it
	Slot      Slot     `json:"slot,omitempty"`    // whose program is good
	Before    Slot     `json:"before,omitempty"`  // that was good before it, and is still there
	Trial     Slot     `json:"trial,omitempty"`   // whose program is on trial; Installed: none
	Version   string   `json:"version,omitempty"` // of it
	Sum       string   `json:"sum,omitempty"`     // of it
	Starts    int      `json:"starts,omitempty"`  // of it
	Bound     bool     `json:"bound,omitempty"`   // an account was registered before it: one has to be with it
	Failed    []string `json:"failed,omitempty"`  // sums of programs that failed, the newest last
	Reason    string   `json:"reason,omitempty"`  // why the last one did
	Told      bool     `json:"told,omitempty"`    // to whoever wants to know
	Tried     bool     `json:"tried,omitempty"`   // it was of a trial: whether it was to blame shows afterwards
}

// parseRecord reads one. What cannot be read is as if there were none: the installed
// program is always good.
func parseRecord(data []byte) (r Record) {
	if json.Unmarshal(data, &r) != nil {
		return Record{}
	}
	for _, s := range []Slot{r.Slot, r.Before, r.Trial} {
		if s != Installed && s != A && s != B {
			return Record{}
		}
	}
	return r
}

// Start tells whose program is to run now. A program on trial has had its start
// counted.
func (r Record) Start(installed string) (Record, Slot) {
	if r.Installed != installed {
		// Somebody has installed another one by hand: it is meant.
		return Record{Installed: installed, Failed: r.Failed}, Installed
	}
	if r.Trial == Installed {
		return r, r.Slot
	}
	if r.Starts >= maxStarts {
		r = r.Fail("it was started " + times[maxStarts] + " and did not become well")
		return r, r.Slot
	}
	r.Starts++
	return r, r.Trial
}

var times = [...]string{maxStarts: "three times"}

// Try puts a slot's program on trial.
func (r Record) Try(slot Slot, m Manifest, bound bool) Record {
	if slot == r.Before {
		r.Before = Installed // what was there is overwritten
	}
	r.Trial, r.Version, r.Sum, r.Starts = slot, m.Version, m.SHA256, 0
	r.Bound = bound
	return r
}

// Commit makes the program on trial the good one.
func (r Record) Commit() Record {
	if r.Trial == Installed {
		return r
	}
	r.Before, r.Slot = r.Slot, r.Trial
	r.Reason = ""
	return r.untried()
}

// Fail gives the program on trial up.
func (r Record) Fail(reason string) Record {
	if r.Trial == Installed {
		return r
	}
	r.Reason, r.Told, r.Tried = "version "+r.Version+": "+reason, false, true
	return r.failed(r.Sum).untried()
}

// untried forgets a trial, for which nobody is to blame.
func (r Record) untried() Record {
	r.Trial, r.Version, r.Sum, r.Starts = Installed, "", "", 0
	return r
}

func (r Record) failed(sum string) Record {
	if sum == "" || slices.Contains(r.Failed, sum) {
		return r
	}
	r.Failed = append(slices.Clone(r.Failed), sum)
	r.Failed = r.Failed[max(0, len(r.Failed)-maxFailed):]
	return r
}

// acquit has the program that failed last be tried again.
func (r Record) acquit() Record {
	r.Failed = r.Failed[:max(0, len(r.Failed)-1)]
	return r
}

// Back returns to what was good before, of its own accord; sum is of the program
// that runs, which is not taken again by itself. It is the installed program where
// there is no other.
func (r Record) Back(sum string) (Record, bool) {
	switch {
	case r.Trial != Installed:
		r = r.Fail("somebody went back")
		r.Tried = false // it was meant, however the one of before does
		return r, true
	case r.Slot == Installed:
		return r, false
	}
	r = r.failed(sum)
	r.Slot, r.Before = r.Before, Installed
	r.Reason, r.Told, r.Tried = "somebody went back", false, false
	return r, true
}

// Broken passes a slot by whose program does not verify, or cannot be run.
func (r Record) Broken(slot Slot, why string) Record {
	if slot == r.Trial {
		return r.Fail(why)
	}
	r.Slot, r.Before = r.Before, Installed
	r.Reason, r.Told, r.Tried = why, false, false // its file may be fetched again
	return r
}
