// Package app joins the parts: it opens the board, starts the engine, the user
// agent, the telephone and the provisioning in their order, and ends them in
// the reverse one.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"offhook/board"
	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/cmd/internal/syslog"
	"offhook/hal"
	"offhook/provisioning"
	"offhook/provisioning/discover"
	"offhook/provisioning/store"
	"offhook/ua"
	"offhook/ua/agent"
)

// ErrRestart is returned by Run when the operator asked for a restart, once no
// call was up.
var ErrRestart = errors.New("app: restart asked for")

// Config is what an App is made of.
type Config struct {
	Version  string
	Built    time.Time // when the program was made; zero: not known
	Firmware Firmware
	Board    *board.Board
	Drivers  hal.Drivers
	Agent    provisioning.AgentConfig
	Socket   string // of the control API
	Log      *slog.Logger
	Ring     *LogRing
	Level    *slog.LevelVar // follows the document's log level
	// Media is the command of the media process that listens at a path, for
	// boards whose sound is a process of its own.
	Media func(path string) *exec.Cmd
	// Faceplate is the address of the page, "" on a board that is not one.
	Faceplate func() string
	// FetchTime is what fetching a configuration file may take, however slowly its
	// server sends; 0 means 30 s.
	FetchTime time.Duration
	// Ready is called when every part runs.
	Ready func()
}

// shutdownTime is what the user agent may take to end calls and bindings: the
// whole program ends within two seconds.
const shutdownTime = 1200 * time.Millisecond

// provisioningDir is where documents are kept in the state directory.
const provisioningDir = "provisioning"

// App is the telephone.
type App struct {
	cfg         Config
	started     time.Time
	state       stateDir
	device      provisioning.Device
	devices     *board.Devices
	health      *health
	engine      soundEngine
	audio       soundKeeper
	agent       *agent.Agent
	desk        *desk
	calls       *callbook
	bindings    *bindings
	texts       texts
	manager     *provisioning.Manager
	trust       *discover.Trust
	newcomers   *newcomers
	control     net.Listener // until it is served
	accounts    []ua.Account // as they were applied
	restart     context.CancelCauseFunc
	reboot      atomic.Bool // asked for, waits until nobody uses the phone
	clockBehind atomic.Bool // when the configuration was fetched last
	teller      *teller
	logHost     *syslog.Sender
	pushing     *pushing
	pages       *webPages
	phonebooks  *phonebooks
	renewal     *renewal
	listening   listening
	undisturbed bool // as the agent was told; the desk's
}

// Run is the telephone from power-up to power-down. It returns nil when the
// context ended, ErrRestart, or what kept it from working.
func Run(ctx context.Context, cfg Config) error { return newApp(cfg).run(ctx) }

func newApp(cfg Config) *App {
	return &App{cfg: cfg, started: time.Now(), health: newHealth(cfg.Log)}
}

func (a *App) run(ctx context.Context) error {
	ctx, a.restart = context.WithCancelCause(ctx)
	defer a.restart(nil)
	err := a.claim()
	if err == nil {
		err = a.build(ctx)
	}
	if err == nil {
		err = runParts(ctx, a.cfg.Log, a.parts())
	}
	err = errors.Join(err, a.close())
	if err == nil && errors.Is(context.Cause(ctx), ErrRestart) {
		return ErrRestart
	}
	return err
}

// claim takes what only one agent may have, before anything is touched: a
// second one leaves the first alone.
func (a *App) claim() (err error) {
	if a.control, err = localapi.Bind(a.cfg.Socket); err != nil {
		return err
	}
	state := a.cfg.Agent.State
	if err := os.MkdirAll(state, 0o700); err != nil {
		return stateError(err)
	}
	probe, err := os.CreateTemp(state, ".writable-")
	if worn(err) {
		a.health.note("state", fmt.Errorf("%w: nothing is kept over a restart, and new configurations are not tried; see that the disk is neither full nor read-only", err))
		return nil
	}
	if err != nil {
		return stateError(err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// worn tells a disk that takes nothing any more, as flash does at its end, from
// a directory that is somebody else's: a phone is still a phone with it.
func worn(err error) bool {
	return errors.Is(err, syscall.EROFS) || errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO)
}

func stateError(err error) error {
	return fmt.Errorf("the state directory cannot be written: %w: choose another with --state or state: in the agent's file", err)
}

// decide settles where the sound is run if the board's file leaves that open.
func (a *App) decide(cores int) *board.Board {
	if a.cfg.Media != nil && !a.cfg.Board.Separate && a.cfg.Board.Apart(a.cfg.Drivers, cores) {
		decided := *a.cfg.Board
		decided.Separate = true
		a.cfg.Board = &decided
		a.cfg.Log.Info("one core: the sound is the work of a process of its own (media: {process: inside} in the board's file has it here)")
	}
	return a.cfg.Board
}

// build makes every part; none runs yet but the devices.
func (a *App) build(ctx context.Context) (err error) {
	cfg, log := a.cfg, a.cfg.Log
	a.device = deviceOf(cfg.Agent, cfg.Board.Model, cfg.Version, os.DirFS("/"))
	instance, err := instanceID(cfg.Agent.State)
	if err != nil {
		return stateError(err)
	}
	if a.state, err = openState(cfg.Agent, log); err != nil {
		a.health.note("state", err)
	}
	here := a.decide(runtime.GOMAXPROCS(0))
	if here.Separate {
		here = here.Without(board.Audio)
	}
	a.devices, err = here.Open(ctx, cfg.Drivers, log)
	a.health.opened(err)

	a.calls = newCallbook(log.With("room", "media"))
	a.bindings, a.texts = newBindings(), texts{}
	a.desk = newDesk(log.With("room", "phone"))
	if err := a.buildSound(log); err != nil {
		return err
	}
	a.agent, err = agent.New(agent.Config{Log: log.With("room", "ua"), NewSession: a.calls.open, UserAgent: a.device.UserAgent(),
		InstanceID: instance, ShutdownTimeout: shutdownTime, DSCP: a.calls.signalling, Inbound: agent.InboundPolicy{Strict: a.cfg.Agent.Strict, Certificate: a.calls.certificate}, Floor: a.cfg.Built})
	if err != nil {
		return err
	}
	a.teller, a.pushing = newTeller(log.With("room", "actions"), a.device), newPushing(log.With("room", "push"))
	a.pages = newWebPages(log.With("room", "web"), a)
	a.logHost = newLogHost(log.With("room", "log server"), a.device)
	a.phonebooks = newPhonebooks(log.With("room", "phone book"), a.state)
	a.newcomers = newNewcomers(log.With("room", "provisioning"))
	a.buildFirmware(log.With("room", "firmware"))
	a.joinDesk(log)
	return a.buildProvisioning(log.With("room", "provisioning"))
}

func (a *App) joinDesk(log *slog.Logger) {
	d := a.desk
	d.agent, d.calls, d.lamps, d.observe = a.agent, a.calls, a.devices.Lamps, a.observe
	d.display = newDisplay(a.devices, log.With("room", "screen"))
	d.sound = newSound(log.With("room", "sound"), a.engine, a.devices.Mixer, a.calls, a.cfg.Agent.State)
	d.door = &doorman{log: log.With("room", "door"), relays: a.devices.Relays, told: a.teller.tell, started: a.started, built: a.cfg.Built,
		used:    newKeptFile[map[string]int](a.state, "codes.json", "how often door codes were used", log),
		journal: newDoorJournal(a.cfg.Agent.State, log.With("room", "door"))}
	d.door.restore()
	d.history, d.chosen = newHistoryFile(a.state, log), newSettingsFile(a.state, log)
	d.settled, d.decide = a.settled, a.newcomers.decide
	d.choices = newChooser()
	d.choices.tell = func(ctx context.Context, in phone.Input) { post(ctx, d.inbox, in) }
	d.choices.set = func(ctx context.Context, path, value string) error { return a.manager.SetUser(ctx, path, value) }
	recoverRecordings(a.cfg.Agent.State, log)
	d.inbox <- d.chosen.load() // the first of what it hears; nobody else writes yet
	d.names = newContactsFile(a.state, log)
	d.inbox <- a.phonebooks.load()
	d.inbox <- phone.Contacts{Own: true, All: d.names.load()}
	d.inbox <- phone.Restore{Entries: d.history.load()}
	d.inbox <- a.described()
}

func (a *App) buildProvisioning(log *slog.Logger) error {
	in := a.newIntake(log)
	discovery, err := a.buildDiscovery(log, in.web)
	if err != nil {
		return err
	}
	kept, err := store.Open(a.state.path(provisioningDir), store.Sealed{Disk: store.OS{}, Vault: a.state.vault})
	if err != nil {
		return err
	}
	a.manager = provisioning.NewManager(provisioning.ManagerConfig{
		Device: a.device, Base: a.cfg.Agent.Base(), Parse: in.parse, Discover: discovery,
		Sources: in.sources(), Store: kept, Applier: a, Prover: a, Log: log,
	})
	a.pushing.manager, a.pushing.metrics = a.manager, localapi.Metrics(a)
	a.phonebooks.sources, a.phonebooks.agent = in.sources(), a.device.UserAgent()
	a.joinNewcomers()
	return nil
}

// joinNewcomers has servers that wait asked about. Without a screen nobody could
// read which: the command is left.
func (a *App) joinNewcomers() {
	n := a.newcomers
	n.trust, n.again = a.trust, a.manager.Reprovision
	n.look = func(ctx context.Context, server string) localapi.Waiting {
		return certificateOf(ctx, server, a.cfg.Agent.Provisioning.CA, a.cfg.Built)
	}
	if a.devices.Display != nil {
		n.tell = func(ctx context.Context, s phone.Servers) { post(ctx, a.desk.inbox, s) }
	}
}

// parts is the start order. Each line needs those above it.
func (a *App) parts() []part {
	parts := []part{
		{"history", a.desk.history.run},
		{"settings", a.desk.chosen.run},
		{"contacts", a.desk.names.run},
		{"user's settings", a.desk.choices.run},
		{"kept phone book", a.phonebooks.kept.run},
		{"phone book", a.readPhonebooks},
		{"door codes", a.desk.door.used.run},
		{"door log", a.desk.door.journal.run},
		{"screen", a.desk.display.run},
		{"sound", a.audio.run},
		{"sound events", a.pumpSound},
		{"call figures", a.calls.run},
		{"phone", a.desk.run},
		{"agent events", a.pumpAgent},
		{"agent", a.agent.Run},
		{"network", a.watchNetwork},
		{"provisioning events", a.pumpProvisioning},
		{"newcomers", a.newcomers.run},
		{"provisioning", a.manager.Run},
		{"actions", a.teller.run},
		{"log server", a.tellLog},
		{"push", a.pushing.run},
		{"web pages", a.pages.run},
		{"firmware", a.renewal.Run},
	}
	parts = append(parts, a.inputs()...)
	parts = append(parts, part{"parts that come late", a.afresh}, part{"control socket", a.serve})
	if w := a.devices.Watchdog; w != nil {
		k := kicker{watchdog: w, log: a.cfg.Log, phone: a.desk.ping, agent: a.agent.Ping, steps: a.engine.Steps}
		parts = append(parts, part{"watchdog", k.run})
	}
	return append(parts, part{"ready", a.ready})
}

func (a *App) ready(ctx context.Context) error {
	if a.cfg.Ready != nil {
		a.cfg.Ready()
	}
	a.cfg.Log.Info("ready", "version", a.cfg.Version, "board", a.cfg.Board.Name, "took", time.Since(a.started).Round(time.Millisecond))
	trimmer(ctx, a.cfg.Log, a.desk.busy, trimText)
	return nil
}

func (a *App) serve(ctx context.Context) error {
	server := localapi.Serve(a.control, a, a.cfg.Log.With("room", "localapi"))
	<-ctx.Done()
	return server.Close()
}

func (a *App) close() error {
	var errs []error
	if a.control != nil {
		if err := a.control.Close(); !errors.Is(err, net.ErrClosed) { // served and ended
			errs = append(errs, err)
		}
	}
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
	a.teller.observe(e)
	a.logServer(e)
	switch e := e.(type) {
	case ua.MessageSent:
		a.texts.observe(e)
	case ua.CheckSync:
		if _, reboot := a.manager.CheckSync(e); reboot {
			a.reboot.Store(true) // carried out when the phone has settled
		}
	case ua.CallChanged:
		a.desk.sound.observe(e.Call)
		if e.Call.State == ua.Terminated {
			a.mourn(e.Call)
		}
		if e.Call.State == ua.Terminated && a.calls.idle() {
			a.manager.Idle()
		}
	}
}

// restartIfIdle drops no call, takes the phone out of nobody's hands, and lets no door
// shut in somebody's face.
func (a *App) restartIfIdle(s phone.State) {
	if a.reboot.Load() && s.Idle() && a.calls.idle() && !a.desk.door.busy(time.Now()) {
		a.restart(ErrRestart)
	}
}
