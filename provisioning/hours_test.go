package provisioning

import (
	"testing"
	"time"
)

func TestHours(t *testing.T) {
	at := func(day int, clock string) time.Time { // November 2026: the 22nd is a Sunday
		m, err := time.Parse("15:04", clock)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(2026, 11, day, m.Hour(), m.Minute(), 0, 0, time.UTC)
	}
	cases := []struct {
		hours string
		at    time.Time
		want  bool
	}{
		{"mon-fri 08:00-18:00", at(23, "08:00"), true},
		{"mon-fri 08:00-18:00", at(23, "07:59"), false},
		{"mon-fri 08:00-18:00", at(27, "17:59"), true},
		{"mon-fri 08:00-18:00", at(27, "18:00"), false},
		{"mon-fri 08:00-18:00", at(28, "12:00"), false},
		{"sat,sun 10:00-12:00", at(22, "10:00"), true},
		{"sat,sun 10:00-12:00", at(23, "10:00"), false},
		{"sat-mon 10:00-12:00", at(23, "10:00"), true},
		{"08:00-24:00", at(24, "23:59"), true},
		{"22:00-06:00", at(24, "05:59"), true},
		{"22:00-06:00", at(24, "06:00"), false},
		{"fri 22:00-06:00", at(27, "23:00"), true},
		{"fri 22:00-06:00", at(28, "05:00"), true},
		{"fri 22:00-06:00", at(27, "05:00"), false},
	}
	for _, c := range cases {
		h, err := ParseHours(c.hours)
		if err != nil || h.Include(c.at) != c.want {
			t.Errorf("%s at %s: %v, %v", c.hours, c.at.Format("Mon 15:04"), !c.want, err)
		}
	}
	for _, bad := range []string{"", "mon", "08:00", "8:00-18:00", "08:00-08:00", "24:00-06:00", "08:00-25:00", "mon-fry 08:00-18:00", "mon- 08:00-18:00", "mon 08:00-18:00 x", "mon  08:00-18:00", "08:00-18:00-20:00", "MON 08:00-18:00"} {
		if _, err := ParseHours(bad); err == nil {
			t.Errorf("%q is taken for hours", bad)
		}
	}
}

func TestMoment(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"2026-12-24T18:00": "2026-12-24T18:00:00+01:00",
		"2026-12-24":       "2026-12-25T00:00:00+01:00",
		"2026-03-28":       "2026-03-29T00:00:00+01:00",
		"2026-03-29":       "2026-03-30T00:00:00+02:00", // the day has 23 hours
	} {
		got, err := Moment(text, berlin)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%s: %s, %v; want %s", text, got.Format(time.RFC3339), err, want)
		}
	}
	for _, bad := range []string{"", "tomorrow", "2026-13-01", "2026-02-30", "2026-12-24 18:00", "2026-12-24T18:00:00"} {
		if _, err := Moment(bad, berlin); err == nil {
			t.Errorf("%q is taken for a moment", bad)
		}
	}
}

func FuzzParseHours(f *testing.F) {
	f.Add("mon-fri 08:00-18:00")
	f.Add("sat,sun 22:00-24:00")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHours(s)
		if err != nil {
			return
		}
		in := false
		for m := range 7 * 24 * 60 {
			in = in || h.Include(time.Unix(0, 0).UTC().Add(time.Duration(m)*time.Minute))
		}
		if !in {
			t.Errorf("%q never is", s)
		}
	})
}
