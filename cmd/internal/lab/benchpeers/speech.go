package benchpeers

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

// makeSpeech writes what is said, at the codec's rate. It is as long as a call:
// not every program plays a file again.
func makeSpeech(dir string, rate, channels int, long time.Duration) (string, error) {
	name := filepath.Join(dir, "speech.wav")
	voice := mediatest.Voice(rate, long, 7)
	if channels == 1 {
		return name, mediatest.SaveWAV(name, voice, rate)
	}
	return name, os.WriteFile(name, stereo(voice, rate), 0o600)
}

// stereo is a WAV file with the sound in both channels.
func stereo(sound media.Frame, rate int) []byte {
	both := make(media.Frame, 0, 2*len(sound))
	for _, s := range sound {
		both = append(both, s, s)
	}
	var file bytes.Buffer
	_ = mediatest.WriteWAV(&file, both, rate) // into memory
	b := file.Bytes()
	binary.LittleEndian.PutUint16(b[22:], 2) // channels
	binary.LittleEndian.PutUint32(b[28:], uint32(4*rate))
	binary.LittleEndian.PutUint16(b[32:], 4) // bytes of both
	return b
}
