package opus

import (
	"strconv"
	"strings"

	"github.com/thesyncim/gopus"
)

// What an encoder can be asked for (RFC 7587 §6.1).
const (
	leastBitrate = 6000
	mostBitrate  = 510000
)

// parameters are the a=fmtp of RFC 7587 §6.1, as far as they mean something to
// an encoder. They are what the one who sends them wishes to receive; sprop-
// parameters, and stereo to one who has one channel, change nothing here.
type parameters struct {
	playbackRate int // Hz: the far end plays no more
	captureRate  int // Hz: this side captures no more
	bitrate      int // bit/s on average; 0: none said
	fec, dtx     bool
	cbr          bool
}

// parse reads parameters. What is unknown or senseless is as if not there:
// they are wishes, and a call does not fail for one.
func parse(fmtp string) parameters {
	p := parameters{playbackRate: clockRate, captureRate: clockRate}
	for field := range strings.SplitSeq(fmtp, ";") {
		name, value, _ := strings.Cut(field, "=")
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "maxplaybackrate":
			if n > 0 {
				p.playbackRate = min(n, clockRate)
			}
		case "sprop-maxcapturerate":
			if n > 0 {
				p.captureRate = min(n, clockRate)
			}
		case "maxaveragebitrate":
			if n > 0 {
				p.bitrate = min(max(n, leastBitrate), mostBitrate)
			}
		case "useinbandfec":
			p.fec = n == 1
		case "usedtx":
			p.dtx = n == 1
		case "cbr":
			p.cbr = n == 1
		}
	}
	return p
}

// String writes what is not as it is anyway.
func (p parameters) String() string {
	var list []string
	add := func(name string, value int) { list = append(list, name+"="+strconv.Itoa(value)) }
	if p.playbackRate < clockRate {
		add("maxplaybackrate", p.playbackRate)
	}
	if p.captureRate < clockRate {
		add("sprop-maxcapturerate", p.captureRate)
	}
	if p.bitrate > 0 {
		add("maxaveragebitrate", p.bitrate)
	}
	for _, flag := range []struct {
		name string
		set  bool
	}{{"useinbandfec", p.fec}, {"usedtx", p.dtx}, {"cbr", p.cbr}} {
		if flag.set {
			add(flag.name, 1)
		}
	}
	return strings.Join(list, ";")
}

// wishes are what this side wants to receive.
func (c Config) wishes() parameters {
	return parameters{
		playbackRate: c.SampleRate, captureRate: c.SampleRate,
		bitrate: c.Bitrate, fec: !c.NoFEC, dtx: c.DTX,
	}
}

// bandwidth is the widest that is of use at a rate.
func bandwidth(rate int) gopus.Bandwidth {
	switch {
	case rate <= 8000:
		return gopus.BandwidthNarrowband
	case rate <= 12000:
		return gopus.BandwidthMediumband
	case rate <= 16000:
		return gopus.BandwidthWideband
	case rate <= 24000:
		return gopus.BandwidthSuperwideband
	}
	return gopus.BandwidthFullband
}

// bitrate is what speech needs at a rate: the upper end of what RFC 7587 §3.1.1
// recommends, and some for redundancy, which an encoder leaves out where it finds
// the bits too few. The least complexities shape the noise worse, which costs
// bits for the same sound.
func bitrate(rate, complexity int) int {
	bits := 36000
	switch {
	case rate <= 8000:
		bits = 20000
	case rate <= 16000:
		bits = 26000
	case rate <= 24000:
		bits = 32000
	}
	if complexity < 2 {
		bits += bits / 3
	}
	return bits
}
