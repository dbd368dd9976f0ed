package engine

import (
	"testing"
	"time"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/jitter"
	"offhook/media/l16"
	"offhook/media/opus"
	"offhook/media/session"
)

// listening is a leg of a stream that is not open, for packets given by hand.
func listening(t testing.TB) (*leg, *plan) {
	t.Helper()
	voice, err := opus.New(opus.Config{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{SampleRate: 16000, Period: 160, Codecs: []media.Codec{g711.PCMU, g722.Rate64, l16.Narrow, voice}}
	spec := session.Spec{ReceiveRedundant: media.Format{Encoding: "RED", PayloadType: 121, ClockRate: 8000}}
	for _, c := range cfg.Codecs {
		spec.Receive = append(spec.Receive, c.Formats()[0])
	}
	l, p := newLeg(1, new(session.Stream), cfg), &plan{spec: spec}
	for _, formats := range group(spec.Receive) {
		r, err := newReceiver(formats, spec, cfg)
		if err != nil {
			t.Fatal(err)
		}
		p.receivers = append(p.receivers, r)
	}
	l.current, l.active = p, p.receivers[0]
	return l, p
}

// The figures of a receiver that a new plan has no more are not lost.
func TestForget_keeps_the_figures(t *testing.T) {
	l, p := listening(t)
	payload := make([]byte, 160)
	for k := range 50 {
		now := time.Duration(k) * 20 * time.Millisecond
		if k%10 != 9 {
			l.take(p, &jitter.Packet{Sequence: uint16(k), Timestamp: uint32(k * 160), SSRC: 1, Payload: payload, Arrival: now})
		}
		l.listen(now)
		l.listen(now + 10*time.Millisecond)
	}
	l.publish()
	before := l.published.concealed.Load()
	next := &plan{spec: p.spec, receivers: p.receivers[1:]}
	l.forget(next)
	l.current, l.active = next, next.receivers[0]
	l.publish()
	if after := l.published.concealed.Load(); before == 0 || after != before {
		t.Errorf("concealed %v, then %v", time.Duration(before), time.Duration(after))
	}
}

// Whatever comes, in whichever order, a period of sound is made.
func FuzzTake(f *testing.F) {
	f.Add([]byte{121, 0x80, 2, 0x80, 1, 5, 9, 9}, uint16(3), uint32(160))
	f.Add([]byte{13, 60, 127, 0, 254}, uint16(1), uint32(0))
	f.Add([]byte{111, 0x48}, uint16(65535), uint32(1<<31))
	f.Add([]byte{121, 0x80, 0, 0, 121, 1}, uint16(0), uint32(0))
	f.Fuzz(func(t *testing.T, data []byte, step uint16, ticks uint32) {
		if len(data) == 0 {
			return
		}
		l, p := listening(t)
		packet := jitter.Packet{SSRC: 1, Sequence: 65530}
		for k := range 12 {
			now := time.Duration(k) * 20 * time.Millisecond
			packet.PayloadType = []byte{0, data[0] & 127, 9, data[0] & 127}[k%4]
			packet.Payload, packet.Arrival = append([]byte(nil), data[1:]...), now
			own := packet
			l.take(p, &own)
			l.listen(now)
			packet.Sequence, packet.Timestamp = packet.Sequence+step, packet.Timestamp+ticks
		}
	})
}
