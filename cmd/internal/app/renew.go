package app

import (
	"errors"
	"log/slog"
	"maps"
	"time"

	"offhook/ua"
)

// renewPause is between two requests for new keys: what was asked for has been done
// by then, glare (RFC 3261 §14.1) included.
const renewPause = 5 * time.Second

// renewKeys has new offers made in calls whose keys are nearly used up
// (RFC 3711 §9.2), or whose sound has another way than was told (RFC 8839 §4.4).
func (d *desk) renewKeys(now time.Time) {
	if now.Sub(d.renewed) < renewPause {
		return
	}
	for _, call := range d.calls.expiring() {
		d.renewed = now
		d.log.Info("the call's SRTP keys are nearly used up, or its sound has another way: a new offer is made", slog.Uint64("call", uint64(call)))
		if err := d.agent.Reoffer(call); err != nil && !errors.Is(err, ua.ErrNoCall) {
			d.log.Warn("no new offer can be made now", slog.Uint64("call", uint64(call)), slog.Any("error", err))
		}
	}
}

// expiring are the calls where a new offer is due.
func (b *callbook) expiring() (calls []ua.CallID) {
	b.mu.Lock()
	sessions := maps.Clone(b.sessions)
	b.mu.Unlock()
	for id, s := range sessions {
		if s.Expiring() || s.OfferDue() {
			calls = append(calls, id)
		}
	}
	return calls
}
