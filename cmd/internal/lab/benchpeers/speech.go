package benchpeers

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/mediatest"
)

// makeSpeech writes what is said, at the codec's rate: a recording again and
// again, or without one what is like speech. It is as long as a call: not every
// program plays a file again.
func makeSpeech(dir, recording string, rate, channels int, long time.Duration) (string, error) {
	name := filepath.Join(dir, "speech.wav")
	voice := mediatest.Voice(rate, long, 7)
	if recording != "" {
		said, own, err := mediatest.LoadWAV(recording)
		if err != nil {
			return "", err
		}
		said = resampled(said, own, rate)
		for at := 0; at < len(voice) && len(said) > 0; {
			at += copy(voice[at:], said)
		}
	}
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

const text = "The telephone on the desk rings twice. Somebody answers, says her name, and asks what she can do for you today. " +
	"We were wondering whether the parcel has arrived; it was sent last Thursday by the afternoon post. Yes, it is here, thank you very much."

// recite has a text read by espeak-ng, where that is: what Opus does with speech
// depends on how much like speech it is. "" is none.
func recite(ctx context.Context, dir string) string {
	name := filepath.Join(dir, "recited.wav")
	if err := exec.CommandContext(ctx, "espeak-ng", "-s", "150", "-w", name, text).Run(); err != nil {
		return ""
	}
	return name
}

func resampled(sound media.Frame, from, to int) media.Frame {
	if from == to {
		return sound
	}
	r := dsp.NewResampler(from, to)
	out := make(media.Frame, len(sound)*to/from+to)
	return out[:r.Process(out, sound)]
}
