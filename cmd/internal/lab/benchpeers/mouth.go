package benchpeers

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/cmd/internal/lab"
	"offhook/media"
	"offhook/media/mediatest"
)

const (
	talk          = 9 * time.Second
	longest       = 600 * time.Millisecond // delay that is looked for
	shippedPeriod = 10                     // ms, of the sound device in the board files
)

// line is a sound file on the kernel's clock: when a sample was captured or
// played.
type line struct {
	sound media.Frame
	rate  int
	zero  time.Duration // of sample 0
}

func (l line) at(sample int) time.Duration {
	return l.zero + time.Duration(sample)*time.Second/time.Duration(l.rate)
}

func (l line) sample(at time.Duration) int {
	return int((at - l.zero) * time.Duration(l.rate) / time.Second)
}

// mouthToEar has two of each program call each other over the exchange, and
// measures from the microphone of one to the loudspeaker of the other, sound
// devices included: when a sample is captured until it is played.
func (b *bench) mouthToEar(ctx context.Context, f Figures) error {
	names := map[string]telephone{
		"mouth_to_ear_ms":         ours{b.cfg.Offhook, false, b.cfg.Period},
		"baresip_mouth_to_ear_ms": baresip{}, "pjsua_mouth_to_ear_ms": pjsua{b.cfg.Pjsua},
	}
	card, err := makeCard(ctx, b.dir)
	if err != nil {
		b.say("%v", err)
	}
	for _, key := range []string{"mouth_to_ear_ms", "baresip_mouth_to_ear_ms", "pjsua_mouth_to_ear_ms"} {
		t := names[key]
		f[key] = nil
		_, own := t.(ours)
		if t.missing() != "" || !chosen(b.cfg.Only, t.name()) || card == nil && !own {
			continue
		}
		delay, err := b.between(ctx, t, card)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			b.say("%s from mouth to ear: %v", t.title(), err)
			continue
		}
		b.say("%s from mouth to ear: %.1f ms", t.title(), milliseconds(delay))
		f[key] = rounded(milliseconds(delay))
	}
	return nil
}

func (b *bench) between(ctx context.Context, t telephone, c *card) (time.Duration, error) {
	if c == nil {
		c = &card{} // ours has its own
	}
	places, programs := [2]place{}, [2]*child{}
	var err error
	for i := range places {
		b.turns++
		p := place{at: b.lab.Addresses(), codec: codecs()[0], extension: lab.Extensions()[2+i], number: lab.Extensions()[3].Number, answers: i == 1, card: c}
		p.dir = filepath.Join(b.dir, fmt.Sprint(b.turns))
		if err := os.Mkdir(p.dir, 0o700); err != nil {
			return 0, err
		}
		if p.speech, err = makeSpeech(p.dir, b.cfg.Speech, p.codec.rate, 1, talk+patience); err != nil {
			return 0, err
		}
		if err := rawCopy(p); err != nil {
			return 0, err
		}
		if programs[i], err = t.start(p); err != nil {
			return 0, err
		}
		defer programs[i].stop()
		if _, err := registered(ctx, b.lab, p.extension.Number, programs[i].executed); err != nil {
			return 0, fmt.Errorf("%w; it says:\n%s", err, programs[i].tail())
		}
		places[i] = p
	}
	if err := errors.Join(t.dial(ctx, programs[0], places[0]), wait(ctx, talk)); err != nil {
		return 0, err
	}
	if err := errors.Join(programs[0].stop(), programs[1].stop()); err != nil {
		return 0, err
	}
	_, own := t.(ours)
	said, err := readLine(places[0], "said", own)
	if err != nil {
		return 0, err
	}
	heard, err := readLine(places[1], "heard", own)
	if err != nil {
		return 0, err
	}
	return delayBetween(said, heard)
}

// delayBetween is the median over each half second of what was said.
func delayBetween(said, heard line) (time.Duration, error) {
	if said.rate != heard.rate {
		return 0, fmt.Errorf("the microphone has %d Hz, the loudspeaker %d", said.rate, heard.rate)
	}
	window, room := said.rate/2, int(longest*time.Duration(said.rate)/time.Second)
	var delays []time.Duration
	for n := 0; n+window <= len(said.sound); n += window {
		from := heard.sample(said.at(n))
		if from < 0 || from+window+room > len(heard.sound) {
			continue
		}
		lag, alike := mediatest.Delay(said.sound[n:n+window], heard.sound[from:from+window+room], said.rate)
		if alike > 0.8 {
			delays = append(delays, lag+heard.at(from)-said.at(n))
		}
	}
	if len(delays) < 5 {
		return 0, fmt.Errorf("only %d pieces of what was said were heard", len(delays))
	}
	slices.Sort(delays)
	return delays[len(delays)/2], nil
}

// rawCopy is the speech for the card, which knows no headers.
func rawCopy(p place) error {
	data, err := os.ReadFile(p.speech)
	if err != nil {
		return err
	}
	_, sound, ok := bytes.Cut(data, []byte("data"))
	if !ok || len(sound) < 4 {
		return errors.New("the speech is no WAV file")
	}
	return os.WriteFile(filepath.Join(p.dir, "said.raw"), sound[4:], 0o600)
}

var oursBegan = regexp.MustCompile(`sound files run.* zero-monotonic-ns=(\d+)`)

// readLine reads a program's microphone or loudspeaker with its clock.
func readLine(p place, which string, own bool) (line, error) {
	l := line{rate: p.codec.rate}
	if own {
		name := p.speech
		if which == "heard" {
			name = filepath.Join(p.dir, "heard.wav")
		}
		log, err := os.ReadFile(filepath.Join(p.dir, "program.log"))
		if err != nil {
			return l, err
		}
		began := oursBegan.FindAllSubmatch(log, -1)
		if len(began) == 0 {
			return l, errors.New("the log does not tell when the sound began")
		}
		zero, err := strconv.ParseInt(string(began[len(began)-1][1]), 10, 64)
		if err != nil {
			return l, err
		}
		l.zero = time.Duration(zero)
		l.sound, l.rate, err = mediatest.LoadWAV(name)
		return l, err
	}
	starts, err := os.ReadFile(filepath.Join(p.dir, which+".starts"))
	if err != nil {
		return l, err
	}
	lines := strings.Split(strings.TrimSpace(string(starts)), "\n")
	var first, zero int64
	var period, buffer int
	if _, err := fmt.Sscan(lines[len(lines)-1], &first, &zero, &l.rate, &period, &buffer); err != nil {
		return l, fmt.Errorf("%s: %q: %w", which, lines[len(lines)-1], err)
	}
	l.zero = time.Duration(zero) - time.Duration(first)*time.Second/time.Duration(l.rate)
	raw, err := os.ReadFile(filepath.Join(p.dir, which+".raw"))
	if err != nil {
		return l, err
	}
	l.sound = make(media.Frame, len(raw)/2)
	for i := range l.sound {
		l.sound[i] = int16(binary.LittleEndian.Uint16(raw[2*i:]))
	}
	return l, nil
}
