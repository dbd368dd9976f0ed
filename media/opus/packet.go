package opus

// frameDuration is that of one frame of a packet with this first byte, in samples
// at 48 kHz (RFC 6716 §3.1).
func frameDuration(toc byte) int {
	config := toc >> 3
	switch {
	case speech(toc):
		return [4]int{480, 960, 1920, 2880}[config&3] // SILK
	case config < 16:
		return [2]int{480, 960}[config&1]
	default:
		return [4]int{120, 240, 480, 960}[config&3] // CELT
	}
}

// stereo tells of a packet's first byte whether there are two channels.
func stereo(toc byte) bool { return toc&4 != 0 }

// speech tells whether it is coded by SILK alone.
func speech(toc byte) bool { return toc>>3 < 12 }

// duration is that of a packet, in samples at 48 kHz; 0 if it has none or is
// too long (RFC 6716 §3.2).
func duration(packet []byte) int {
	if len(packet) == 0 {
		return 0
	}
	frames := 1
	switch packet[0] & 3 {
	case 1, 2:
		frames = 2
	case 3:
		if len(packet) < 2 {
			return 0
		}
		frames = int(packet[1] & 63)
	}
	total := frames * frameDuration(packet[0])
	if total > samplesIn(longest, clockRate) {
		return 0
	}
	return total
}
