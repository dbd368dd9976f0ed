//go:build interop

package interop

import (
	"context"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/hal"
	"offhook/hal/faceplate/remote"
)

// TestPickup has a receptionist watch a colleague by a line key, through a presence
// server, and pick up what rings there.
func TestPickup(t *testing.T) {
	s := newPresenceServer(t)
	caller := newTelephone(t, s.account("1001"))
	called := newTelephone(t, s.account("1002", "publish: dialog"))
	desk := newTelephone(t, s.account("1003", "blf: [1002]", "reg-event: true")+"  keys:\n    - {key: line1, type: blf, value: '1002', label: Colleague}\n    - {key: line2, type: pickup}\n    - {key: line3, type: dnd}\n")
	lamp := func(t *testing.T, ctx context.Context, is hal.Pattern) {
		t.Helper()
		must(t, desk.page.Wait(ctx, func(s remote.State) bool { return s.Lamps["line1"] == is }))
	}
	rings := func(t *testing.T, ctx context.Context) (before, there uint64) {
		t.Helper()
		before, there = desk.with(t).lastCall(ctx), called.with(t).lastCall(ctx)
		must(t, caller.Control().Dial(ctx, localapi.DialRequest{Account: "1001", Target: "1002"}))
		called.newCall(ctx, there, "early")
		lamp(t, ctx, hal.LampFast)
		return before, there
	}
	for _, c := range []struct {
		name string
		key  hal.Key
	}{{"the watched telephone's key", hal.KeyLine1}, {"the pickup key", hal.KeyLine2}} {
		row(t, "a watched telephone rings, "+c.name+" -> the call is here, and over there", func(t *testing.T, ctx context.Context) {
			caller.with(t).bound(ctx, "1001")
			called.with(t).bound(ctx, "1002")
			desk.with(t).bound(ctx, "1003")
			lamp(t, ctx, hal.LampOff)
			before, there := rings(t, ctx)
			must(t, desk.page.Tap(c.key))
			desk.newCall(ctx, before, "confirmed")
			called.newCall(ctx, there, "terminated")
			lamp(t, ctx, hal.LampOff)
			must(t, desk.Control().Hangup(ctx))
			desk.newCall(ctx, before, "terminated")
			caller.with(t).quiet(ctx)
		})
	}
	row(t, "do not disturb by the key -> told, and busy to callers", func(t *testing.T, ctx context.Context) {
		must(t, desk.page.Tap(hal.KeyLine3))
		_, err := desk.with(t).Until(ctx, "do not disturb", func(s localapi.Status) bool { return s.Diverting.DoNotDisturb })
		must(t, err)
		before := caller.with(t).lastCall(ctx)
		must(t, caller.Control().Dial(ctx, localapi.DialRequest{Account: "1001", Target: "1003"}))
		caller.newCall(ctx, before, "terminated")
	})
}
