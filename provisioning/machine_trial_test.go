package provisioning

import (
	"errors"
	"testing"
	"time"

	"offhook/ua"
)

func TestTrial_lacks(t *testing.T) {
	account := func(id string, register bool) Account { return Account{ID: id, Register: register} }
	ids := func(all ...ua.AccountID) []ua.AccountID { return all }
	for _, c := range []struct {
		name     string
		accounts []Account
		before   Vitals
		now      Vitals
		served   bool
		want     string
	}{
		{"every account of before -> nothing", []Account{account("a", true), account("b", true)}, Vitals{Registered: ids("a")}, Vitals{Registered: ids("a")}, true, ""},
		{"one of before is not -> it", []Account{account("a", true), account("b", true)}, Vitals{Registered: ids("a", "b")}, Vitals{Registered: ids("a")}, true, "account b is not registered, and was before"},
		{"it is not to register any more -> nothing", []Account{account("a", true), account("b", false)}, Vitals{Registered: ids("a", "b")}, Vitals{Registered: ids("a")}, true, ""},
		{"others in their place, one registered -> nothing", []Account{account("x", true), account("y", true)}, Vitals{Registered: ids("a", "b")}, Vitals{Registered: ids("y")}, true, ""},
		{"others in their place, none registered -> one", []Account{account("x", true)}, Vitals{Registered: ids("a")}, Vitals{}, true, "no account is registered"},
		{"no accounts any more -> nothing", nil, Vitals{Registered: ids("a")}, Vitals{}, true, ""},
		{"none was registered before -> nothing", []Account{account("a", true)}, Vitals{}, Vitals{}, true, ""},
		{"something is stuck -> it", nil, Vitals{}, Vitals{Stuck: "no sound moves"}, true, "no sound moves"},
		{"it was stuck before -> nothing", nil, Vitals{Stuck: "no sound moves"}, Vitals{Stuck: "no sound moves"}, true, ""},
		{"no answer from the server -> it", nil, Vitals{}, Vitals{}, false, "the provisioning server has not answered yet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := trial{before: c.before, served: c.served}.lacks(Document{Accounts: c.accounts}, c.now)
			want(t, "lacks", got, c.want)
		})
	}
}

// testPolicy is what a Manager has unless told otherwise.
var testPolicy = policy{5 * time.Second, time.Hour, 5 * time.Second, 10 * time.Second, 0, 3 * time.Second, 2 * time.Second, 5 * time.Minute, 2 * time.Minute}

// machineWith is one that works with "kept" and has nothing to do.
func machineWith(now time.Time) machine {
	m := machine{policy: testPolicy}
	kept := named("kept")
	kept.stored = true
	m = m.step(input{now, 0, started{kept: []candidate{kept, {doc: Default()}}}})
	m = m.step(input{now, 0, applied{told: kept.doc}})
	return m.step(input{now, 0, fetched{answered: true, unchanged: true}})
}

func TestMachine_trial(t *testing.T) {
	start := time.Unix(1e9, 0)
	new, newer := named("new"), named("newer")
	no := errors.New("no")
	b := Vitals{Registered: []ua.AccountID{"a"}}
	good, bad := fetched{answered: true, unchanged: true}, fetched{err: no}
	type then struct {
		after time.Duration
		event any
	}
	for _, c := range []struct {
		name    string
		events  []then
		inForce string
		busy    job
		trial   bool
		refused string
	}{
		{"resting: newer document -> apply", []then{{0, fetched{answered: true, found: new}}}, "kept", applyJob, false, ""},
		{"applying: done -> on trial", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc, number: 2, before: b}}}, "new", noJob, true, ""},
		{"applying: done, nothing is different -> stored at once", []then{{0, fetched{answered: true, found: new}}, {0, applied{same: true}}}, "new", saveJob, false, ""},
		{"applying: failed -> the good one", []then{{0, fetched{answered: true, found: new}}, {0, applied{err: no, number: 2}}}, "kept", applyJob, false, "new"},
		{"applying: not staged -> waits", []then{{0, fetched{answered: true, found: new}}, {0, applied{stage: no}}}, "kept", noJob, false, ""},
		{"on trial: settled -> the server is asked", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc}}, {2 * time.Second, tick{}}}, "new", fetchJob, true, ""},
		{"on trial: a program that was held up -> the server is asked first", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc}}, {time.Minute, tick{}}}, "new", fetchJob, true, ""},
		{"on trial: the server answered -> looks", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc}}, {2 * time.Second, tick{}}, {2 * time.Second, good}}, "new", proveJob, true, ""},
		{"on trial: all is proven -> confirmed", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc}}, {2 * time.Second, tick{}}, {2 * time.Second, good}, {0, proved{}}}, "new", saveJob, false, ""},
		{"on trial: something lacks -> goes on", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc}}, {2 * time.Second, tick{}}, {2 * time.Second, good}, {0, proved{Vitals{Stuck: "x"}}}}, "new", noJob, true, ""},
		{"on trial: the server is down -> goes on", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc}}, {2 * time.Second, tick{}}, {time.Second, bad}, {0, proved{}}}, "new", noJob, true, ""},
		{"on trial: time is over -> the good one", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc}}, {2 * time.Second, tick{}}, {time.Second, bad}, {2 * time.Minute, proved{}}}, "kept", applyJob, false, "new"},
		{"on trial: time is over in a call -> goes on", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc}}, {2 * time.Second, tick{}}, {time.Second, bad}, {2 * time.Minute, proved{Vitals{Busy: true}}}}, "new", fetchJob, true, ""},
		{"on trial: a person rolls back -> what he wants", []then{{0, fetched{answered: true, found: new}}, {0, applied{told: new.doc}}, {0, restored{newer}}}, "kept", applyJob, false, "new"},
		{"rolled back: the same document -> refused", []then{{0, fetched{answered: true, found: new}}, {0, applied{err: no}}, {0, applied{}}, {time.Hour, tick{}}, {0, fetched{answered: true, found: new}}}, "kept", noJob, false, "new"},
		{"rolled back: another document -> apply", []then{{0, fetched{answered: true, found: new}}, {0, applied{err: no}}, {0, applied{}}, {time.Hour, tick{}}, {0, fetched{answered: true, found: newer}}}, "kept", applyJob, false, "new"},
		{"rolled back: a person asks -> apply", []then{{0, fetched{answered: true, found: new}}, {0, applied{err: no}}, {0, applied{}}, {0, asked{force: true}}, {0, fetched{answered: true, found: new}}}, "kept", applyJob, false, "new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			now, m := start, machineWith(start)
			m.busy = fetchJob
			for _, e := range c.events {
				now = now.Add(e.after)
				m = m.step(input{now, 0, e.event})
			}
			refused := ""
			if c.refused != "" {
				refused = hashOf(c.refused)
			}
			want(t, "in force", m.inForce.doc.Phone.Name, c.inForce)
			want(t, "job", m.busy, c.busy)
			want(t, "on trial", m.trial.on, c.trial)
			want(t, "refused", m.rejected, refused)
		})
	}
}

func TestMachine_check_syncs_are_spread_over_a_window(t *testing.T) {
	start := time.Unix(1e9, 0)
	m := machineWith(start)
	m.inForce.doc.Provisioning.PushSpread = 10 * time.Minute
	now := start.Add(time.Hour)
	m = m.step(input{now, 0.5, asked{}})
	want(t, "fetch in", m.fetchAt.Sub(now), 5*time.Minute)
	m = m.step(input{now.Add(time.Minute), 0, asked{}})
	want(t, "one more does not move it", m.fetchAt.Sub(now), 5*time.Minute)
	m = m.step(input{now.Add(5 * time.Minute), 0, tick{}})
	want(t, "job", m.busy, fetchJob)
	m = m.step(input{now.Add(6 * time.Minute), 0.5, asked{}})
	m = m.step(input{now.Add(7 * time.Minute), 0.5, fetched{answered: true, unchanged: true}})
	want(t, "one that came meanwhile", m.fetchAt.Sub(now.Add(7*time.Minute)), 5*time.Minute+5*time.Second)
	m = m.step(input{now.Add(8 * time.Minute), 0.9, asked{force: true}})
	want(t, "a person does not wait", m.busy, fetchJob)
}
