package alsa

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLinux_cards(t *testing.T) {
	proc := tree(t, map[string]string{"asound/card0/id": "vc4hdmi\n", "asound/card12/id": "Headset\n", "asound/cards": "", "asound/cardX/id": "no"})
	cards, err := linux{proc: proc}.cards()
	if err != nil || len(cards) != 2 || cards[0] != "vc4hdmi" || cards[12] != "Headset" {
		t.Errorf("got %v, %v", cards, err)
	}
	if n, err := newMachineCards(linux{proc: proc}).find("Headset"); n != 12 || err != nil {
		t.Errorf("Headset is card %d, %v", n, err)
	}
}

func TestLinux_explains(t *testing.T) {
	proc := tree(t, map[string]string{
		"asound/card0/pcm0p/sub0/status": "closed\n",
		"asound/card0/pcm0p/sub1/status": "state: RUNNING\nowner_pid   : 77\ntrigger_time: 1\n", "77/comm": "pulseaudio\n",
	})
	const status = "asound/card0/pcm0p/sub*/status"
	l := linux{dev: proc, proc: proc}
	for _, c := range []struct {
		err    error
		status string
		want   string
	}{
		{unix.EACCES, status, "member of the group audio"},
		{unix.EBUSY, status, "pulseaudio (process 77) uses it"},
		{unix.EBUSY, "asound/card1/none", "another program uses it"},
		{unix.EMFILE, status, "too many open files"},
	} {
		if err := l.explain("/dev/snd/pcmC0D0p", c.err, c.status); !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if _, err := l.openPCM(0, 3, playback); err == nil || !strings.Contains(err.Error(), "pcmC0D3p: no such file or directory: the card has no such device") {
		t.Errorf("got %v", err)
	}
	if _, err := l.openControl(0); !errors.Is(err, unix.ENOENT) {
		t.Errorf("got %v", err)
	}
	if _, err := l.watch(0); !errors.Is(err, unix.ENOENT) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(filepath.Join(proc, "controlC0"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := l.watch(0); err == nil || !strings.Contains(err.Error(), "controlC0: waiting for changes") {
		t.Errorf("a file is watched: %v", err)
	}
}

// A pipe is enough of a device to wait for and to move samples.
func TestSubstream_moves_waits_and_wakes(t *testing.T) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_NONBLOCK|unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	wake := func() int {
		fd, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
		if err != nil {
			t.Fatal(err)
		}
		return fd
	}
	from, to := newSubstream(fds[0], wake(), capture), newSubstream(fds[1], wake(), playback)
	sent, got := []byte{1, 0, 254, 255, 44, 1, 0, 128}, make([]byte, 16)
	if err := to.wait(time.Hour); err != nil {
		t.Errorf("room, and wait says %v", err)
	}
	if n, err := to.transfer(sent); n != 8 || err != nil {
		t.Errorf("moved %d, %v", n, err)
	}
	if err := from.wait(time.Hour); err != nil {
		t.Errorf("samples, and wait says %v", err)
	}
	if n, err := from.transfer(got); n != 8 || err != nil || !bytes.Equal(got[:8], sent) {
		t.Errorf("moved %d, %v: %v", n, err, got)
	}
	if n, err := from.transfer(got); n != 0 || err != unix.EAGAIN {
		t.Errorf("nothing left: %d, %v", n, err)
	}
	if err := from.wait(time.Millisecond); err != errStalled {
		t.Errorf("nothing left, and wait says %v", err)
	}
	if n := testing.AllocsPerRun(50, func() {
		_, _ = to.transfer(sent)
		_ = from.wait(time.Second)
		_, _ = from.transfer(got)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
	from.rouse() // is for who dozes
	if err := from.wait(time.Millisecond); err != errStalled {
		t.Errorf("roused, and wait says %v", err)
	}
	go from.wake()
	for range 2 { // stays awake
		if err := from.wait(time.Hour); err != errWoken {
			t.Errorf("woken: %v", err)
		}
	}
	if err := from.prepare(); err == nil {
		t.Error("a pipe is prepared")
	}
	if err := ioctl(fds[0], pcmRefine, unsafe.Pointer(&hwParams{})); err == nil {
		t.Error("a pipe has parameters")
	}
	if err := errors.Join(from.close(), to.close()); err != nil {
		t.Error(err)
	}
}

// The poller waits as the thread does.
func TestSubstream_polled(t *testing.T) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_NONBLOCK|unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	event, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	s, samples := newSubstream(fds[0], event, capture), make([]byte, 8)
	for range 2 { // asking again changes nothing
		if !s.poll() {
			t.Fatal("the poller does not take a pipe")
		}
	}
	if err := s.wait(time.Millisecond); err != errStalled {
		t.Errorf("nothing, and wait says %v", err)
	}
	move := func() {
		if _, err := unix.Write(fds[1], make([]byte, 8)); err != nil {
			t.Error(err)
		}
	}
	for range 3 {
		go move()
		if err := s.wait(time.Hour); err != nil {
			t.Errorf("samples, and wait says %v", err)
		}
		if n, err := s.transfer(samples); n != 8 || err != nil {
			t.Errorf("moved %d, %v", n, err)
		}
	}
	if n := testing.AllocsPerRun(50, func() {
		move()
		_ = s.wait(time.Second)
		_, _ = s.transfer(samples)
	}); n > 1 { // what is written
		t.Errorf("%v allocations", n)
	}
	go s.wake()
	for range 2 { // stays awake
		if err := s.wait(time.Hour); err != errWoken {
			t.Errorf("woken: %v", err)
		}
	}
	if err := errors.Join(s.close(), unix.Close(fds[1])); err != nil {
		t.Error(err)
	}
}

// A pipe is no sound device, which doze finds out when it is neither roused nor
// woken: it tells what the kernel says of that.
func TestSubstream_dozes(t *testing.T) {
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_NONBLOCK|unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	var streams [2]*substream
	for i, d := range []direction{capture, playback} {
		event, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
		if err != nil {
			t.Fatal(err)
		}
		streams[i] = newSubstream(fds[i], event, d)
	}
	from, to := streams[0], streams[1]
	_, none := from.position() // ENOTTY; an emulator of machines has an errno of its own
	if none == nil {
		t.Fatal("a pipe has a position")
	}
	for range 2 {
		from.rouse()
		from.rouse()
		if err := from.doze(to); err != nil {
			t.Errorf("roused: %v", err)
		}
		if err := from.doze(to); err != none {
			t.Errorf("no device: %v, want %v", err, none)
		}
	}
	from.wake()
	for range 2 {
		if err := from.doze(to); err != errWoken {
			t.Errorf("woken: %v", err)
		}
	}
	if err := errors.Join(from.close(), to.close()); err != nil {
		t.Error(err)
	}
}
