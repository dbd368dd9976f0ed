package phone

import (
	"testing"
	"time"

	"offhook/hal"
	"offhook/ua"

	"github.com/google/go-cmp/cmp"
)

func kept(effects []Effect) []Entry {
	for _, e := range effects {
		if h, ok := e.(History); ok {
			return h.Entries
		}
	}
	return nil
}

func TestHistory_what_became_of_a_call(t *testing.T) {
	later := Clock{at().Add(30 * time.Second)}
	ringing := said(in(7, ua.Early))
	cases := []struct {
		name  string
		given []Input
		want  Entry
	}{
		{"not answered -> missed", then(ringing, said(over(in(7, ua.Early), 487, ua.Cancelled, ""))), Entry{Kind: Missed, Name: "Carl", Number: "1003", New: true}},
		{"answered elsewhere -> received", then(ringing, said(over(in(7, ua.Early), 487, ua.AnsweredOther, ""))), Entry{Kind: Received, Name: "Carl", Number: "1003"}},
		{"rejected -> received", then(ringing, press(hal.KeyCancel), said(over(in(7, ua.Early), 486, ua.Rejected, ""))), Entry{Kind: Received, Name: "Carl", Number: "1003"}},
		{"answered -> received", then(ringing, lift, said(in(7, ua.Confirmed)), later, said(over(in(7, ua.Confirmed), 200, ua.RemoteBye, ""))), Entry{Kind: Received, Name: "Carl", Number: "1003", Length: 30 * time.Second}},
		{"dialled -> dialled", then(dialled(), said(over(out(ua.Trying), 404, ua.Rejected, ""))), Entry{Kind: Dialled, Number: "1002"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, effects := run(t, State{}, then(desk(t), c.given)...)
			c.want.Account, c.want.Time = "a", at()
			if diff := cmp.Diff([]Entry{c.want}, kept(effects)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHistory_missed_calls(t *testing.T) {
	entries := []Entry{{Kind: Missed, Number: "1007", New: true, Time: at()}, {Kind: Missed, Name: "Dora", Number: "1008", New: true, Time: at()}, {Kind: Dialled, Number: "1002", Time: at().AddDate(0, 0, -3)}}
	s, _ := run(t, State{}, then(desk(t), Restore{entries})...)
	if v := s.View(); v.Status.Missed != 2 || v.Text[0] != "2 missed calls" {
		t.Errorf("%d %q", v.Status.Missed, v.Text)
	}
	s, effects := run(t, s, press(hal.KeySoft3)...)
	if v := s.View(); v.Status.Missed != 0 || len(v.List.Items) != 2 || len(kept(effects)) != 3 || kept(effects)[0].New {
		t.Errorf("looked at: %d missed, %d items, %v", v.Status.Missed, len(v.List.Items), kept(effects))
	}
	if entries[0].New == false {
		t.Error("the caller's slice was changed")
	}
	down, _ := run(t, s, press(hal.KeyDown)...)
	_, effects = run(t, down, press(hal.KeyOK)...)
	if got := words(effects); got != "invite 1008 by a, hear 0 at speaker" {
		t.Errorf("call back: %s", got)
	}
	deleted, effects := run(t, down, press(hal.KeySoft2)...)
	if v := deleted.View(); len(v.List.Items) != 1 || v.List.Selected != 0 || len(kept(effects)) != 2 {
		t.Errorf("deleted: %+v", v.List)
	}
	all, _ := run(t, s, press(hal.KeyCancel, hal.KeyDown)...)
	if v := all.View(); v.List.Items[2].Detail != "19 Nov" || v.List.Items[0].Detail != "14:05" {
		t.Errorf("%+v", v.List.Items)
	}
}

func TestHistory_is_bounded(t *testing.T) {
	s, _ := run(t, State{}, desk(t)...)
	for id := ua.CallID(1); id < 300; id++ {
		s, _ = run(t, s, said(over(in(id, ua.Early), 487, ua.Cancelled, "")))
	}
	if len(s.history) != historyLimit || len(s.gone) != goneLimit {
		t.Errorf("%d entries, %d gone", len(s.history), len(s.gone))
	}
}

func TestHistory_redial_is_the_last_dialled(t *testing.T) {
	over := said(over(out(ua.Trying), 404, ua.Rejected, ""))
	s, _ := run(t, State{}, then(desk(t), dialled(), over, cradle)...)
	_, effects := run(t, s, press(hal.KeyRedial)...)
	if got := words(effects); got != "invite 1002 by a, hear 0 at speaker" {
		t.Error(got)
	}
}
