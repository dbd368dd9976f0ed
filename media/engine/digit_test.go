package engine_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"offhook/media/engine"
	"offhook/media/mediatest"
	"offhook/media/sdp"
	"offhook/media/session"
	"offhook/media/tone"
)

// digits reads the digits that an engine told of: as many as there should be, and
// what else there is.
func digits(t testing.TB, p *phone, want string) (dialled string, durations []time.Duration) {
	t.Helper()
	until(t, "digits "+want, func() bool {
		for {
			select {
			case event := <-p.Events():
				if d, ok := event.(engine.DigitReceived); ok {
					dialled += string(d.Digit)
					durations = append(durations, d.Duration)
				}
			default:
				return len(dialled) >= len(want)
			}
		}
	})
	return dialled, durations
}

func TestSendDigit_both_ways(t *testing.T) {
	for _, policy := range []sdp.Policy{sdp.Off, sdp.Mandatory} {
		c := newCall(t, nil, nil, options{config: suites(policy)})
		c.run(100 * time.Millisecond)
		for _, d := range "0123456789*#ABCD" {
			if err := c.a.session.SendDigit(d, 100*time.Millisecond); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.b.session.SendDigit('5', 0); err != nil {
			t.Fatal(err)
		}
		c.run(3 * time.Second)
		got, durations := digits(t, c.b, "0123456789*#ABCD")
		if got != "0123456789*#ABCD" || slices.ContainsFunc(durations, func(d time.Duration) bool { return d != 100*time.Millisecond }) {
			t.Errorf("a to b: %q %v", got, durations)
		}
		if got, durations := digits(t, c.a, "5"); got != "5" || durations[0] != 160*time.Millisecond {
			t.Errorf("b to a: %q %v", got, durations)
		}
		if s := c.b.session.Stats(); s.Lost+s.Discarded > 0 || s.Concealed > 0 {
			t.Errorf("%+v", s)
		}
	}
}

func TestSendDigit_survives_loss(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	r := newRelay(t, c, mediatest.NewLink(mediatest.Impairment{Loss: 0.3, Duplicate: 0.1, Reorder: 0.1, Seed: 3}))
	r.run(100 * time.Millisecond)
	for _, d := range "112233" {
		if err := c.a.session.SendDigit(d, 80*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	r.run(2 * time.Second)
	if got, _ := digits(t, c.b, "112233"); got != "112233" {
		t.Errorf("%q", got)
	}
}

func TestSendDigit_on_the_wire(t *testing.T) {
	c := newCall(t, mediatest.Voice(rate, time.Second, 1), nil, options{config: suites(sdp.Off)})
	r := newRelay(t, c, mediatest.NewLink(mediatest.Impairment{}))
	var sound, events []rtp.Packet
	r.keep = func(raw []byte) {
		var p rtp.Packet
		if err := p.Unmarshal(slices.Clone(raw)); err != nil {
			t.Fatal(err)
		}
		if p.PayloadType == 101 {
			events = append(events, p)
		} else {
			sound = append(sound, p)
		}
	}
	r.run(100 * time.Millisecond)
	if err := c.a.session.SendDigit('#', 60*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	before := len(sound)
	r.run(200 * time.Millisecond)
	if len(events) != 5 {
		t.Fatalf("%d event packets, want 2 and 3 ends", len(events))
	}
	for i, p := range events {
		e, err := tone.Parse(p.Payload)
		if err != nil {
			t.Fatal(err)
		}
		want := tone.Event{Code: 11, End: i >= 2, Volume: 10, Duration: uint16(160 * min(i+1, 3))}
		if e != want || p.Marker != (i == 0) || p.Timestamp != events[0].Timestamp || p.SequenceNumber != events[0].SequenceNumber+uint16(i) {
			t.Errorf("packet %d: %+v in %+v, want %+v", i, e, p.Header, want)
		}
	}
	after := sound[before]
	if !after.Marker || after.Timestamp != events[0].Timestamp+5*160 || after.SequenceNumber != events[4].SequenceNumber+1 || after.SSRC != events[0].SSRC {
		t.Errorf("the sound after the digit: %+v", after.Header)
	}
	if binary.BigEndian.Uint16(events[4].Payload[2:]) != 480 {
		t.Error("duration of the last end packet")
	}
}

func TestSendDigit_refusals_say_why(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	if err := c.a.session.SendDigit('x', 0); err == nil || !strings.Contains(err.Error(), "no DTMF digit") {
		t.Error(err)
	}
	if err := c.a.SendDigit(7, '1', 0); !errors.Is(err, engine.ErrNoStream) {
		t.Error(err)
	}
	negotiate(t, c.b.session, c.a.session, true)
	if err := c.a.session.SendDigit('1', 0); err == nil || !strings.Contains(err.Error(), "on hold") {
		t.Error(err)
	}
	offer, err := c.a.session.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	_ = offer
	if err := c.a.session.Accept([]byte("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n")); err != nil {
		t.Fatal(err)
	}
	if err := c.a.session.SendDigit('1', 0); !errors.Is(err, session.ErrNoEvents) {
		t.Error(err)
	}
}

func TestSendDigit_events_negotiated_away_in_the_middle_of_one(t *testing.T) {
	c := newCall(t, nil, nil, options{config: suites(sdp.Off)})
	c.run(100 * time.Millisecond)
	if err := c.a.session.SendDigit('1', time.Second); err != nil {
		t.Fatal(err)
	}
	c.run(100 * time.Millisecond)
	if _, err := c.a.session.Offer(false); err != nil {
		t.Fatal(err)
	}
	plain := fmt.Sprintf("v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio %d RTP/AVP 0\r\n", c.b.session.LocalAddr().Port())
	if err := c.a.session.Accept([]byte(plain)); err != nil {
		t.Fatal(err)
	}
	before := c.a.session.Stats()
	c.run(200 * time.Millisecond)
	after := c.a.session.Stats()
	if packets := after.Sent - before.Sent; packets < 9 || after.SentBytes-before.SentBytes != 160*packets {
		t.Errorf("%d packets of %d octets, want sound", packets, after.SentBytes-before.SentBytes)
	}
}

func TestSendDigit_too_many(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	var err error
	for range 100 {
		if err = c.a.session.SendDigit('1', 0); err != nil {
			break
		}
	}
	if !errors.Is(err, engine.ErrQueue) {
		t.Error(err)
	}
	// On hold they are forgotten, not sent when the call goes on.
	negotiate(t, c.b.session, c.a.session, true)
	c.run(100 * time.Millisecond)
	negotiate(t, c.b.session, c.a.session, false)
	c.run(time.Second)
	if got, _ := digits(t, c.b, ""); got != "" {
		t.Errorf("dialled %q after the hold", got)
	}
}

func TestEvents_media_started_once(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	c.run(200 * time.Millisecond)
	if event := <-c.a.Events(); event != (engine.MediaStarted{Stream: 1}) {
		t.Errorf("%#v", event)
	}
	select {
	case event := <-c.a.Events():
		t.Errorf("then %#v", event)
	default:
	}
	if c.a.Dropped() != 0 {
		t.Error("events dropped")
	}
}

func TestSendDigit_on_a_stream_that_is_not_patched(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	c.a.Connect(engine.Patch{})
	c.run(100 * time.Millisecond)
	if err := c.a.session.SendDigit('7', 0); err != nil {
		t.Fatal(err)
	}
	c.run(500 * time.Millisecond)
	if got, _ := digits(t, c.b, "7"); got != "7" {
		t.Errorf("%q", got)
	}
	sent := c.a.session.Stats().Sent
	c.run(100 * time.Millisecond)
	if now := c.a.session.Stats().Sent; now != sent {
		t.Errorf("%d packets of nothing", now-sent)
	}
}

// A key held for longer than a packet can say goes out in segments of one event
// (RFC 4733 §2.5.1.3), and is heard as one.
func TestSendDigit_long(t *testing.T) {
	c := newCall(t, nil, nil, options{config: suites(sdp.Off)})
	r := newRelay(t, c, mediatest.NewLink(mediatest.Impairment{}))
	starts, markers, longest := map[uint32]bool{}, 0, uint16(0)
	r.keep = func(raw []byte) {
		var p rtp.Packet
		if err := p.Unmarshal(slices.Clone(raw)); err != nil {
			t.Fatal(err)
		}
		if e, err := tone.Parse(p.Payload); p.PayloadType == 101 && err == nil {
			starts[p.Timestamp] = true
			longest = max(longest, e.Duration)
			if p.Marker {
				markers++
			}
			if e.End && len(starts) != 2 {
				t.Errorf("the end is in segment %d", len(starts))
			}
		}
	}
	r.run(100 * time.Millisecond)
	const held = 12 * time.Second
	if err := c.a.session.SendDigit('8', held); err != nil {
		t.Fatal(err)
	}
	r.run(held + 500*time.Millisecond)
	got, durations := digits(t, c.b, "8")
	if got != "8" || (durations[0]-held).Abs() > 20*time.Millisecond {
		t.Errorf("%q for %v", got, durations)
	}
	if len(starts) != 2 || markers != 1 || longest != 0xFFFF {
		t.Errorf("%d segments, %d markers, %d units at most", len(starts), markers, longest)
	}
}

// Digits that are dialled at once leave pauses that a receiver can tell (Q.24).
func TestSendDigit_pauses(t *testing.T) {
	for _, ptime := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 60 * time.Millisecond} {
		c := newCall(t, nil, nil, options{config: func(s *session.Config) { s.SRTP, s.PTime = sdp.Off, ptime }})
		r := newRelay(t, c, mediatest.NewLink(mediatest.Impairment{}))
		var begins, ends []uint32
		r.keep = func(raw []byte) {
			var p rtp.Packet
			if err := p.Unmarshal(slices.Clone(raw)); err != nil {
				t.Fatal(err)
			}
			if e, err := tone.Parse(p.Payload); p.PayloadType == 101 && err == nil {
				if p.Marker {
					begins = append(begins, p.Timestamp)
				}
				if end := p.Timestamp + uint32(e.Duration); e.End && !slices.Contains(ends, end) {
					ends = append(ends, end)
				}
			}
		}
		r.run(100 * time.Millisecond)
		for range 3 {
			if err := c.a.session.SendDigit('1', 80*time.Millisecond); err != nil {
				t.Fatal(err)
			}
		}
		r.run(time.Second)
		if len(begins) != 3 || len(ends) != 3 {
			t.Fatalf("%v: began %v, ended %v", ptime, begins, ends)
		}
		for i := range 2 {
			if pause := begins[i+1] - ends[i]; pause < 8*40 || pause > 8*200 {
				t.Errorf("%v: a pause of %d units", ptime, pause)
			}
		}
	}
}
