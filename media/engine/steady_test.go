package engine_test

import (
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/l16"
	"offhook/media/mediatest"
	"offhook/media/opus"
	"offhook/media/session"
)

// Whatever goes on in a call, its steps allocate nothing: what a change needs is
// made by who asks for it.
func TestStep_allocates_nothing_through_changes(t *testing.T) {
	const ms = time.Millisecond
	voice := opusCodec(t, opus.Config{Complexity: 2})
	all := []media.Codec{g711.PCMU, g711.PCMA, g722.Rate64, l16.Wide, voice}
	on := engine.Patch{Streams: []media.StreamID{1}, Mic: true}
	use := func(codec media.Codec, ptime time.Duration) func(*call) {
		return func(c *call) {
			for _, p := range []*phone{c.a, c.b} {
				other := c.a
				if p == c.a {
					other = c.b
				}
				spec := session.Spec{Remote: other.session.LocalAddr(), Mux: true, Direction: media.SendRecv, Send: codec.Formats()[0]}
				spec.Send.PTime = ptime
				for _, codec := range all {
					spec.Receive = append(spec.Receive, codec.Formats()[0])
				}
				if err := p.UpdateStream(1, spec); err != nil {
					c.t.Fatal(err)
				}
			}
		}
	}
	for _, test := range []struct {
		name    string
		config  func(*session.Config)
		changes []func(*call)
	}{
		{"silence and speech", dtx, []func(*call){func(*call) {}}},
		{"codecs change", nil, []func(*call){use(g722.Rate64, 20*ms), use(voice, 20*ms), use(g711.PCMA, 10*ms), use(l16.Wide, 30*ms), use(g711.PCMU, 60*ms)}},
		{"hold and back", nil, []func(*call){
			func(c *call) { negotiate(c.t, c.a.session, c.b.session, true) },
			func(c *call) { negotiate(c.t, c.a.session, c.b.session, false) },
		}},
		{"not heard, and heard again", nil, []func(*call){
			func(c *call) { c.a.Connect(engine.Patch{}) }, func(c *call) { c.a.Connect(on) },
		}},
		{"muted", nil, []func(*call){func(c *call) { c.a.Connect(engine.Patch{Streams: []media.StreamID{1}}) }}},
	} {
		t.Run(test.name, func(t *testing.T) {
			said := noisy(rate, time.Second, time.Second)
			c := newCall(t, said, mediatest.Voice(rate, 2*time.Second, 2), options{codecs: all, config: test.config})
			c.run(time.Second)
			for i, change := range test.changes {
				change(c)
				if got := mallocs(func() { c.silent(2 * time.Second) }); got > strays {
					t.Errorf("change %d: %d allocations in 400 steps", i, got)
				}
			}
		})
	}
}
