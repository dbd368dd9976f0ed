package mediatest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"offhook/media"
)

// ErrWAV is returned (wrapped) for what is no WAV file of 16-bit PCM.
var ErrWAV = errors.New("not a WAV file of 16-bit PCM")

const (
	wavPCM        = 1
	wavExtensible = 0xfffe
	maxRate       = 384000
)

// ReadWAV reads 16-bit PCM of any rate; of several channels it makes the mean.
func ReadWAV(r io.Reader) (sound media.Frame, rate int, err error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, 0, fmt.Errorf("%w: the RIFF header is cut short", ErrWAV)
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return nil, 0, fmt.Errorf("%w: it begins with %q, not RIFF and WAVE", ErrWAV, head[:])
	}
	channels := 0
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return nil, 0, fmt.Errorf("%w: no data chunk", ErrWAV)
		}
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch string(chunk[:4]) {
		case "fmt ":
			if channels, rate, err = readFormat(r, size); err != nil {
				return nil, 0, err
			}
		case "data":
			if channels == 0 {
				return nil, 0, fmt.Errorf("%w: the data come before their format", ErrWAV)
			}
			sound, err = readData(r, size, channels)
			return sound, rate, err
		default:
			if _, err := io.CopyN(io.Discard, r, size+size%2); err != nil {
				return nil, 0, fmt.Errorf("%w: chunk %q is cut short", ErrWAV, chunk[:4])
			}
		}
	}
}

func readFormat(r io.Reader, size int64) (channels, rate int, err error) {
	if size < 16 || size > 4096 {
		return 0, 0, fmt.Errorf("%w: a format chunk of %d bytes", ErrWAV, size)
	}
	f := make([]byte, size+size%2)
	if _, err := io.ReadFull(r, f); err != nil {
		return 0, 0, fmt.Errorf("%w: the format chunk is cut short", ErrWAV)
	}
	coding := binary.LittleEndian.Uint16(f)
	if coding == wavExtensible && size >= 26 {
		coding = binary.LittleEndian.Uint16(f[24:])
	}
	channels, rate = int(binary.LittleEndian.Uint16(f[2:])), int(binary.LittleEndian.Uint32(f[4:]))
	width := binary.LittleEndian.Uint16(f[14:])
	if coding != wavPCM || width != 16 {
		return 0, 0, fmt.Errorf("%w: coding %d with %d bits; convert it to 16-bit PCM", ErrWAV, coding, width)
	}
	if channels < 1 || channels > 64 || rate < 1 || rate > maxRate {
		return 0, 0, fmt.Errorf("%w: %d channels at %d Hz", ErrWAV, channels, rate)
	}
	return channels, rate, nil
}

// readData reads to the chunk's end, or the file's: many writers that stream
// leave a size that is too large.
func readData(r io.Reader, size int64, channels int) (media.Frame, error) {
	data, err := io.ReadAll(io.LimitReader(r, size))
	if err != nil {
		return nil, fmt.Errorf("reading the data chunk: %w", err)
	}
	sound := make(media.Frame, len(data)/2/channels)
	for i := range sound {
		sum := 0
		for c := range channels {
			sum += int(int16(binary.LittleEndian.Uint16(data[2*(i*channels+c):])))
		}
		sound[i] = int16(sum / channels)
	}
	return sound, nil
}

// WriteWAV writes one channel of 16-bit PCM.
func WriteWAV(w io.Writer, sound media.Frame, rate int) error {
	if rate < 1 || rate > maxRate {
		return fmt.Errorf("writing a WAV file: %d Hz is no sample rate", rate)
	}
	size := uint32(2 * len(sound))
	b := make([]byte, 0, 44+size)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, 36+size)
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, wavPCM)
	b = binary.LittleEndian.AppendUint16(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(2*rate))
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, size)
	for _, s := range sound {
		b = binary.LittleEndian.AppendUint16(b, uint16(s))
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("writing a WAV file: %w", err)
	}
	return nil
}

// LoadWAV reads the WAV file of a name.
func LoadWAV(name string) (sound media.Frame, rate int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	if sound, rate, err = ReadWAV(f); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", name, err)
	}
	return sound, rate, nil
}

// SaveWAV writes a WAV file of a name.
func SaveWAV(name string, sound media.Frame, rate int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := WriteWAV(f, sound, rate); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", name, err)
	}
	return f.Close()
}
