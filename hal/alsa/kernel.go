package alsa

import (
	"errors"
	"io"
	"time"
)

// direction of a stream, as the letter that ends its device's name.
type direction byte

const (
	playback direction = 'p'
	capture  direction = 'c'
)

func (d direction) String() string {
	if d == playback {
		return "playback"
	}
	return "capture"
}

// kernel is what the drivers need of the machine; tests have a card of their
// own behind it.
type kernel interface {
	// cards lists the ids of the sound cards by their numbers.
	cards() (map[int]string, error)
	openPCM(card, device int, d direction) (pcm, error)
	openControl(card int) (control, error)
	// watch opens what tells of changes of a card's controls: a Read returns with
	// each, and with an error when the card is gone or after Close.
	watch(card int) (io.ReadCloser, error)
}

// Ends of waiting that are no error of the kernel's.
var (
	errWoken   = errors.New("woken")
	errStalled = errors.New("the card's clock stands still")
)

// position is where a stream is, in frames up to its boundary.
type position struct{ hw, appl uint }

// pcm is one stream of one PCM device. Its errors are bare errno values. One
// goroutine uses it; wake and rouse may be called by any other.
type pcm interface {
	refine(*hwParams) error
	setHardware(*hwParams) error
	setSoftware(*swParams) error
	link(to pcm) error
	prepare() error
	start() error
	drop() error
	position() (position, error)
	// transfer moves whole frames without waiting and returns how many bytes
	// that were.
	transfer([]byte) (int, error)
	// wait returns when there is something to move, or trouble that the next
	// transfer will name; errWoken after wake, errStalled after the time.
	wait(time.Duration) error
	// poll has wait leave its waiting to the Go runtime's poller; false: it blocks
	// its thread all the same.
	poll() bool
	// doze returns when rouse was called, now or since the last doze; errWoken after
	// wake. Of a stream that does not run, and of the one beside it, it returns
	// the errno of a device that went away, without asking for it again and again.
	doze(beside pcm) error
	rouse()
	wake()
	close() error
}

// control is a card's control device. Its errors are bare errno values.
type control interface {
	list() ([]elemID, error)
	info(*elemInfo) error  // of info.id; of enumerated().item
	read(*elemValue) error // of its id
	write(*elemValue) error
	tlv(numid uint32) ([]uint32, error)
	close() error
}
