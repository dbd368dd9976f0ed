package app

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/media/quality"
	"offhook/ua"
)

// record is how a call went, while status tells of it.
type record struct {
	quality.Series
	link string
}

// watch has calls looked at each second; it never waits.
func (b *callbook) watch() {
	select {
	case b.begun <- struct{}{}:
	default: // that is told already
	}
}

// run looks at the calls each second while there are any: a telephone at rest sleeps.
func (b *callbook) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.begun:
		}
		ticker := time.NewTicker(time.Second)
		for more := true; more; {
			select {
			case <-ctx.Done():
				more = false
			case at := <-ticker.C:
				more = b.second(at)
			}
		}
		ticker.Stop()
	}
}

// second takes the figures of all calls that were answered, and tells whether there
// is any call.
func (b *callbook) second(at time.Time) bool {
	b.mu.Lock()
	var talking []ua.CallID
	for id, line := range b.calls {
		if !line.Answered.IsZero() && b.records[id] != nil {
			talking = append(talking, id)
		}
	}
	any := len(b.sessions) > 0
	b.mu.Unlock()
	for _, id := range talking {
		stats := b.figures(id) // may ask another process
		b.mu.Lock()
		if r := b.records[id]; r != nil && stats != nil {
			r.Note(at, *stats)
		}
		b.mu.Unlock()
	}
	return any
}

// judge says of a call how it went.
func (b *callbook) judge(c *localapi.Call) {
	if c.Answered.IsZero() {
		return
	}
	until := c.Ended
	if until.IsZero() {
		until = time.Now()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if r := b.records[ua.CallID(c.ID)]; r != nil {
		v := r.Judge(until.Sub(c.Answered), r.link, b.zone)
		c.Grade, c.Verdict = string(v.Grade), v.Text
	}
}

// detail is one call of the list.
func (b *callbook) detail(id uint64) (d localapi.CallDetail, err error) {
	for _, c := range b.list() {
		if c.ID != id {
			continue
		}
		d.Call = c
		b.mu.Lock()
		defer b.mu.Unlock()
		if r := b.records[ua.CallID(id)]; r != nil {
			d.Link = r.link
			d.Began, d.Seconds = r.Seconds()
		}
		return d, nil
	}
	return d, fmt.Errorf("there is no call %d (offhook calls lists those of late)", id)
}

// total counts a call that has ended.
func (b *callbook) total(c localapi.Call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := &b.totals
	by := &t.Outgoing
	if c.Incoming {
		by = &t.Incoming
	}
	switch {
	case !c.Answered.IsZero():
		by.Answered++
	case c.Cause == string(ua.CauseError) || c.Cause == string(ua.CauseSetupFail):
		by.Failed++
	default:
		by.Unanswered++
	}
	if c.Answered.IsZero() {
		return
	}
	t.Seconds += c.Ended.Sub(c.Answered).Seconds()
	if c.Grade == string(quality.Bad) {
		t.Poor++
	}
	if r := b.records[ua.CallID(c.ID)]; r != nil {
		last := r.Last()
		t.Received, t.Lost, t.Late = t.Received+last.Received, t.Lost+last.Lost, t.Late+last.Late
	}
}

// sum is of all calls that have ended.
func (b *callbook) sum() localapi.Totals {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.totals
}

// mourn counts a call that has ended, and tells of one that was bad.
func (a *App) mourn(c ua.Call) {
	line := callLine(c)
	line.Ended = time.Now()
	a.calls.judge(&line)
	a.calls.total(line)
	if line.Grade != string(quality.Bad) {
		return
	}
	a.cfg.Log.Warn("a call was bad", "room", "media", "call", c.ID, "remote", c.Remote.URI, "why", line.Verdict)
	a.teller.tell("call-poor", map[string]string{"account": line.Account, "call": fmt.Sprint(c.ID), "remote": line.Remote, "remote_name": line.Name, "cause": line.Verdict})
}

// Call is one of Status's calls.
func (a *App) Call(_ context.Context, id uint64) (localapi.CallDetail, error) {
	return a.calls.detail(id)
}

// linkOf is the network interface that has an address, "" when none has it.
func linkOf(addr netip.Addr) string {
	all, err := net.Interfaces()
	if err != nil {
		return ""
	}
	for _, i := range all {
		addrs, _ := i.Addrs() // one that has gone has none
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Unmap() == addr.Unmap() {
				return i.Name
			}
		}
	}
	return ""
}
