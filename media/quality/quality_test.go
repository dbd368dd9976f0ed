package quality

import (
	"testing"
	"time"

	"offhook/media"
)

var noon = time.Date(2026, 1, 2, 14, 2, 0, 0, time.UTC)

// call is one of so many seconds at 50 packets each; second changes one.
func call(seconds int, second func(i int, s *media.Stats)) *Series {
	s, now := &Series{}, media.Stats{MOSListening: 4.2, MOSConversational: 4.2, Jitter: 2 * time.Millisecond, PlayoutDelay: 40 * time.Millisecond, LevelReceived: -30}
	for i := range seconds {
		now.Received += 50
		if second != nil {
			second(i, &now)
		}
		s.Note(noon.Add(time.Duration(i+1)*time.Second), now)
	}
	return s
}

func lose(n uint64, from, to int) func(int, *media.Stats) {
	return func(i int, s *media.Stats) {
		if i >= from && i < to {
			s.Lost, s.Received = s.Lost+n, s.Received-n
		}
	}
}

func TestSeries_Judge(t *testing.T) {
	for _, c := range []struct {
		name   string
		series *Series
		talked time.Duration
		link   string
		grade  Grade
		text   string
	}{
		{"too short -> nothing", call(2, nil), 2 * time.Second, "eth0", Unknown, ""},
		{"no second yet -> nothing", &Series{}, time.Minute, "eth0", Unknown, ""},
		{"nothing wrong -> good", call(20, nil), 20 * time.Second, "eth0", Good, "nothing was wrong with it"},
		{"a few packets -> good", call(60, lose(1, 10, 13)), time.Minute, "eth0", Good, "nothing was wrong with it"},
		{"nothing came -> bad", call(5, func(_ int, s *media.Stats) { s.Received = 0 }), 5 * time.Second, "eth0", Bad, "nothing was heard of the far end: no packet of its sound came on eth0"},
		{"3 in 50 for a while -> where and when", call(60, func(i int, s *media.Stats) {
			lose(3, 10, 22)(i, s)
			s.BurstDensity, s.BurstDuration = 0.3, time.Second
		}), time.Minute, "wlan0", Bad, "6 % lost in bursts on wlan0 from 14:02:10 for 12 s"},
		{"one in 50 all along -> fair", call(30, lose(1, 0, 30)), 30 * time.Second, "", Fair, "2 % lost all along"},
		{"short pauses -> one stretch", call(60, func(i int, s *media.Stats) {
			if i >= 20 && i < 40 && i%4 == 0 {
				lose(5, 0, 60)(i, s)
			}
		}), time.Minute, "", Fair, "3 % lost from 14:02:20 for 17 s"},
		{"late -> said so", call(30, func(i int, s *media.Stats) { s.Late += 4 }), 30 * time.Second, "", Bad, "8 % too late to be heard all along"},
		{"both -> said so", call(30, func(i int, s *media.Stats) { s.Late++; lose(1, 0, 30)(i, s) }), 30 * time.Second, "", Fair, "4 % lost or too late all along"},
		{"lost there -> said so", call(30, func(_ int, s *media.Stats) { s.RemoteReports, s.RemoteLost = 3, 0.08 }), 30 * time.Second, "", Bad, "the far end misses 8 % of what is sent"},
		{"far away -> said so", call(30, func(_ int, s *media.Stats) { s.RoundTrip = 500 * time.Millisecond }), 30 * time.Second, "", Fair, "540 ms there and back"},
		{"faint -> said so", call(30, func(_ int, s *media.Stats) { s.LevelReceived = -70 }), 30 * time.Second, "", Fair, "the far end is hardly heard"},
		{"a bad opinion alone -> bad", call(30, func(_ int, s *media.Stats) { s.MOSConversational = 2.8 }), 30 * time.Second, "", Bad, "the sound was not good all along (MOS 2.8)"},
		{"a poor one -> fair", call(30, func(_ int, s *media.Stats) { s.MOSConversational = 3.4 }), 30 * time.Second, "", Fair, "the sound was not good all along (MOS 3.4)"},
		{"two causes -> both, the worse counts", call(30, func(i int, s *media.Stats) {
			lose(1, 0, 30)(i, s)
			s.RemoteReports, s.RemoteLost = 3, 0.08
		}), 30 * time.Second, "", Bad, "2 % lost all along; the far end misses 8 % of what is sent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if v := c.series.Judge(c.talked, c.link, time.UTC); v.Grade != c.grade || v.Text != c.text {
				t.Errorf("%q: %q, want %q: %q", v.Grade, v.Text, c.grade, c.text)
			}
		})
	}
}

func TestSeries_keeps_the_newest(t *testing.T) {
	s := call(Kept+30, lose(7, Kept+29, Kept+30))
	began, all := s.Seconds()
	if len(all) != Kept || !began.Equal(noon.Add(30*time.Second)) || all[Kept-1].Lost != 7 || all[Kept-2].Lost != 0 {
		t.Errorf("%d samples from %v, the last %+v", len(all), began, all[len(all)-1])
	}
	if got := s.Last().Received; got != 50*(Kept+30)-7 {
		t.Errorf("%d packets", got)
	}
}

// What was counted as lost may come yet.
func TestSeries_Note_a_loss_that_was_none(t *testing.T) {
	s := call(3, func(i int, m *media.Stats) { m.Lost = []uint64{0, 4, 0}[i] })
	_, all := s.Seconds()
	if all[1].Lost != 4 || all[2].Lost != 0 || all[2].Expected != 50 {
		t.Errorf("%+v", all)
	}
}

func TestSeries_Note_extremes_fit(t *testing.T) {
	s := &Series{}
	s.Note(noon, media.Stats{Received: 1 << 40, Lost: 1 << 40, RoundTrip: time.Hour, MOSConversational: 99, LevelReceived: 20, LevelSent: -500})
	_, all := s.Seconds()
	want := media.Second{Expected: 65535, Lost: 65535, RoundTrip: 65535, MOS: 50, Level: 0, Sent: -127}
	if all[0] != want {
		t.Errorf("%+v, want %+v", all[0], want)
	}
}

func TestSeries_Note_allocates_little(t *testing.T) {
	s := call(Kept, nil)
	if n := testing.AllocsPerRun(100, func() { s.Note(noon, s.Last()) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
