package wav

import (
	"encoding/binary"
	"fmt"
	"io"

	"offhook/media"
	"offhook/media/g711"
)

// maxFormat bounds the format chunk; the longest in use has 40 octets.
const maxFormat = 256

// Reader plays a WAV file: one channel, of two the mean.
type Reader struct {
	in       io.ReadSeeker
	rate     int
	channels int
	coding   uint16
	start    int64 // of the sound
	length   int64 // octets of it
	left     int64
	buffer   []byte
	decoder  media.Decoder // of G.711
	samples  media.Frame   // as decoded
}

// NewReader reads the header. The errors are ErrFormat and those of in.
func NewReader(in io.ReadSeeker) (*Reader, error) {
	r := &Reader{in: in}
	var head [12]byte
	if err := r.full(head[:], "the RIFF header"); err != nil {
		return nil, err
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return nil, fmt.Errorf("%w: it does not begin with RIFF and WAVE", ErrFormat)
	}
	for {
		var chunk [8]byte
		if err := r.full(chunk[:], "the chunk before the sound"); err != nil {
			return nil, err
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		var err error
		switch string(chunk[:4]) {
		case "fmt ":
			err = r.format(size)
		case "data":
			return r, r.data(size)
		default:
			_, err = in.Seek(size+size%2, io.SeekCurrent)
		}
		if err != nil {
			return nil, err
		}
	}
}

func (r *Reader) full(b []byte, what string) error {
	_, err := io.ReadFull(r.in, b)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: %s is cut short", ErrFormat, what)
	}
	return err
}

func (r *Reader) format(size int64) error {
	if size < 16 || size > maxFormat {
		return fmt.Errorf("%w: a format chunk of %d octets", ErrFormat, size)
	}
	b := make([]byte, size+size%2)
	if err := r.full(b, "the format chunk"); err != nil {
		return err
	}
	r.coding = binary.LittleEndian.Uint16(b)
	if r.coding == codingExtensible && size >= 26 {
		r.coding = binary.LittleEndian.Uint16(b[24:]) // of the sub-format
	}
	channels, rate, bits := binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint16(b[14:])
	width, err := r.coded(bits)
	if err != nil {
		return err
	}
	if channels < 1 || channels > 2 || rate < minRate || rate > maxRate {
		return fmt.Errorf("%w: %d channels at %d Hz", ErrFormat, channels, rate)
	}
	if block := binary.LittleEndian.Uint16(b[12:]); int(block) != width*int(channels) {
		return fmt.Errorf("%w: blocks of %d octets", ErrFormat, block)
	}
	r.channels, r.rate = int(channels), int(rate)
	r.buffer = make([]byte, 512*width*r.channels)
	r.samples = make(media.Frame, 512*r.channels)
	return nil
}

// coded prepares for the coding, and tells the octets of a sample.
func (r *Reader) coded(bits uint16) (width int, err error) {
	law := g711.PCMU
	switch {
	case r.coding == codingPCM && bits == 16:
		return 2, nil
	case r.coding == codingALaw && bits == 8:
		law = g711.PCMA
	case r.coding == codingULaw && bits == 8:
	default:
		return 0, fmt.Errorf("%w: coding %d with %d bits", ErrFormat, r.coding, bits)
	}
	r.decoder, err = law.NewDecoder(law.Formats()[0])
	return 1, err
}

func (r *Reader) data(size int64) error {
	if r.rate == 0 {
		return fmt.Errorf("%w: the sound comes before its format", ErrFormat)
	}
	var err error
	if r.start, err = r.in.Seek(0, io.SeekCurrent); err != nil {
		return err
	}
	end, err := r.in.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	// Writers that were cut off leave a size of 0 or more than there is.
	if r.length = end - r.start; size > 0 && size < r.length {
		r.length = size
	}
	r.length -= r.length % int64(len(r.buffer)/512)
	if r.length <= 0 {
		return fmt.Errorf("%w: there is no sound in it", ErrFormat)
	}
	return r.Rewind()
}

// Rate is the sample rate in Hz.
func (r *Reader) Rate() int { return r.rate }

// Len is the number of samples of one channel.
func (r *Reader) Len() int { return int(r.length) / (len(r.buffer) / 512) }

// Rewind goes back to the beginning.
func (r *Reader) Rewind() error {
	r.left = r.length
	_, err := r.in.Seek(r.start, io.SeekStart)
	return err
}

// Read fills a part of f, at most 512 samples at a time; after the last one the
// error is io.EOF.
func (r *Reader) Read(f media.Frame) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	unit := len(r.buffer) / 512 // of one sample of all channels
	b := r.buffer[:min(int64(min(len(f), 512)*unit), r.left)]
	if _, err := io.ReadFull(r.in, b); err != nil {
		return 0, fmt.Errorf("wav: %w", err)
	}
	r.left -= int64(len(b))
	samples := r.samples[:len(b)/unit*r.channels]
	if r.decoder != nil {
		if _, err := r.decoder.Decode(samples, b); err != nil {
			return 0, err
		}
	} else {
		for i := range samples {
			samples[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
	}
	if r.channels == 1 {
		return copy(f, samples), nil
	}
	for i := range len(samples) / 2 {
		f[i] = int16((int(samples[2*i]) + int(samples[2*i+1])) / 2)
	}
	return len(samples) / 2, nil
}
