package soundfile

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"
)

// blockSize is how many bytes are read or written at a time: seldom, for each is
// a system call that the runtime makes much of.
const blockSize = 32 << 10

// player reads a WAV file again and again. Without a file it is silent.
type player struct {
	name    string
	file    *os.File
	wav     wav
	samples int64 // of one channel
	first   int64 // that block holds
	held    int64 // how many
	block   [blockSize]byte
}

func openPlayer(name string, rate int) (*player, error) {
	p := &player{name: name}
	if name == "" {
		return p, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	p.file = f
	if err := p.open(rate); err != nil {
		_ = f.Close() // nothing was written
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

func (p *player) open(rate int) (err error) {
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	if p.wav, err = parseWAV(io.NewSectionReader(p.file, 0, info.Size()), info.Size()); err != nil {
		return err
	}
	if p.wav.rate != rate {
		return fmt.Errorf("it has %d Hz, the board file says sample-rate: %d: make them the same", p.wav.rate, rate)
	}
	p.samples = p.wav.size / int64(2*p.wav.channels)
	if p.samples == 0 {
		return fmt.Errorf("it holds no sound")
	}
	return nil
}

// play fills a period with what is at a place of the endless sound; of several
// channels it takes the mean.
func (p *player) play(out []int16, at int64) error {
	if p.file == nil {
		clear(out)
		return nil
	}
	for at %= p.samples; len(out) > 0; {
		if at < p.first || at >= p.first+p.held {
			if err := p.load(at); err != nil {
				return err
			}
		}
		n := min(int64(len(out)), p.first+p.held-at)
		p.mix(out[:n], p.block[(at-p.first)*int64(2*p.wav.channels):])
		out = out[n:]
		if at += n; at == p.samples {
			at = 0
		}
	}
	return nil
}

// mix takes the mean of the channels.
func (p *player) mix(out []int16, frames []byte) {
	channels := p.wav.channels
	if channels == 1 {
		for i := range out {
			out[i] = int16(binary.LittleEndian.Uint16(frames[2*i:]))
		}
		return
	}
	for i := range out {
		sum := 0
		for c := range channels {
			sum += int(int16(binary.LittleEndian.Uint16(frames[2*(i*channels+c):])))
		}
		out[i] = int16(sum / channels)
	}
}

func (p *player) load(n int64) error {
	width := int64(2 * p.wav.channels)
	size := min(blockSize/width, p.samples-n) * width
	if _, err := p.file.ReadAt(p.block[:size], p.wav.start+n*width); err != nil {
		return err
	}
	p.first, p.held = n, size/width
	return nil
}

func (p *player) close() error {
	if p.file == nil {
		return nil
	}
	return p.file.Close()
}
