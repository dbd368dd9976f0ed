package sdp

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/media"
)

// TelephoneEvent is the encoding name of RFC 4733.
const TelephoneEvent = "TELEPHONE-EVENT"

const (
	encodingOpus = "OPUS"
	encodingL16  = "L16"
	l16Payload   = 1200 // octets of L16 in a packet, at most
)

// static are the payload types that mean something without an rtpmap
// (RFC 3551 §6), as far as audio of one channel goes.
func static(payloadType uint8) (encoding string, clockRate int) {
	switch payloadType {
	case 0:
		return "PCMU", 8000
	case 3:
		return "GSM", 8000
	case 4:
		return "G723", 8000
	case 7:
		return "LPC", 8000
	case 8:
		return "PCMA", 8000
	case 9:
		return "G722", 8000
	case 12:
		return "QCELP", 8000
	case 13:
		return "CN", 8000
	case 15:
		return "G728", 8000
	case 18:
		return "G729", 8000
	}
	return "", 0
}

// formats reads the payload types of an RTP m-line, in its order. Ones that
// nothing explains are left out.
func (m Media) formats(ptime time.Duration) []media.Format {
	var formats []media.Format
	for _, text := range m.Formats {
		n, err := strconv.ParseUint(text, 10, 7)
		if err != nil {
			continue
		}
		f := media.Format{PayloadType: uint8(n), Channels: 1, PTime: ptime}
		f.Encoding, f.ClockRate = static(f.PayloadType)
		for _, value := range m.Values("rtpmap") {
			if number, rest, _ := strings.Cut(value, " "); number == text {
				rtpmap(&f, strings.TrimSpace(rest))
				break
			}
		}
		if f.Encoding == "" || f.ClockRate == 0 {
			continue
		}
		for _, value := range m.Values("fmtp") {
			if number, rest, _ := strings.Cut(value, " "); number == text {
				f.FMTP = strings.TrimSpace(rest)
				break
			}
		}
		f.SampleRate = f.ClockRate
		if f.Encoding == "G722" {
			f.SampleRate = 16000 // RFC 3551 §4.5.2: the clock rate is an old mistake
		}
		formats = append(formats, f)
	}
	return formats
}

func rtpmap(f *media.Format, value string) {
	parts := strings.Split(value, "/")
	if len(parts) < 2 {
		return
	}
	rate, err := strconv.ParseUint(strings.TrimSpace(parts[1]), 10, 20)
	if err != nil {
		return
	}
	f.Encoding, f.ClockRate = strings.ToUpper(strings.TrimSpace(parts[0])), int(rate)
	if len(parts) > 2 {
		if channels, err := strconv.ParseUint(parts[2], 10, 8); err == nil && channels > 0 {
			f.Channels = int(channels)
		}
	}
}

// describe writes the m-line's attributes of one format.
func describe(f media.Format) []Attribute {
	number := strconv.Itoa(int(f.PayloadType))
	name := f.Encoding
	if name == TelephoneEvent || name == Redundancy || name == encodingOpus {
		name = strings.ToLower(name) // as the RFCs and all the world spell them
	}
	value := fmt.Sprintf("%s %s/%d", number, name, f.ClockRate)
	if f.Channels > 1 {
		value += "/" + strconv.Itoa(f.Channels)
	}
	attributes := []Attribute{{"rtpmap", value}}
	if f.FMTP != "" {
		attributes = append(attributes, Attribute{"fmtp", number + " " + f.FMTP})
	}
	return attributes
}

// SameCodec reports whether two formats mean the same coding, whatever their
// payload types. Opus is described with two channels whatever it carries (RFC 7587
// §4.1), which some forget to say.
func SameCodec(a, b media.Format) bool {
	return strings.EqualFold(a.Encoding, b.Encoding) && a.ClockRate == b.ClockRate &&
		(max(a.Channels, 1) == max(b.Channels, 1) || strings.EqualFold(a.Encoding, encodingOpus))
}

// milliseconds reads ptime and maxptime; fractions are met ("20.0").
func milliseconds(value string) time.Duration {
	ms, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !(ms >= 1 && ms <= 1000) {
		return 0
	}
	return time.Duration(ms * float64(time.Millisecond))
}

func names(formats []media.Format) string {
	var list []string
	for _, f := range formats {
		if !auxiliary(f) {
			list = append(list, f.Encoding)
		}
	}
	return cmp.Or(strings.Join(list, ", "), "nothing known")
}
