package lab

import (
	"sync/atomic"
	"time"

	"offhook/cmd/internal/lab/stream"
	"offhook/media/mediatest"
)

// Impairment is what the network between phone and PBX does to RTP.
type Impairment = mediatest.Impairment

// network makes the impaired paths of every leg. What it is set to takes
// effect on calls that are up, too.
type network struct{ now atomic.Pointer[Impairment] }

// outbound tells the two directions' seeds apart.
const outbound = 0x9e3779b97f4a7c15

// paths makes the two directions of a new leg. Each counts its packets from 0,
// so that the same seed gives the same fate to the n-th packet of every call.
func (n *network) paths() (in, out stream.Fates) { return n.path(0), n.path(outbound) }

// path has one owner: the goroutine of the leg's direction.
func (n *network) path(direction uint64) stream.Fates {
	began := time.Now()
	var set *Impairment
	var path *mediatest.Path
	return func(number uint64) []time.Duration {
		if now := n.now.Load(); now != set {
			set = now
			own := *now
			own.Seed ^= direction
			path = &mediatest.Path{Link: mediatest.NewLink(own)}
		}
		if number == stream.ReportDelay {
			return []time.Duration{set.Delay}
		}
		sent := time.Since(began)
		arrival, copies := path.Carry(number, sent)
		delays := make([]time.Duration, copies)
		for i := range delays {
			delays[i] = arrival - sent
		}
		return delays
	}
}
