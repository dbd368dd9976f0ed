package link

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/mediatest"
	"offhook/media/sdp"
	"offhook/media/session"
)

// What this binary is when a test has started it.
const (
	roleVariable = "LINK_ROLE"
	pathVariable = "LINK_PATH"
	graceForTest = 20 * time.Second
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "media":
		exit(mediaRole())
	case "control":
		exit(controlRole())
	case "deaf":
		exit(deafRole())
	}
	goleak.VerifyTestMain(m)
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

const rate = 16000

var (
	voice  = sync.OnceValue(func() media.Frame { return mediatest.Voice(rate, 10*time.Second, 1) })
	codecs = []media.Codec{g711.PCMU, g711.PCMA}

	audioForTest = Audio{Compatible: "test", Params: map[string]any{"card": 1}}
)

// monotonic is the time since boot, the same in all processes.
func monotonic() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return time.Duration(t.Nano())
}

// card is a sound device in real time. Its microphone hears the voice that is
// in the air in every process, so that a new one hears it go on.
type card struct {
	next   time.Duration
	closed chan struct{}
	once   sync.Once

	mutex  sync.Mutex
	played media.Frame // ends at until
	until  time.Duration
}

func newCard() *card { return &card{next: monotonic(), closed: make(chan struct{})} }

const period = 10 * time.Millisecond

func (c *card) ReadPeriod(f []int16) error {
	if c.next += period; monotonic()-c.next > 10*period {
		c.next = monotonic()
	}
	timer := time.NewTimer(c.next - monotonic())
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-c.closed:
		return net.ErrClosed
	}
	inTheAir(f, c.next-period)
	return nil
}

func inTheAir(f media.Frame, from time.Duration) {
	at := int(from * rate / time.Second)
	for i := range f {
		f[i] = voice()[(at+i)%len(voice())]
	}
}

func (c *card) WritePeriod(f []int16) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.played, c.until = append(c.played, f...), c.next
	return nil
}

func (c *card) Xruns() (capture, playback uint64) { return 0, 0 }
func (c *card) Close()                            { c.once.Do(func() { close(c.closed) }) }

// likeness tells how much the last part of what was played is what was in the air.
func (c *card) likeness(long time.Duration) (time.Duration, float64) {
	c.mutex.Lock()
	heard, until := append(media.Frame(nil), c.played...), c.until
	c.mutex.Unlock()
	n := min(int(long*rate/time.Second), len(heard))
	said := make(media.Frame, n)
	inTheAir(said, until-time.Duration(n)*time.Second/rate)
	return mediatest.Delay(said, heard[len(heard)-n:], rate)
}

// sound is an engine on a card.
func sound(log *slog.Logger) (*Sound, *card, error) {
	c := newCard()
	e, err := engine.New(engine.Config{Device: c, SampleRate: rate, Period: int(period * rate / time.Second), Codecs: codecs,
		Now: Clock(), Log: log})
	if err != nil {
		return nil, nil, err
	}
	changes := make(chan engine.DeviceChanged, 1)
	changes <- engine.DeviceChanged{}
	return &Sound{Engine: e, SampleRate: rate, Period: int(period * rate / time.Second), Changes: changes,
		Run: func(ctx context.Context) error {
			defer context.AfterFunc(ctx, c.Close)()
			return e.Run(ctx)
		}}, c, nil
}

func mediaRole() error {
	Forsake()
	first, err := Inherit(3)
	if err != nil {
		return err
	}
	cfg := HostConfig{Log: NewLog(), Grace: graceForTest}
	if path := os.Getenv(pathVariable); path != "" {
		if cfg.Listener, err = Listen(path); err != nil {
			return err
		}
		defer cfg.Listener.Close()
	}
	cfg.Open = func(context.Context, Audio) (*Sound, error) {
		s, _, err := sound(slog.New(cfg.Log))
		return s, err
	}
	return NewHost(cfg).Run(context.Background(), first)
}

// deafRole listens like a media process whose messages are others, and stays.
func deafRole() error {
	l, err := Listen(os.Getenv(pathVariable))
	if err != nil {
		return err
	}
	fmt.Println("listening")
	for {
		socket, err := l.AcceptUnix()
		if err != nil {
			return err
		}
		_, _ = socket.Read(make([]byte, 10))
		_ = socket.Close()
	}
}

func launcher(path string, log *slog.Logger) Launcher {
	return Launcher{Path: path, Log: log, Command: func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), roleVariable+"=media", pathVariable+"="+path)
		return cmd
	}}
}

// controlRole calls whoever answers its offer, and talks until it is killed.
func controlRole() error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	e := New(Config{Launch: launcher(os.Getenv(pathVariable), log).Launch, Codecs: codecs, Audio: audioForTest, Log: log})
	go func() { _ = e.Run(context.Background()) }()
	s, err := session.New(session.Config{Engine: e, ID: 1, Codecs: codecs, SRTP: sdp.Mandatory, Addr: netip.MustParseAddr("127.0.0.1")})
	if err != nil {
		return err
	}
	offer, err := s.Offer(false)
	if err != nil {
		return err
	}
	fmt.Println(hex.EncodeToString(offer))
	in := bufio.NewScanner(os.Stdin)
	in.Scan()
	answer, err := hex.DecodeString(in.Text())
	if err != nil {
		return err
	}
	if err := s.Accept(answer); err != nil {
		return err
	}
	e.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
	in.Scan() // for ever
	return nil
}
