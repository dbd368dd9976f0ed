// Package app joins the parts: it opens the board, starts the engine, the user
// agent, the telephone and the provisioning in their order, and ends them in
// the reverse one.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"offhook/board"
	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/provisioning"
	"offhook/provisioning/discover"
	"offhook/provisioning/native"
	"offhook/provisioning/source/https"
	"offhook/provisioning/store"
	"offhook/ua"
	"offhook/ua/agent"
)

// ErrRestart is returned by Run when the operator asked for a restart, once no
// call was up.
var ErrRestart = errors.New("app: restart asked for")

// Config is what an App is made of.
type Config struct {
	Version string
	Board   *board.Board
	Drivers hal.Drivers
	Agent   provisioning.AgentConfig
	Socket  string // of the control API
	Log     *slog.Logger
	Ring    *LogRing
	Level   *slog.LevelVar // follows the document's log level
	// Faceplate is the address of the page, "" on a board that is not one.
	Faceplate func() string
	// Ready is called when every part runs.
	Ready func()
}

// shutdownTime is what the user agent may take to end calls and bindings: the
// whole program ends within two seconds.
const shutdownTime = 1200 * time.Millisecond

// App is the telephone.
type App struct {
	cfg      Config
	started  time.Time
	device   provisioning.Device
	devices  *board.Devices
	broken   []localapi.Device
	engine   *engine.Engine
	audio    *audioKeeper
	agent    *agent.Agent
	desk     *desk
	calls    *callbook
	bindings *bindings
	manager  *provisioning.Manager
	restart  chan struct{}
	reboot   atomic.Bool // asked for, waits for the end of the calls
}

// Run is the telephone from power-up to power-down. It returns nil when the
// context ended, ErrRestart, or what kept it from working.
func Run(ctx context.Context, cfg Config) error {
	a := &App{cfg: cfg, started: time.Now(), restart: make(chan struct{}, 1)}
	if err := os.MkdirAll(cfg.Agent.State, 0o700); err != nil {
		return fmt.Errorf("state directory: %w: choose another with --state or state: in the agent's file", err)
	}
	if err := a.build(ctx); err != nil {
		return errors.Join(err, a.close())
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case <-a.restart:
			cancel(ErrRestart)
		case <-ctx.Done():
		}
	}()
	err := errors.Join(runParts(ctx, cfg.Log, a.parts()), a.close())
	if err == nil && errors.Is(context.Cause(ctx), ErrRestart) {
		return ErrRestart
	}
	return err
}

// build makes every part; none runs yet but the devices.
func (a *App) build(ctx context.Context) (err error) {
	cfg, log := a.cfg, a.cfg.Log
	a.device = deviceOf(cfg.Agent, cfg.Board.Model, cfg.Version, os.DirFS("/"))
	instance, err := instanceID(cfg.Agent.State)
	if err != nil {
		return fmt.Errorf("state directory: %w", err)
	}
	a.devices, err = cfg.Board.Open(ctx, cfg.Drivers, log)
	a.noteBroken(err)

	a.calls = newCallbook(log.With("room", "media"))
	a.bindings = newBindings()
	a.desk = newDesk(log.With("room", "phone"))
	a.audio = newAudioKeeper(log.With("room", "audio"), cfg.Board, a.devices, cfg.Drivers, a.desk.inbox)
	a.engine, err = engine.New(engine.Config{Device: a.audio.device(), SampleRate: a.audio.format.SampleRate, Period: a.audio.format.Period,
		Codecs: []media.Codec{g711.PCMU, g711.PCMA}, Log: log.With("room", "engine")})
	if err != nil {
		return err
	}
	a.audio.engine, a.calls.engine = a.engine, a.engine
	a.agent, err = agent.New(agent.Config{Log: log.With("room", "ua"), NewSession: a.calls.open, UserAgent: a.device.UserAgent(),
		InstanceID: instance, ShutdownTimeout: shutdownTime})
	if err != nil {
		return err
	}
	a.joinDesk(log)
	return a.buildProvisioning(log.With("room", "provisioning"))
}

func (a *App) joinDesk(log *slog.Logger) {
	d := a.desk
	d.agent, d.calls, d.lamps, d.observe = a.agent, a.calls, a.devices.Lamps, a.observe
	d.display = newDisplay(a.devices.Display, log.With("room", "screen"))
	d.sound = newSound(log.With("room", "sound"), a.engine, a.devices.Mixer, a.calls)
	d.door = &doorman{log: log.With("room", "door"), relays: a.devices.Relays}
	d.history = newHistoryFile(a.cfg.Agent.State, log)
}

func (a *App) buildProvisioning(log *slog.Logger) error {
	discovery, err := discover.Default(a.cfg.Agent, a.device)
	if err != nil {
		return err
	}
	kept, err := store.New(a.cfg.Agent.State + "/provisioning")
	if err != nil {
		return err
	}
	web := https.New(https.Config{})
	a.manager = provisioning.NewManager(provisioning.ManagerConfig{
		Device: a.device, Base: a.cfg.Agent.Base(), Parse: native.Over(a.cfg.Agent.Base()), Discover: discovery,
		Sources: map[string]provisioning.Source{"https": web, "http": web}, Store: kept, Applier: a, Log: log,
	})
	return nil
}

func (a *App) noteBroken(err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return
	}
	for _, e := range joined.Unwrap() {
		a.cfg.Log.Error("a part of the board does not work", "error", e)
		d := localapi.Device{Error: e.Error()}
		if p, ok := errors.AsType[*board.PartError](e); ok {
			d.Part, d.Error = p.Part.Path, p.Err.Error()
		}
		a.broken = append(a.broken, d)
	}
}

// parts is the start order. Each line needs those above it.
func (a *App) parts() []part {
	parts := []part{
		{"history", a.desk.history.run},
		{"screen", a.desk.display.run},
		{"sound", a.audio.run},
		{"sound events", a.pumpSound},
		{"phone", a.desk.run},
		{"agent events", a.pumpAgent},
		{"agent", a.agent.Run},
		{"provisioning events", a.pumpProvisioning},
		{"provisioning", a.manager.Run},
	}
	for path, k := range a.devices.Keypads {
		parts = append(parts, part{path, func(ctx context.Context) error {
			defer context.AfterFunc(ctx, func() { _ = k.Close() })()
			readKeys(ctx, k, a.desk.inbox, a.cfg.Log)
			<-ctx.Done() // a keypad that broke leaves the rest of the phone working
			return nil
		}})
	}
	if h := a.devices.Hook; h != nil {
		parts = append(parts, part{"hook", func(ctx context.Context) error {
			defer context.AfterFunc(ctx, func() { _ = h.Close() })()
			readHook(ctx, h, a.desk.inbox, a.cfg.Log)
			<-ctx.Done()
			return nil
		}})
	}
	parts = append(parts, part{"control socket", a.serve})
	if w := a.devices.Watchdog; w != nil {
		parts = append(parts, part{"watchdog", func(ctx context.Context) error { return a.watch(ctx, w) }})
	}
	return append(parts, part{"ready", a.ready})
}

func (a *App) ready(ctx context.Context) error {
	post(ctx, a.desk.inbox, phone.Restore{Entries: a.desk.history.load()})
	if a.cfg.Ready != nil {
		a.cfg.Ready()
	}
	a.cfg.Log.Info("ready", "version", a.cfg.Version, "board", a.cfg.Board.Name, "took", time.Since(a.started).Round(time.Millisecond))
	<-ctx.Done()
	return nil
}

func (a *App) serve(ctx context.Context) error {
	server, err := localapi.Listen(a.cfg.Socket, a, a.cfg.Log.With("room", "localapi"))
	if err != nil {
		return err
	}
	<-ctx.Done()
	return server.Close()
}

func (a *App) close() error {
	var errs []error
	if a.engine != nil {
		errs = append(errs, a.engine.Close())
	}
	if a.devices != nil {
		errs = append(errs, a.devices.Close())
	}
	return errors.Join(errs...)
}

// observe hears the user agent's events, in the phone's goroutine.
func (a *App) observe(e ua.Event) {
	a.calls.observe(e)
	a.bindings.observe(e)
	switch e := e.(type) {
	case ua.CheckSync:
		if _, reboot := a.manager.CheckSync(e); reboot {
			a.reboot.Store(true)
			a.restartIfIdle()
		}
	case ua.CallChanged:
		if e.Call.State == ua.Terminated && a.calls.idle() {
			a.manager.Idle()
			a.restartIfIdle()
		}
	}
}

// restartIfIdle never drops a call.
func (a *App) restartIfIdle() {
	if a.reboot.Load() && a.calls.idle() {
		select {
		case a.restart <- struct{}{}:
		default:
		}
	}
}
