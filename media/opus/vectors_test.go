package opus_test

import (
	"encoding/binary"
	"os"
	"testing"

	"offhook/media"
	"offhook/media/mediatest"
)

// The vectors are 0.9 s of mediatest.Voice, seed 1, through libopus 1.3.1
// (opus_encode for VoIP and voice, opus_decode to 16000 Hz and one channel):
//
//	wideband         16000 Hz, 20 ms, complexity 10, 24 kbit/s, FEC for 10 % of loss
//	narrowband       8000 Hz, 60 ms, complexity 5, 12 kbit/s
//	fullband-stereo  48000 Hz, 20 ms, complexity 10, 64 kbit/s, both channels alike
//	hybrid           48000 Hz, 20 ms, complexity 5, 36 kbit/s, FEC for 10 % of loss
//
// A .packets file has packets behind their lengths, a .pcm file what libopus
// decodes; both are little-endian, of 16 bits. In the -concealed and -recovered
// ones every seventh packet was lost, and in the latter opus_decode was given the
// next one for it.
func TestVectors(t *testing.T) {
	for _, test := range []struct {
		packets, pcm     string
		conceal, recover bool
		least            float64 // dB
	}{
		{"wideband", "wideband", false, false, 60},
		{"wideband", "wideband-concealed", true, false, 40},
		{"wideband", "wideband-recovered", true, true, 40},
		{"narrowband", "narrowband", false, false, 60},
		{"fullband-stereo", "fullband-stereo", false, false, 50},
		{"hybrid", "hybrid", false, false, 60},
		{"hybrid", "hybrid-recovered", true, true, 40},
	} {
		t.Run(test.pcm, func(t *testing.T) {
			packets, want := packetFile(t, test.packets), pcmFile(t, test.pcm)
			d, frame := decoder(t, 16000), make(media.Frame, 1920)
			n := d.Samples(packets[0])
			var heard media.Frame
			for i, p := range packets {
				var err error
				switch {
				case !test.conceal || i%7 != 6:
					_, err = d.Decode(frame, p)
				case test.recover && i+1 < len(packets) && d.Recovers(packets[i+1]) == n:
					_, err = d.Recover(frame[:n], packets[i+1])
				default:
					err = d.Conceal(frame[:n])
				}
				if err != nil {
					t.Fatalf("packet %d: %v", i, err)
				}
				heard = append(heard, frame[:n]...)
			}
			if len(heard) != len(want) {
				t.Fatalf("%d samples, libopus has %d", len(heard), len(want))
			}
			if snr := mediatest.SNR(want, heard); snr < test.least {
				t.Errorf("%.1f dB from what libopus decodes", snr)
			} else {
				t.Logf("%.1f dB from what libopus decodes", snr)
			}
		})
	}
}

// dtx is half a second of that speech and 1.5 s of silence, in white noise of
// -50 dBov, 16000 Hz, 20 ms, complexity 5, 16 kbit/s, with DTX: libopus makes 40
// packets of one byte, which it decodes to noise of -52.0 to -52.5 dBov.
func TestVectors_DTX(t *testing.T) {
	packets, alone := packetFile(t, "dtx"), 0
	for _, p := range packets {
		if len(p) == 1 {
			alone++
		}
	}
	if len(packets) != 100 || alone != 40 {
		t.Fatalf("%d packets, %d of one byte", len(packets), alone)
	}
	heard := decode(t, decoder(t, 16000), packets)
	for at := 16000; at < len(heard); at += 3200 {
		if level := mediatest.Level(heard[at : at+3200]); level < -54.5 || level > -50.5 {
			t.Errorf("%.1f s: noise of %.1f dB", float64(at)/16000, level)
		}
	}
}

func packetFile(t testing.TB, name string) (packets [][]byte) {
	t.Helper()
	b := file(t, name+".packets")
	for len(b) > 0 {
		n := int(binary.LittleEndian.Uint16(b))
		packets, b = append(packets, b[2:2+n]), b[2+n:]
	}
	return packets
}

func pcmFile(t testing.TB, name string) (f media.Frame) {
	t.Helper()
	for b := file(t, name+".pcm"); len(b) > 0; b = b[2:] {
		f = append(f, int16(binary.LittleEndian.Uint16(b)))
	}
	return f
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
