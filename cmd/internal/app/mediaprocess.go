package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime/debug"
	"sync"

	"golang.org/x/sys/unix"

	"offhook/board"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media/engine"
	"offhook/media/engine/link"
)

// MediaConfig is what a media process is made of.
type MediaConfig struct {
	Drivers hal.Drivers
	Control *net.UnixConn // the way to the control that started it
	Socket  string        // where the next control finds it
}

// RunMedia is the process that moves the sound and does nothing else, from its
// first control's greeting until it is no longer needed.
func RunMedia(ctx context.Context, cfg MediaConfig) error {
	link.Forsake()
	hastened := engine.Hasten()
	listener, err := link.Listen(cfg.Socket)
	if err != nil {
		return err
	}
	defer listener.Close()
	records := link.NewLog()
	m := &mediaProcess{cfg: cfg, log: slog.New(records), hastened: hastened}
	return link.NewHost(link.HostConfig{Open: m.open, Listener: listener, Streams: m.streams, Log: records}).Run(ctx, cfg.Control)
}

const (
	// mediaMemory is what may be in use before garbage is collected in a call:
	// hours of what SRTP leaves behind.
	mediaMemory = 32 << 20
)

type mediaProcess struct {
	cfg      MediaConfig
	log      *slog.Logger
	hastened error // nil: it may have real-time priority
	inCall   bool
}

// streams has the collector rest while a call is up: it would stop the audio
// thread to wait for threads of lower priority. So does changing what it does,
// which is why nothing is changed for a second stream.
func (m *mediaProcess) streams(n int) {
	if n > 0 == m.inCall {
		return
	}
	if m.inCall = n > 0; m.inCall {
		debug.SetMemoryLimit(mediaMemory)
		debug.SetGCPercent(-1)
		return
	}
	debug.SetGCPercent(100)
}

// open opens the sound device and makes the engine for it.
func (m *mediaProcess) open(ctx context.Context, audio link.Audio) (*link.Sound, error) {
	part := board.Part{Kind: board.Audio, Path: string(board.Audio), Spec: hal.Spec{Compatible: audio.Compatible, Params: audio.Params},
		HandsFree: board.HandsFree(audio.HandsFree)}
	own := &board.Board{File: "the media process", Parts: []board.Part{part}}
	devices, err := own.Open(ctx, m.cfg.Drivers, m.log)
	if err != nil {
		m.log.Error("the sound device does not open: trying again", "error", err)
	}
	inbox, changes := make(chan phone.Input, 1), make(chan engine.DeviceChanged)
	k := newAudioKeeper(m.log, own, devices, m.cfg.Drivers, inbox)
	k.useProfiles(&audio.Profiles)
	codecs, err := newCodecTable(codecRate(audio))
	if err == nil {
		k.engine, err = engine.New(engine.Config{Device: k.device(), SampleRate: k.format.SampleRate, Period: k.format.Period,
			Codecs: codecs.all(), HandsFree: k.handsFree, Profiles: k.profiles, Now: link.Clock(), Real: true, Log: m.log})
	}
	if err != nil {
		return nil, errors.Join(err, devices.Close())
	}
	if m.hastened != nil {
		m.log.Warn("sound may stutter while the processor is busy", "error", m.hastened)
	}
	if err := lockMemory(); err != nil {
		m.log.Warn("memory is not locked: sound may wait for the disk when memory is short; lock it by CAP_IPC_LOCK or LimitMEMLOCK=infinity", "error", err)
	}
	run := func(ctx context.Context) error {
		var relaying sync.WaitGroup
		defer relaying.Wait()
		relaying.Go(func() { relay(ctx, inbox, changes) })
		return errors.Join(k.run(ctx), devices.Close())
	}
	return &link.Sound{Engine: k.engine, SampleRate: k.format.SampleRate, Period: k.format.Period, Run: run, Changes: changes}, nil
}

// relay passes on what the keeper tells of the sound device.
func relay(ctx context.Context, inbox <-chan phone.Input, changes chan<- engine.DeviceChanged) {
	for {
		select {
		case <-ctx.Done():
			return
		case in := <-inbox:
			audio, ok := in.(phone.Audio)
			if !ok {
				continue
			}
			select {
			case changes <- engine.DeviceChanged{Gone: audio.Gone, Cause: audio.Cause}:
			case <-ctx.Done():
				return
			}
		}
	}
}

// lockMemory keeps what is used from being paged out. Without the right to lock
// as much as is needed it locks nothing: allocations would fail later.
func lockMemory() error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit); err != nil {
		return err
	}
	if limit.Cur != unix.RLIM_INFINITY && !mayLock() {
		return errors.New("RLIMIT_MEMLOCK is set and CAP_IPC_LOCK is missing")
	}
	return unix.Mlockall(unix.MCL_CURRENT | unix.MCL_FUTURE | unix.MCL_ONFAULT)
}

func mayLock() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[0].Effective&(1<<unix.CAP_IPC_LOCK) != 0
}
