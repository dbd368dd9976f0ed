package app

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"strconv"

	"golang.org/x/sys/unix"

	"offhook/cmd/internal/localapi"
	"offhook/media/engine"
	"offhook/media/engine/link"
	"offhook/media/session"
)

// soundEngine is what the telephone uses of the audio engine, be it in this
// process or in one of its own: plain values go in and come out.
type soundEngine interface {
	session.Engine
	Connect(engine.Patch)
	Events() <-chan engine.Event
	Steps() uint64
	Xruns() (capture, playback uint64)
	Close() error
}

var (
	_ soundEngine = (*engine.Engine)(nil)
	_ soundEngine = (*link.Engine)(nil)
)

// soundKeeper keeps the engine running.
type soundKeeper interface {
	run(context.Context) error
	status() localapi.Audio
}

// buildSound makes the engine where the board wants it.
func (a *App) buildSound(log *slog.Logger) error {
	if a.cfg.Board.Separate {
		return a.buildSeparate(log)
	}
	k := newAudioKeeper(log.With("room", "audio"), a.cfg.Board, a.devices, a.cfg.Drivers, a.desk.inbox)
	part, _ := a.cfg.Board.Audio()
	k.useProfiles(profilesOf(part))
	var err error
	if a.calls.codecs, err = newCodecTable(k.format.SampleRate); err != nil {
		return err
	}
	k.engine, err = engine.New(engine.Config{Device: k.device(), SampleRate: k.format.SampleRate, Period: k.format.Period,
		Codecs: a.calls.codecs.all(), HandsFree: k.handsFree, Profiles: k.profiles, Log: log.With("room", "engine")})
	if err != nil {
		return err
	}
	a.engine, a.calls.engine, a.audio = k.engine, k.engine, k
	putFirst(log)
	return nil
}

// putFirst puts a process with the sound inside before others, where that is
// allowed: sound that waits for the runtime's poller is moved by any thread.
// Threads to come inherit it.
func putFirst(log *slog.Logger) {
	const before = -10 // of the niceness of others
	tasks, err := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		id, idErr := strconv.Atoi(task.Name())
		err = errors.Join(err, idErr, unix.Setpriority(unix.PRIO_PROCESS, id, before))
	}
	if err != nil {
		log.Debug("the sound has no priority over other programs", "error", err)
	}
}

// buildSeparate makes what stands for the engine of the media process.
func (a *App) buildSeparate(log *slog.Logger) error {
	part, ok := a.cfg.Board.Audio()
	if !ok || a.cfg.Media == nil {
		return errors.New("media.process: separate needs an audio part and a program to run as the media process")
	}
	audio := link.Audio{Compatible: part.Compatible, Params: part.Params, HandsFree: engine.HandsFree(part.HandsFree), Profiles: *profilesOf(part)}
	var err error
	if a.calls.codecs, err = newCodecTable(codecRate(audio)); err != nil {
		return err
	}
	log = log.With("room", "media process")
	level := slog.LevelInfo
	if log.Enabled(context.Background(), slog.LevelDebug) {
		level = slog.LevelDebug
	}
	path := a.cfg.Socket + ".media"
	start := link.Launcher{Path: path, Command: func() *exec.Cmd { return a.cfg.Media(path) }, Log: log}
	e := link.New(link.Config{Launch: start.Launch, Audio: audio, Codecs: a.calls.codecs.all(), Level: level, Log: log})
	a.engine, a.calls.engine, a.audio = e, e, separate{e}
	return nil
}

// codecRate is the rate that both processes make their codecs for, before the
// sound device is open: what the board file says.
func codecRate(audio link.Audio) int {
	if rate, ok := audio.Params["sample-rate"].(int); ok {
		return rate
	}
	return usualFormat.SampleRate
}

// separate keeps the media process.
type separate struct{ engine *link.Engine }

func (s separate) run(ctx context.Context) error { return s.engine.Run(ctx) }

func (s separate) status() localapi.Audio {
	now := s.engine.Status()
	out := localapi.Audio{SampleRate: now.SampleRate, Period: now.Period, State: "running"}
	if now.Cause != "" {
		out.State = now.Cause
	}
	out.CaptureXruns, out.PlaybackXruns = s.engine.Xruns()
	return out
}
