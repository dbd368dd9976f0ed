package soundfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

var errWAV = errors.New("not a WAV file of 16-bit PCM")

const (
	codingPCM        = 1
	codingExtensible = 0xfffe
	mostChannels     = 32
	headerSize       = 44
	// largest keeps sizes of a recording within their 32 bits.
	largest = (1<<32 - 1 - headerSize) / 2
)

// wav is where in a file the sound is.
type wav struct {
	rate, channels int
	start, size    int64 // bytes
}

// parseWAV reads the chunks before the sound. The sound ends with its chunk or
// with the file: many writers leave a size that is too large.
func parseWAV(r io.ReadSeeker, length int64) (wav, error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil || string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return wav{}, fmt.Errorf("%w: it does not begin with RIFF and WAVE", errWAV)
	}
	w, at := wav{}, int64(len(head))
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return wav{}, fmt.Errorf("%w: no data chunk", errWAV)
		}
		at += int64(len(chunk))
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "fmt ":
			if err := w.format(r, size); err != nil {
				return wav{}, err
			}
		case "data":
			if w.channels == 0 {
				return wav{}, fmt.Errorf("%w: the data come before their format", errWAV)
			}
			w.start, w.size = at, min(size, length-at)
			return w, nil
		}
		at += size + size%2
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			return wav{}, err
		}
	}
}

func (w *wav) format(r io.Reader, size int64) error {
	var f [26]byte
	n := min(size, int64(len(f)))
	if _, err := io.ReadFull(r, f[:n]); err != nil || n < 16 {
		return fmt.Errorf("%w: the format chunk is cut short", errWAV)
	}
	coding, width := binary.LittleEndian.Uint16(f[:]), binary.LittleEndian.Uint16(f[14:])
	if coding == codingExtensible && n == 26 {
		coding = binary.LittleEndian.Uint16(f[24:])
	}
	if coding != codingPCM || width != 16 {
		return fmt.Errorf("%w: coding %d with %d bits: convert it", errWAV, coding, width)
	}
	w.channels, w.rate = int(binary.LittleEndian.Uint16(f[2:])), int(binary.LittleEndian.Uint32(f[4:]))
	if w.channels < 1 || w.channels > mostChannels {
		return fmt.Errorf("%w: %d channels", errWAV, w.channels)
	}
	return nil
}

// header is a recording's.
func header(rate int, samples int64) (h [headerSize]byte) {
	size := uint32(2 * min(samples, largest))
	copy(h[:], "RIFF")
	binary.LittleEndian.PutUint32(h[4:], size+headerSize-8)
	copy(h[8:], "WAVEfmt ")
	binary.LittleEndian.PutUint32(h[16:], 16)
	binary.LittleEndian.PutUint16(h[20:], codingPCM)
	binary.LittleEndian.PutUint16(h[22:], 1)
	binary.LittleEndian.PutUint32(h[24:], uint32(rate))
	binary.LittleEndian.PutUint32(h[28:], uint32(2*rate))
	binary.LittleEndian.PutUint16(h[32:], 2)
	binary.LittleEndian.PutUint16(h[34:], 16)
	copy(h[36:], "data")
	binary.LittleEndian.PutUint32(h[40:], size)
	return h
}
