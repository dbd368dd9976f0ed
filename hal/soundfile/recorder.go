package soundfile

import (
	"encoding/binary"
	"errors"
	"os"
)

// recorder writes one channel to a WAV file. Without a file it forgets.
type recorder struct {
	name  string
	rate  int
	file  *os.File
	ends  int64 // samples written, those in the block too
	block [blockSize]byte
	n     int // bytes in it
}

func openRecorder(name string, rate int) (*recorder, error) {
	r := &recorder{name: name, rate: rate}
	if name == "" {
		return r, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	r.file = f
	h := header(rate, 0)
	if _, err := f.Write(h[:]); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return r, nil
}

// record writes a period to its place in time, which is the end or later.
func (r *recorder) record(p []int16, at int64) error {
	if r.file == nil {
		return nil
	}
	for r.ends < at {
		if err := r.put(0); err != nil {
			return err
		}
	}
	for len(p) > 0 {
		n := min(len(p), (blockSize-r.n)/2)
		block := r.block[r.n : r.n+2*n]
		for i, s := range p[:n] {
			binary.LittleEndian.PutUint16(block[2*i:], uint16(s))
		}
		p = p[n:]
		if err := r.wrote(n); err != nil {
			return err
		}
	}
	return nil
}

func (r *recorder) put(s int16) error {
	binary.LittleEndian.PutUint16(r.block[r.n:], uint16(s))
	return r.wrote(1)
}

// wrote counts samples that were put into the block, which is written when it is full.
func (r *recorder) wrote(samples int) error {
	r.n += 2 * samples
	r.ends += int64(samples)
	if r.n < blockSize {
		return nil
	}
	return r.flush()
}

func (r *recorder) flush() error {
	_, err := r.file.Write(r.block[:r.n])
	r.n = 0
	return err
}

// close writes what is left, and the size into the header.
func (r *recorder) close() error {
	if r.file == nil {
		return nil
	}
	err := r.flush()
	h := header(r.rate, r.ends)
	_, headErr := r.file.WriteAt(h[:], 0)
	return errors.Join(err, headErr, r.file.Close())
}
