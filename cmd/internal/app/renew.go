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

// renewKeys has new keys offered in calls whose keys are nearly used up
// (RFC 3711 §9.2).
func (d *desk) renewKeys(now time.Time) {
	if now.Sub(d.renewed) < renewPause {
		return
	}
	for _, call := range d.calls.expiring() {
		d.renewed = now
		d.log.Info("the call's SRTP keys are nearly used up: new ones are offered", slog.Uint64("call", uint64(call)))
		if err := d.agent.Reoffer(call); err != nil && !errors.Is(err, ua.ErrNoCall) {
			d.log.Warn("new SRTP keys cannot be offered now", slog.Uint64("call", uint64(call)), slog.Any("error", err))
		}
	}
}

// expiring are the calls whose keys are nearly used up.
func (b *callbook) expiring() (calls []ua.CallID) {
	b.mu.Lock()
	sessions := maps.Clone(b.sessions)
	b.mu.Unlock()
	for id, s := range sessions {
		if s.Expiring() {
			calls = append(calls, id)
		}
	}
	return calls
}
