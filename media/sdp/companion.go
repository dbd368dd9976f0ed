package sdp

import (
	"slices"
	"strconv"

	"offhook/media"
)

// Encoding names of what is no codec, but goes along with one.
const (
	ComfortNoise = "CN"  // RFC 3389
	Redundancy   = "RED" // RFC 2198
)

// auxiliary tells of a format that carries no sound by itself.
func auxiliary(f media.Format) bool {
	return f.Encoding == TelephoneEvent || f.Encoding == ComfortNoise || f.Encoding == Redundancy
}

// companions are both sides' formats of an encoding that goes along with a codec
// of a clock rate: they must be equal (RFC 3389 §4.1, RFC 2198 §5).
func companions(encoding string, theirs, ours []media.Format, clockRate int) (send, receive media.Format) {
	send, receive = companion(encoding, theirs, clockRate), companion(encoding, ours, clockRate)
	if send.ClockRate == 0 || receive.ClockRate == 0 {
		return media.Format{}, media.Format{}
	}
	return send, receive
}

func companion(encoding string, formats []media.Format, clockRate int) media.Format {
	i := slices.IndexFunc(formats, func(f media.Format) bool { return f.Encoding == encoding && f.ClockRate == clockRate })
	if i < 0 {
		return media.Format{}
	}
	return formats[i]
}

// accompany are the companions of an answer's codec, with the offer's numbers.
func accompany(codec media.Format, theirs, ours []media.Format) (list []media.Format) {
	for _, encoding := range []string{ComfortNoise, Redundancy} {
		send, receive := companions(encoding, theirs, ours, codec.ClockRate)
		receive.PayloadType = send.PayloadType
		list = append(list, receive)
	}
	return list
}

// bindRedundancy has each redundancy name the payload types of what it repeats
// (RFC 2198 §5): the first codec of its clock rate, as often as its FMTP says
// generations and once more. It changes formats.
func bindRedundancy(formats []media.Format) {
	for i, f := range formats {
		if f.Encoding != Redundancy {
			continue
		}
		for _, codec := range formats {
			if !auxiliary(codec) && codec.ClockRate == f.ClockRate {
				generations, _ := strconv.Atoi(f.FMTP)
				formats[i].FMTP = repeat(strconv.Itoa(int(codec.PayloadType)), min(max(generations, 1), 2))
				break
			}
		}
	}
}

// repeat is "n/n" for one generation, "n/n/n" for two.
func repeat(number string, generations int) string {
	list := number
	for range generations {
		list += "/" + number
	}
	return list
}
