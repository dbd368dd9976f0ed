package benchbeat

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"offhook/cmd/internal/app"
	"offhook/media"
	"offhook/media/engine"
	"offhook/media/engine/link"
	"offhook/media/g711"
	"offhook/media/keying"
	"offhook/media/session"
)

// Command is the word of the program's command line by which it becomes one of
// the benchmark's processes.
const Command = "bench-beat-role"

// Role is one of the benchmark's processes, until its standard input ends.
func Role(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errors.New("this is for the benchmark to start, not by hand")
	}
	args = append(args, "", "")
	if args[0] == "media" {
		control, err := link.Inherit(3)
		if err != nil {
			return err
		}
		return app.RunMedia(ctx, app.MediaConfig{Drivers: Drivers(), Control: control, Socket: args[1]})
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	switch args[0] {
	case "load":
		return load(ctx)
	case "burn":
		for n := 0; ; n++ {
			if n%(1<<20) == 0 && ctx.Err() != nil {
				return nil
			}
		}
	case "inside":
		return inside(ctx, args[1])
	case "accelerated":
		return tell(ctx, args[1])
	case "separate", "dying", "heir":
		return separate(ctx, args[0], args[1], args[2])
	}
	return fmt.Errorf("no role %q", args[0])
}

// inside has engine and load in one process.
func inside(ctx context.Context, to string) error {
	device := NewDevice()
	e, err := engine.New(engine.Config{Device: device, SampleRate: sampleRate, Period: samples, Codecs: []media.Codec{g711.PCMU}})
	if err != nil {
		return err
	}
	var wait sync.WaitGroup
	wait.Go(func() { _ = e.Run(ctx) })
	err = speak(e, to)
	e.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
	if err == nil {
		err = load(ctx)
	}
	<-ctx.Done()
	wait.Wait()
	return errors.Join(err, e.Close())
}

// killEvery is the pace at which a dying media process dies.
const killEvery = 1500 * time.Millisecond

// separate has the load, and the engine in another process; dying kills that
// one again and again, an heir takes up what another control left. At its end it
// tells what it saw.
func separate(ctx context.Context, role, to, socket string) error {
	dying := role == "dying"
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if dying {
		log = slog.New(slog.DiscardHandler)
	}
	launch := link.Launcher{Path: socket, Log: log, Command: func() *exec.Cmd { return exec.Command(self, Command, "media", socket) }}
	var killed atomic.Int32
	e := link.New(link.Config{Audio: link.Audio{Compatible: "beat"}, Codecs: []media.Codec{g711.PCMU}, Log: log,
		Launch: func(ctx context.Context) (*link.Process, error) {
			p, err := launch.Launch(ctx)
			if err == nil && dying {
				time.AfterFunc(killEvery, func() { p.Kill(); killed.Add(1) })
			}
			return p, err
		}})
	var wait sync.WaitGroup
	wait.Go(func() { _ = e.Run(ctx) })
	if role != "heir" {
		err = speak(e, to)
		e.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
	}
	if err == nil {
		err = load(ctx)
	}
	<-ctx.Done()
	lost, _ := e.Xruns()
	fmt.Println("lost", lost, "killed", killed.Load())
	wait.Wait()
	return errors.Join(err, e.Close())
}

// speak begins a stream that sends a packet each period.
func speak(e session.Engine, to string) error {
	remote, err := netip.ParseAddrPort(to)
	if err != nil {
		return err
	}
	sockets, err := session.Listen(remote.Addr(), session.PortRange{}, 0, nil)
	if err != nil {
		return err
	}
	if err := e.OpenStream(1, sockets); err != nil {
		return errors.Join(err, sockets.Close())
	}
	key, err := keying.Generate(1, keying.AES128GCM)
	if err != nil {
		return err
	}
	f := media.Format{Encoding: "PCMU", ClockRate: 8000, SampleRate: 8000, Channels: 1, PTime: period}
	return e.UpdateStream(1, session.Spec{Remote: remote, Mux: true, Direction: media.SendRecv,
		Send: f, Receive: []media.Format{f}, LocalKey: key, RemoteKey: key}) // what comes back is its own
}
