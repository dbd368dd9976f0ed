package link

import (
	"time"

	"offhook/media"
)

// blankStats are those of a stream of which nothing was heard yet.
var blankStats = media.Stats{LevelSent: -127, LevelReceived: -127}

// stats are a stream's figures over all media processes that had it.
func (s *stream) stats() media.Stats {
	out := add(s.before, s.now)
	if s.spec != nil {
		out.Suite, out.Encoding = string(s.spec.LocalKey.Suite), s.spec.Send.Encoding
	}
	return out
}

// add sums what is counted; of what is measured the later one holds.
func add(before, now media.Stats) media.Stats {
	out := now
	out.Sent += before.Sent
	out.SentBytes += before.SentBytes
	out.Received += before.Received
	out.ReceivedBytes += before.ReceivedBytes
	out.Lost += before.Lost
	out.Late += before.Late
	out.Discarded += before.Discarded
	out.Foreign += before.Foreign
	out.Concealed += before.Concealed
	out.Recovered += before.Recovered
	out.Expanded += before.Expanded
	out.Accelerated += before.Accelerated
	out.RemoteReports += before.RemoteReports
	out.FirstSent = first(before.FirstSent, now.FirstSent)
	out.FirstReceived = first(before.FirstReceived, now.FirstReceived)
	if out.LastReceived.IsZero() {
		out.LastReceived = before.LastReceived
	}
	if out.RoundTrip == 0 {
		out.RoundTrip = before.RoundTrip
	}
	if out.RemoteR == 0 {
		out.RemoteR, out.RemoteMOSListening, out.RemoteMOSConversational = before.RemoteR, before.RemoteMOSListening, before.RemoteMOSConversational
	}
	if out.MOSListening == 0 {
		out.R, out.MOSListening, out.MOSConversational = before.R, before.MOSListening, before.MOSConversational
	}
	return out
}

func first(before, now time.Time) time.Time {
	if before.IsZero() {
		return now
	}
	return before
}

// handsFreeStats codes what comes with a stream's figures.
func (c *coder) handsFreeStats(h *media.HandsFree) {
	c.text(&h.Canceller)
	for _, m := range []*media.Measured{&h.ERL, &h.ERLE, &h.Delay, &h.DoubleTalk, &h.Noise, &h.Gain} {
		c.bool(&m.Known)
		c.float(&m.Value)
	}
}
