package pbx

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/zaf/g711"

	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/stream"
	"offhook/cmd/internal/lab/tune"
	"offhook/media"
)

// services are the numbers that the exchange answers itself.
var services = map[string]func(*call){
	"600": (*call).echo,
	"601": (*call).music,
	"602": (*call).callBack,
	"603": (*call).busy,
	"604": (*call).unanswering,
	"605": (*call).announcement,
	"*97": (*call).messages,
}

// Services describes the numbers for a person.
func Services() [][2]string {
	return [][2]string{
		{"600", "echo"}, {"601", "music"}, {"602", "calls you back in 3 s"},
		{"603", "always busy"}, {"604", "rings, never answers"}, {"605", "early announcement, then 480"},
		{"*97", "voice mail"},
	}
}

// echo sends every packet back as it came, so that a round trip measures from
// mouth to ear. It takes any codec.
func (c *call) echo() {
	formats := plainFormats()
	if r := c.caller.incoming.reading; r != nil {
		formats = r.remote.Formats
	}
	c.pickUp(formats, func() {
		c.caller.sound.port.Feed(forward(c.caller.sound, c.caller.sound))
	})
}

func (c *call) music() {
	c.whenUp(plainFormats(), func() { c.play(c.caller, c.pbx.music, true, nil) })
}

// callBack confirms, hangs up, and calls the caller's extension a little later.
func (c *call) callBack() {
	p, extension := c.pbx, c.from
	c.whenUp(plainFormats(), func() {
		c.play(c.caller, tune.Confirm, false, func() {
			c.finish(487, "the exchange hung up and will call back")
			p.serving.Go(func() { p.ringLater(extension, p.config.CallBackAfter) })
		})
	})
}

func (p *PBX) ringLater(extension string, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-p.ctx.Done():
		return
	}
	if err := p.originate(extension, "602", "Workbench", 20*time.Second, (*call).greet); err != nil {
		p.note(journal.Call, "602 cannot call %s back: %v", extension, err)
	}
}

// messages plays what is in the caller's mailbox; what was heard is new no
// longer.
func (c *call) messages() {
	p, extension := c.pbx, c.from
	c.whenUp(plainFormats(), func() {
		voice := func() []int16 { return tune.Voice(5*time.Second, 97) }
		c.play(c.caller, voice, false, func() {
			box := p.Mailbox(extension)
			if err := p.SetMailbox(extension, Mailbox{Old: box.Old + box.New}); err != nil {
				p.log.Debug("the mailbox was not changed", "error", err)
			}
			c.finish(487, "the exchange hung up")
		})
	})
}

func (c *call) busy() { c.finish(486, "Busy Here") }

func (c *call) unanswering() {
	c.progress(180, "Ringing", nil)
	c.after(3*time.Minute, func() { c.finish(480, "Temporarily Unavailable: nobody answers") })
}

// announcement is sound before an answer that never comes.
func (c *call) announcement() {
	if c.caller.incoming.reading == nil {
		c.finish(480, "Temporarily Unavailable")
		return
	}
	c.progress(183, "Session Progress", plainFormats())
	if c.over {
		return
	}
	c.play(c.caller, tune.Unavailable, false, func() { c.finish(480, "Temporarily Unavailable") })
}

// whenUp answers, and begins to send once both descriptions are there.
func (c *call) whenUp(formats []media.Format, begin func()) {
	if !c.pickUp(formats, func() {}) {
		return
	}
	if c.caller.incoming.offered {
		c.begin = begin
		return
	}
	begin()
}

// Ring calls a phone; a voice and then music answer whoever picks up.
func (p *PBX) Ring(extension string) error {
	leave, err := p.command(extension)
	if err != nil {
		return err
	}
	defer leave()
	return p.originate(extension, "600", "Workbench", 0, (*call).greet)
}

// greet is a voice, and then music.
func (c *call) greet(l *leg) {
	voice := func() []int16 { return tune.Voice(6*time.Second, uint64(c.id)) }
	c.play(l, voice, false, func() { c.play(l, c.pbx.music, true, nil) })
}

// originate calls an extension from the exchange. With a limit the exchange
// hangs up that long after the answer, which sound is for.
func (p *PBX) originate(extension, from, name string, limit time.Duration, sound func(*call, *leg)) error {
	bindings := p.bindings(extension)
	if len(bindings) == 0 {
		return fmt.Errorf("%s: %w", extension, errNotAvailable)
	}
	c := p.newCall(from, extension)
	p.serving.Go(c.run)
	c.post(func() {
		who := p.identity(from)
		who.name = name
		p.note(journal.Call, "call %d: %s calls %s", c.id, from, extension)
		c.answered = func(l *leg) {
			sound(c, l)
			if limit > 0 {
				c.after(limit, func() { c.finish(487, "the exchange hung up") })
			}
		}
		c.ring(bindings, who, plainFormats())
	})
	return nil
}

// play sends sound in packets of 20 ms. Done is posted at the end.
func (c *call) play(l *leg, sound func() []int16, loop bool, done func()) {
	encode := g711.EncodeUlawFrame
	if l.sound.agreed.Send.Encoding == "PCMA" {
		encode = g711.EncodeAlawFrame
	}
	ctx, cancel := context.WithCancel(c.pbx.ctx)
	c.cleanup = append(c.cleanup, cancel)
	port, payloadType := l.sound.port, l.sound.agreed.Send.PayloadType
	c.pbx.serving.Go(func() {
		samples := sound()
		payload := make([]byte, len(samples))
		for i, s := range samples {
			payload[i] = encode(s)
		}
		if pace(ctx, port, payload, payloadType, loop) && done != nil {
			c.post(done)
		}
	})
}

// pace sends one packet each 20 ms by the clock; it reports whether it came to
// the end.
func pace(ctx context.Context, port *stream.Port, payload []byte, payloadType uint8, loop bool) bool {
	const frame = tune.Rate / 50
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	packet := stream.Packet{PayloadType: payloadType, Marker: true, Sequence: uint16(rand.Uint32()), Timestamp: rand.Uint32(), SSRC: rand.Uint32()}
	began, sent := time.Now(), 0
	for at := 0; ; {
		// A late tick is made up for: the number of packets follows the clock.
		for due := int(time.Since(began)/(20*time.Millisecond)) + 1; sent < due; sent++ {
			if at+frame > len(payload) {
				if !loop {
					return true
				}
				at = 0
			}
			packet.Payload = payload[at : at+frame]
			port.Send(packet)
			packet.Marker = false
			packet.Sequence++
			packet.Timestamp += frame
			at += frame
		}
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
}
