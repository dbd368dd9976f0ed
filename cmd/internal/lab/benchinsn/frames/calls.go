package main

import (
	"cmp"
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/keying"
	"offhook/media/opus"
	"offhook/media/session"
)

func callStages() []stage {
	return []stage{
		calling("step_idle", "", 0, "", 0),
		calling("call_g711_plain", "PCMU", 1, "", 0),
		calling("call_g711_cm", "PCMU", 1, keying.AES128CMSHA1_80, 0),
		calling("call_g711_gcm", "PCMU", 1, keying.AES128GCM, 0),
		calling("call_g722_cm", "G722", 1, keying.AES128CMSHA1_80, 0),
		calling("call_opus_cm", "OPUS", 1, keying.AES128CMSHA1_80, 0),
		calling("call_g711_cm_48k_device", "PCMU", 1, keying.AES128CMSHA1_80, 48000),
		calling("call_g722_cm_48k_device", "G722", 1, keying.AES128CMSHA1_80, 48000),
		handsFreeCall(),
		calling("conference_g711_cm", "PCMU", 2, keying.AES128CMSHA1_80, 0),
		calling("conference_g722_cm", "G722", 2, keying.AES128CMSHA1_80, 0),
	}
}

// period is the sound device's: two of them are a frame.
const period = ptime / 2

// device gives speech and takes whatever. While it waits for its period the
// streams' other goroutines have their turn.
type device struct {
	voice  *loop
	echoed []int16      // what the microphone hears of the loudspeaker; nil: nothing
	now    atomic.Int64 // streams' goroutines ask, too
}

func (d *device) ReadPeriod(f []int16) error {
	time.Sleep(100 * time.Microsecond)
	d.now.Add(int64(period))
	copy(f, d.voice.next())
	for i, v := range d.echoed {
		f[i] = f[i]/2 + v
	}
	return nil
}

// WritePeriod has the loudspeaker come back 20 dB quieter: less than is needed to howl.
func (d *device) WritePeriod(f []int16) error {
	for i := range d.echoed {
		d.echoed[i] = f[i] / 10
	}
	return nil
}

func (*device) Xruns() (capture, playback uint64) { return 0, 0 }
func (d *device) clock() time.Duration            { return time.Duration(d.now.Load()) }
func (d *device) codecs() (all []media.Codec, err error) {
	o, err := opus.New(opus.Config{})
	return []media.Codec{g711.PCMU, g722.Rate64, o}, err
}

// calling is Step of an engine with so many calls, the device at a rate, 0 for the
// codec's.
// Each is with itself: what it sends is what it receives, so that both ways of
// one telephone are in it and nothing else.
func calling(name, encoding string, calls int, suite keying.Suite, rate int) stage {
	return callingWith(name, encoding, calls, suite, rate, engine.HandsFree{})
}

// handsFreeCall is a whole call of the best telephone there is: wideband, encrypted,
// hands-free with all that is done to the microphone, on a card of 48 kHz.
func handsFreeCall() stage {
	return callingWith("call_g722_cm_48k_handsfree", "G722", 1, keying.AES128CMSHA1_80, 48000,
		engine.HandsFree{Echo: true, Tail: 128 * time.Millisecond, Late: 500 * time.Millisecond, Noise: true, Gain: true})
}

func callingWith(name, encoding string, calls int, suite keying.Suite, rate int, free engine.HandsFree) stage {
	return stage{name, func() (frame, end func() error, err error) {
		d := &device{}
		codecs, err := d.codecs()
		if err != nil {
			return nil, nil, err
		}
		format := media.Format{Encoding: "PCMU", SampleRate: 8000}
		for _, c := range codecs {
			if f := c.Formats()[0]; f.Encoding == encoding {
				format = f
			}
		}
		rate = cmp.Or(rate, format.SampleRate)
		d.voice = newLoop(rate, 1)
		d.voice.n /= 2
		if free.Echo {
			d.echoed = make([]int16, d.voice.n)
		}
		e, err := engine.New(engine.Config{
			Device: d, SampleRate: rate, Period: d.voice.n, Codecs: codecs, Now: d.clock, RTCPInterval: time.Hour, HandsFree: free,
		})
		if err != nil {
			return nil, nil, err
		}
		patch := engine.Patch{Mic: true, HandsFree: free.Echo}
		for id := media.StreamID(1); int(id) <= calls; id++ {
			if err := speak(e, id, format, suite); err != nil {
				return nil, nil, err
			}
			patch.Streams = append(patch.Streams, id)
		}
		e.Connect(patch)
		return func() error {
			if err := e.Step(); err != nil {
				return err
			}
			return e.Step()
		}, func() error { return ended(e, patch.Streams) }, nil
	}}
}

func speak(e *engine.Engine, id media.StreamID, format media.Format, suite keying.Suite) error {
	sockets, err := session.Listen(netip.MustParseAddr("127.0.0.1"), session.PortRange{}, -1, nil)
	if err != nil {
		return err
	}
	if err := e.OpenStream(id, sockets); err != nil {
		return err
	}
	spec := session.Spec{Remote: sockets.LocalAddr(), Mux: true, Direction: media.SendRecv, Send: format, Receive: []media.Format{format}}
	if suite != "" {
		key, err := keying.Generate(1, suite)
		if err != nil {
			return err
		}
		spec.LocalKey, spec.RemoteKey = key, key
	}
	return e.UpdateStream(id, spec)
}

// settling is how many packets that takes, at most.
const settling = 10

// ended closes the engine, and tells of packets that did not make the round. Who
// hears himself sees a collision of sources and takes another number, which the
// other side does not believe at once.
func ended(e *engine.Engine, calls []media.StreamID) error {
	time.Sleep(time.Millisecond)
	for _, id := range calls {
		if s, _ := e.StreamStats(id); s.Received+settling < s.Sent || s.Discarded > settling {
			return fmt.Errorf("of %d packets sent %d came back, %d were refused", s.Sent, s.Received, s.Discarded)
		}
	}
	return e.Close()
}
