package wav

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"offhook/media"
)

// Partial ends the name of a recording that goes on, or was cut off.
const Partial = ".part"

// Config is how a Writer is to be.
type Config struct {
	Rate, Channels int
	Longest        time.Duration // 0: as long as a WAV file may be
	Spare          int64         // octets to be left free on the disk
}

// Writer records into a file that is whole at every moment: Sync makes its
// header true, and Close gives it its name. Who cut it off finds NAME.part.
type Writer struct {
	cfg    Config
	name   string
	file   *os.File
	most   int64 // octets of sound
	octets int64
	buffer []byte
	closed bool
}

// largest is what the header's 32 bits hold, and readers with signed ones too.
const largest = 1<<31 - 1 - headerSize

// Create begins a recording, readable by its owner alone. A file of that name
// must not be there.
func Create(name string, cfg Config) (*Writer, error) {
	if cfg.Rate < minRate || cfg.Rate > maxRate || cfg.Channels < 1 || cfg.Channels > 2 {
		return nil, fmt.Errorf("%w: %d channels at %d Hz", ErrFormat, cfg.Channels, cfg.Rate)
	}
	w := &Writer{cfg: cfg, name: name, most: largest}
	second := int64(2 * cfg.Channels * cfg.Rate)
	if cfg.Longest > 0 {
		w.most = min(w.most, int64(cfg.Longest/time.Millisecond)*second/1000)
	}
	w.most -= w.most % int64(2*cfg.Channels)
	if _, err := os.Lstat(name); err == nil {
		return nil, fmt.Errorf("wav: %s: %w", name, os.ErrExist)
	}
	var err error
	if w.file, err = os.OpenFile(name+Partial, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600); err != nil {
		return nil, fmt.Errorf("wav: %w", err)
	}
	if err = w.space(); err == nil {
		_, err = w.file.Write(w.header())
	}
	if err != nil {
		return nil, errors.Join(err, w.file.Close(), os.Remove(w.file.Name()))
	}
	return w, nil
}

// WriteFrame takes samples, of two channels in turn. ErrFull says that no more
// are taken.
func (w *Writer) WriteFrame(f media.Frame) error {
	if w.closed {
		return ErrClosed
	}
	room := (w.most - w.octets) / 2
	full := int64(len(f)) >= room
	if full {
		f = f[:room]
	}
	w.buffer = w.buffer[:0]
	for _, s := range f {
		w.buffer = binary.LittleEndian.AppendUint16(w.buffer, uint16(s))
	}
	n, err := w.file.Write(w.buffer)
	w.octets += int64(n - n%(2*w.cfg.Channels))
	switch {
	case errors.Is(err, unix.ENOSPC):
		return fmt.Errorf("%w: %w", ErrSpace, err)
	case err != nil:
		return fmt.Errorf("wav: %w", err)
	case full:
		return ErrFull
	}
	return nil
}

// Name is what the recording is called when it is over.
func (w *Writer) Name() string { return w.name }

// Length is how much was recorded.
func (w *Writer) Length() time.Duration {
	return time.Duration(w.octets) * time.Second / time.Duration(2*w.cfg.Channels*w.cfg.Rate)
}

// Sync makes the file whole as it is: what follows may be cut off. ErrSpace says
// that there should be no more.
func (w *Writer) Sync() error {
	if _, err := w.file.WriteAt(w.header(), 0); err != nil {
		return fmt.Errorf("wav: %w", err)
	}
	if err := unix.Fdatasync(int(w.file.Fd())); err != nil {
		return fmt.Errorf("wav: %s: %w", w.file.Name(), err)
	}
	return w.space()
}

func (w *Writer) space() error {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(int(w.file.Fd()), &fs); err != nil {
		return fmt.Errorf("wav: %w", err)
	}
	if free := int64(fs.Bavail) * int64(fs.Bsize); free < w.cfg.Spare {
		return fmt.Errorf("%w: %d MB of the %d MB to be left", ErrSpace, free>>20, w.cfg.Spare>>20)
	}
	return nil
}

// Close ends the recording and gives it its name; one without sound is removed.
func (w *Writer) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	partial := w.file.Name()
	if w.octets == 0 {
		return errors.Join(w.file.Close(), os.Remove(partial))
	}
	err := w.file.Truncate(headerSize + w.octets)
	if sync := w.Sync(); !errors.Is(sync, ErrSpace) { // it is over anyway
		err = errors.Join(err, sync)
	}
	if err = errors.Join(err, w.file.Close()); err != nil {
		return err
	}
	return rename(partial, w.name)
}

// Recover gives a recording that was cut off its name.
func Recover(partial, name string) error { return rename(partial, name) }

// rename replaces nothing. A file system that cannot promise that is asked
// whether the name is free.
func rename(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		if _, err := os.Lstat(to); err == nil {
			return fmt.Errorf("wav: %s: %w", to, os.ErrExist)
		}
		err = os.Rename(from, to)
	}
	if err != nil {
		return fmt.Errorf("wav: %s stays as it is: %w", from, err)
	}
	return nil
}

func (w *Writer) header() []byte {
	unit := 2 * w.cfg.Channels
	b := make([]byte, 0, headerSize)
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(headerSize-8+w.octets))
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, codingPCM)
	b = binary.LittleEndian.AppendUint16(b, uint16(w.cfg.Channels))
	b = binary.LittleEndian.AppendUint32(b, uint32(w.cfg.Rate))
	b = binary.LittleEndian.AppendUint32(b, uint32(w.cfg.Rate*unit))
	b = binary.LittleEndian.AppendUint16(b, uint16(unit))
	b = binary.LittleEndian.AppendUint16(b, 16)
	b = append(b, "data"...)
	return binary.LittleEndian.AppendUint32(b, uint32(w.octets))
}
