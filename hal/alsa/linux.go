package alsa

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// linux is the kernel that we run on.
type linux struct {
	dev  string // /dev/snd
	proc string // /proc
}

func ioctl(fd int, request uint, arg unsafe.Pointer) error {
	// The conversion stands in the call itself: see package unsafe, rule 4.
	if _, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(arg)); e != 0 {
		return e
	}
	return nil
}

func (l linux) cards() (map[int]string, error) {
	paths, err := filepath.Glob(filepath.Join(l.proc, "asound/card[0-9]*/id"))
	if err != nil {
		return nil, err
	}
	cards := map[int]string{}
	for _, p := range paths {
		number, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(filepath.Dir(p)), "card"))
		if err != nil {
			continue
		}
		id, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		cards[number] = strings.TrimSpace(string(id))
	}
	return cards, nil
}

func (l linux) openPCM(card, device int, d direction) (pcm, error) {
	path := filepath.Join(l.dev, fmt.Sprintf("pcmC%dD%d%c", card, device, d))
	// Non-blocking: a device in use is said to be, and Close can wake a reader.
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, l.explain(path, err, fmt.Sprintf("asound/card%d/pcm%d%c/sub*/status", card, device, d))
	}
	event, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		_ = unix.Close(fd) // nothing was done with it
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	return newSubstream(fd, event, d), nil
}

func (l linux) controlPath(card int) string {
	return filepath.Join(l.dev, fmt.Sprintf("controlC%d", card))
}

func (l linux) openControl(card int) (control, error) {
	path := l.controlPath(card)
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, l.explain(path, err, "")
	}
	return controlFile(fd), nil
}

// watch opens a card's control device anew, for what it tells of changes.
func (l linux) watch(card int) (io.ReadCloser, error) {
	path := l.controlPath(card)
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, l.explain(path, err, "")
	}
	on := int32(1)
	if err := ioctl(fd, ctlSubscribe, unsafe.Pointer(&on)); err != nil {
		_ = unix.Close(fd) // nothing was done with it
		return nil, fmt.Errorf("%s: waiting for changes: %w", path, err)
	}
	return os.NewFile(uintptr(fd), path), nil
}

// explain says what to do about a device that does not open.
func (l linux) explain(path string, err error, status string) error {
	switch err {
	case unix.EACCES, unix.EPERM:
		return fmt.Errorf("%s: %w: run as a member of the group audio", path, err)
	case unix.EBUSY:
		return fmt.Errorf("%s: %w: %s uses it", path, err, l.holder(status))
	case unix.ENOENT, unix.ENODEV, unix.ENXIO:
		return fmt.Errorf("%s: %w: the card has no such device (aplay -l and arecord -l list them)", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// holder names the program that has a PCM open.
func (l linux) holder(status string) string {
	files, _ := filepath.Glob(filepath.Join(l.proc, status)) // the pattern is ours
	for _, f := range files {
		text, _ := os.ReadFile(f) // gone already: then nobody is named
		_, rest, found := strings.Cut(string(text), "owner_pid")
		if !found {
			continue
		}
		line, _, _ := strings.Cut(rest, "\n")
		pid := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), ":"))
		if name, err := os.ReadFile(filepath.Join(l.proc, pid, "comm")); err == nil {
			return fmt.Sprintf("%s (process %s)", strings.TrimSpace(string(name)), pid)
		}
	}
	return "another program"
}

// controlFile is an open control device.
type controlFile int

var _ control = controlFile(0)

func (c controlFile) list() ([]elemID, error) {
	for {
		var count elemList
		if err := ioctl(int(c), ctlElemList, unsafe.Pointer(&count)); err != nil {
			return nil, err
		}
		if count.count == 0 {
			return nil, nil
		}
		ids := make([]elemID, count.count)
		all := elemList{space: count.count, ids: unsafe.Pointer(&ids[0])}
		if err := ioctl(int(c), ctlElemList, unsafe.Pointer(&all)); err != nil {
			return nil, err
		}
		if all.count == count.count && int(all.used) <= len(ids) { // no control came in between
			return ids[:all.used], nil
		}
	}
}

func (c controlFile) info(i *elemInfo) error { return ioctl(int(c), ctlElemInfo, unsafe.Pointer(i)) }

func (c controlFile) read(v *elemValue) error { return ioctl(int(c), ctlElemRead, unsafe.Pointer(v)) }

func (c controlFile) write(v *elemValue) error { return ioctl(int(c), ctlElemWrite, unsafe.Pointer(v)) }

func (c controlFile) tlv(numid uint32) ([]uint32, error) {
	r := tlvRequest{numid: numid, length: 4 * tlvWords}
	if err := ioctl(int(c), ctlTLVRead, unsafe.Pointer(&r)); err != nil {
		return nil, err
	}
	return r.data[:], nil
}

func (c controlFile) close() error { return os.NewSyscallError("close", unix.Close(int(c))) }
