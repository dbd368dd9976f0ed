package quality

import (
	"fmt"
	"math"
	"strings"
	"time"

	"offhook/media"
)

// Grade is how a call is heard.
type Grade string

// The grades, by the opinion that ITU-T G.107 predicts (annex B) and by what is to blame.
const (
	Unknown Grade = ""
	Good    Grade = "good"
	Fair    Grade = "fair"
	Bad     Grade = "bad"
)

// Verdict is a call in one sentence.
type Verdict struct {
	Grade Grade
	Text  string // "6 % lost in bursts on wlan0 from 14:02:10 for 12 s"
}

const (
	goodMOS = 3.6                    // some users are not satisfied below
	fairMOS = 3.1                    // nearly all are not
	slow    = 400 * time.Millisecond // there and back: both begin to speak at once (G.114)
	least   = 3 * time.Second        // of a call, before anything is said of it
	quiet   = -55.0                  // dBov: nobody follows that
)

// Judge says how a call went that was answered so long ago, as far as is known; link
// is the network interface, at the zone in which times are told.
func (s *Series) Judge(talked time.Duration, link string, at *time.Location) Verdict {
	if talked < least || len(s.seconds) == 0 {
		return Verdict{}
	}
	if s.last.Received == 0 {
		return Verdict{Bad, "nothing was heard of the far end: no packet of its sound came" + on(link)}
	}
	v := Verdict{Grade: Good}
	var causes []string
	blame := func(g Grade, text string) {
		causes = append(causes, text)
		if v.Grade != Bad {
			v.Grade = g
		}
	}
	if text, share := s.losses(link, at); text != "" {
		blame(graded(share, 0.05), text)
	}
	if s.last.RemoteReports > 0 && s.last.RemoteLost >= 0.02 {
		blame(graded(s.last.RemoteLost, 0.05), fmt.Sprintf("the far end misses %s of what is sent", percent(s.last.RemoteLost)))
	}
	if d := s.last.RoundTrip + s.last.PlayoutDelay; s.last.RoundTrip > 0 && d >= slow {
		blame(graded(d.Seconds(), 0.8), fmt.Sprintf("%d ms there and back", d.Milliseconds()))
	}
	if s.silent() {
		blame(Fair, "the far end is hardly heard")
	}
	switch mos := s.last.MOSConversational; {
	case mos > 0 && mos < fairMOS:
		v.Grade = Bad
	case mos > 0 && mos < goodMOS && v.Grade == Good:
		v.Grade = Fair
	}
	if v.Text = strings.Join(causes, "; "); v.Text == "" {
		v.Text = "nothing was wrong with it"
		if v.Grade != Good {
			v.Text = fmt.Sprintf("the sound was not good all along (MOS %.1f)", s.last.MOSConversational)
		}
	}
	return v
}

func graded(value, bad float64) Grade {
	if value >= bad {
		return Bad
	}
	return Fair
}

// stretch are seconds, with pauses, in which packets were missed.
type stretch struct{ from, to, expected, lost, late int }

func (s stretch) missed() int { return s.lost + s.late }

func (s stretch) share() float64 {
	return float64(s.missed()) / float64(max(s.expected, s.missed(), 1))
}

const (
	pause    = 5    // seconds without a loss that end a stretch
	fewest   = 5    // packets that are worth a word
	smallest = 0.01 // of all, likewise
)

// losses tells of the worst stretch, and its share.
func (s *Series) losses(link string, at *time.Location) (text string, share float64) {
	began, all := s.Seconds()
	w := worst(all)
	if w.missed() < fewest || w.share() < smallest {
		return "", 0
	}
	what := "lost"
	switch {
	case w.late > 3*w.lost:
		what = "too late to be heard"
	case w.late > w.lost/3:
		what = "lost or too late"
	}
	if s.last.BurstDensity > 0 && s.last.BurstDuration > 0 {
		what += " in bursts"
	}
	text = fmt.Sprintf("%s %s%s", percent(w.share()), what, on(link))
	if w.from == 0 && w.to == len(all) {
		return text + " all along", w.share()
	}
	return text + fmt.Sprintf(" from %s for %d s", began.Add(time.Duration(w.from)*time.Second).In(at).Format(time.TimeOnly), w.to-w.from), w.share()
}

func worst(all []media.Second) (w stretch) {
	var now stretch
	calm := pause + 1
	for i, second := range all {
		if second.Missed() == 0 {
			if calm++; calm <= pause {
				now.expected += int(second.Expected)
			}
			continue
		}
		if calm > pause {
			now = stretch{from: i}
		}
		calm = 0
		now.to, now.expected, now.lost, now.late = i+1, now.expected+int(second.Expected), now.lost+int(second.Lost), now.late+int(second.Late)
		if now.missed() > w.missed() {
			w = now
		}
	}
	return w
}

// silent tells that there was sound for a while, and all of it very faint.
func (s *Series) silent() bool {
	loudest, n := int8(-127), 0
	for _, second := range s.seconds {
		if second.Expected > second.Lost {
			n, loudest = n+1, max(loudest, second.Level)
		}
	}
	return n >= 10 && loudest > -127 && float64(loudest) < quiet
}

func on(link string) string {
	if link == "" {
		return ""
	}
	return " on " + link
}

func percent(share float64) string {
	if share < 0.01 {
		return "less than 1 %"
	}
	return fmt.Sprintf("%.0f %%", math.Round(100*share))
}
