package benchbeat

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"offhook/media/engine/link"
)

//go:embed testdata/beat.c
var yardstick []byte

// Config says how long and where to.
type Config struct {
	Time time.Duration // of separate and C; 0 means 20 s
	// Inside is the time of the one that nobody doubts the verdict of; 0 means
	// Time, at most a minute.
	Inside       time.Duration
	MediaKills   int // how often the media process is killed; 0 means 10
	ControlKills int // likewise control; 0 means 5
	// Accelerated is how long a call in its own time takes; 0 means an hour.
	Accelerated time.Duration
	Progress    io.Writer
}

// Figures are the result; lateness in microseconds.
type Figures struct {
	P50          float64 `json:"beat_p50_us"`
	P99          float64 `json:"beat_p99_us"`
	P999         float64 `json:"beat_p999_us"`
	Max          float64 `json:"beat_max_us"`
	Missed       int     `json:"missed_frames"`
	Frames       int     `json:"frames"`
	InsideP50    float64 `json:"inside_p50_us"`
	InsideP99    float64 `json:"inside_p99_us"`
	InsideP999   float64 `json:"inside_p999_us"`
	InsideMax    float64 `json:"inside_max_us"`
	InsideMissed int     `json:"inside_missed_frames"`
	// The C program's; absent without a compiler.
	CP50  *float64 `json:"c_beat_p50_us,omitempty"`
	CP99  *float64 `json:"c_beat_p99_us,omitempty"`
	CP999 *float64 `json:"c_beat_p999_us,omitempty"`
	CMax  *float64 `json:"c_beat_max_us,omitempty"`
	Ratio *float64 `json:"beat_p99_by_c,omitempty"`
	// Underruns are the periods that the sound device lost, by its own count.
	Underruns int `json:"real_underruns"`
	// What the host of a virtual machine took from the core meanwhile, in ms.
	Stolen  float64 `json:"beat_stolen_ms"`
	CStolen float64 `json:"c_beat_stolen_ms"`
	Accelerated
	// Of killing: the longest silence of a media process killed in mid-call, by
	// the clock at the receiver and by the timestamps of the sound, and the
	// frames missed while control was killed and followed by another.
	MediaKills   int     `json:"media_kills"`
	MediaKill    float64 `json:"media_kill_ms"`
	MediaSilence float64 `json:"media_kill_silence_ms_max"`
	ControlKills int     `json:"control_kills"`
	ControlKill  int     `json:"control_kill_missed_frames"`
	Seconds      float64 `json:"seconds"`
	RealTime     bool    `json:"real_time_priority"`
}

// How the time is cut: rounds take turns, so that what else the machine does
// falls on all alike.
const (
	defaultTime = 20 * time.Second
	round       = 5 * time.Second
	warmUp      = time.Second // after the first packet
	insideTime  = time.Minute // at most, unless asked for
	reignTime   = 2 * time.Second
	patience    = 20 * time.Second
)

// bench is a run under way.
type bench struct {
	cfg     Config
	dir     string
	self    string
	core    int
	program string // the C one, "" without a compiler
	socket  string
	said    string // by the structure measured last, at its end
}

// Run measures. It says on the way what it does.
func Run(ctx context.Context, cfg Config) (Figures, error) {
	cfg.Time = cmp.Or(cfg.Time, defaultTime)
	cfg.Inside = cmp.Or(cfg.Inside, min(cfg.Time, insideTime))
	cfg.Accelerated = cmp.Or(cfg.Accelerated, time.Hour)
	cfg.MediaKills, cfg.ControlKills = cmp.Or(cfg.MediaKills, 10), cmp.Or(cfg.ControlKills, 5)
	runtime.LockOSThread() // the children die with this thread
	defer runtime.UnlockOSThread()
	b := &bench{cfg: cfg}
	if err := b.prepare(ctx); err != nil {
		return Figures{}, errors.Join(err, os.RemoveAll(b.dir))
	}
	f, err := b.measure(ctx)
	return f, errors.Join(err, os.RemoveAll(b.dir))
}

func (b *bench) prepare(ctx context.Context) (err error) {
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	if b.core, err = lastCore(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "beat-"); err != nil {
		return err
	}
	b.socket = filepath.Join(b.dir, "media")
	source, program := filepath.Join(b.dir, "beat.c"), filepath.Join(b.dir, "beat")
	if err := os.WriteFile(source, yardstick, 0o600); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "gcc", "-O2", "-o", program, source).CombinedOutput()
	if err != nil {
		b.say("no C program to compare with: gcc: %v %s", err, out)
		return nil
	}
	b.program = program
	return nil
}

func (b *bench) say(format string, args ...any) {
	if b.cfg.Progress != nil {
		fmt.Fprintf(b.cfg.Progress, format+"\n", args...)
	}
}

func (b *bench) measure(ctx context.Context) (Figures, error) {
	f := Figures{Seconds: b.cfg.Time.Seconds(), RealTime: mayRealTime()}
	if !f.RealTime {
		b.say("real-time priority is not allowed here (root, or CAP_SYS_NICE): the figures are those of ordinary threads")
	}
	turns := int(max(b.cfg.Time/round, 1))
	if turns > 10 {
		turns = 10
	}
	var own, in, c beat
	structures := []struct {
		name   string
		beat   *beat
		time   time.Duration
		stolen *float64
	}{{"separate", &own, b.cfg.Time, &f.Stolen}, {"inside", &in, b.cfg.Inside, new(float64)}, {"c", &c, b.cfg.Time, &f.CStolen}}
	for turn := range turns {
		for _, s := range structures {
			if s.name == "c" && b.program == "" {
				continue
			}
			before := stolen(b.core)
			stamps, err := b.turn(ctx, s.name, s.time/time.Duration(turns))
			if err != nil {
				return f, fmt.Errorf("%s: %w", s.name, err)
			}
			*s.stolen += float64((stolen(b.core) - before).Milliseconds())
			if s.name == "separate" {
				lost, err := b.number("lost")
				if err != nil {
					return f, err
				}
				f.Underruns += lost
			}
			now := follow(stamps)
			s.beat.add(now)
			l := now.lateness()
			b.say("round %d of %d, %-8s: %5d frames, late by p50 %.0f µs, p99 %.0f, p99.9 %.0f, at most %.0f; missed %d",
				turn+1, turns, s.name, l.Frames, us(l.P50), us(l.P99), us(l.P999), us(l.Max), l.Missed)
		}
	}
	f.fill(own.lateness(), in.lateness(), c.lateness())
	var err error
	if f.Accelerated, err = b.accelerate(ctx); err != nil {
		return f, err
	}
	return f, b.deaths(ctx, &f)
}

func us(d time.Duration) float64 { return float64(d/100) / 10 }

func (f *Figures) fill(own, in, c Lateness) {
	f.P50, f.P99, f.P999, f.Max, f.Missed, f.Frames = us(own.P50), us(own.P99), us(own.P999), us(own.Max), own.Missed, own.Frames
	f.InsideP50, f.InsideP99, f.InsideP999, f.InsideMax, f.InsideMissed = us(in.P50), us(in.P99), us(in.P999), us(in.Max), in.Missed
	if c.Frames == 0 {
		return
	}
	values := [...]float64{us(c.P50), us(c.P99), us(c.P999), us(c.Max), 0}
	if c.P99 > 0 {
		values[4] = float64(int(100*float64(own.P99)/float64(c.P99))) / 100
	}
	f.CP50, f.CP99, f.CP999, f.CMax, f.Ratio = &values[0], &values[1], &values[2], &values[3], &values[4]
}

// role is one of this program's own processes.
func (b *bench) role(args ...string) *exec.Cmd {
	return exec.Command(b.self, append([]string{Command}, args...)...)
}

// turn runs one structure and takes its packets for a time.
func (b *bench) turn(ctx context.Context, name string, long time.Duration) ([]stamp, error) {
	return b.with(ctx, name, func(r *receiver, _ *child) ([]stamp, error) {
		err := wait(ctx, long)
		return r.take(), err
	})
}

// with has a structure, its load and the neighbour at work.
func (b *bench) with(ctx context.Context, name string, measure func(*receiver, *child) ([]stamp, error)) ([]stamp, error) {
	r, err := listen(name != "c")
	if err != nil {
		return nil, err
	}
	defer r.close()
	commands := []*exec.Cmd{b.role(name, r.address().String(), b.socket)}
	if name == "c" { // as large as ours: header, sound and tag
		commands = []*exec.Cmd{exec.Command(b.program, strconv.Itoa(int(r.address().Port())), strconv.Itoa(int(period)), "68"), b.role("load")}
	}
	var children []*child
	defer func() {
		if len(children) > 0 {
			b.said = children[0].out.String()
		}
	}()
	for _, cmd := range append(commands, b.role("burn")) {
		c, err := start(b.core, cmd)
		if err != nil {
			return nil, err
		}
		if name == "c" && len(children) == 0 {
			defer c.kill()
		} else {
			defer c.end()
		}
		children = append(children, c)
	}
	for deadline := time.Now().Add(patience); len(r.take()) == 0; {
		if time.Now().After(deadline) {
			return nil, errors.New("no packet came")
		}
		if err := wait(ctx, 10*time.Millisecond); err != nil {
			return nil, err
		}
	}
	if err := wait(ctx, warmUp); err != nil {
		return nil, err
	}
	r.take()
	return measure(r, children[0])
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// deaths measures what it costs when a process is killed.
func (b *bench) deaths(ctx context.Context, f *Figures) error {
	stamps, err := b.turn(ctx, "dying", time.Duration(b.cfg.MediaKills)*killEvery+killEvery/2)
	if err == nil {
		f.MediaKills, err = b.number("killed")
	}
	if err != nil {
		return fmt.Errorf("media process killed: %w", err)
	}
	fate := follow(stamps)
	f.MediaKill, f.MediaSilence = ms(fate.gap), ms(fate.silence)
	b.say("media process killed %d times: silent for at most %.0f ms", f.MediaKills, f.MediaSilence)
	stamps, err = b.with(ctx, "separate", func(r *receiver, first *child) ([]stamp, error) {
		reigns, err := b.reigns(ctx, first)
		f.ControlKills = reigns
		return r.take(), errors.Join(err, b.bury())
	})
	if err != nil {
		return fmt.Errorf("control killed: %w", err)
	}
	f.ControlKill = follow(stamps).missed
	expected := int(time.Duration(f.ControlKills+1) * reignTime / period)
	if short := expected - expected/20 - len(stamps); short > 0 { // it fell silent
		f.ControlKill += short
	}
	b.say("control killed %d times: %d frames missed of %d", f.ControlKills, f.ControlKill, len(stamps))
	return nil
}

// reigns kills one control after the other; each finds the sound that the one
// before left, and leaves it alone.
func (b *bench) reigns(ctx context.Context, control *child) (kills int, err error) {
	for ; kills < b.cfg.ControlKills && err == nil; kills++ {
		err = wait(ctx, reignTime)
		control.kill()
		if err == nil {
			control, err = start(b.core, b.role("heir", "", b.socket))
		}
	}
	if err != nil {
		return kills, err
	}
	err = wait(ctx, reignTime)
	control.kill()
	return kills, err
}

func ms(d time.Duration) float64 { return float64(d.Round(time.Millisecond).Milliseconds()) }

// number is one that the structure measured last told at its end.
func (b *bench) number(name string) (int, error) {
	words := strings.Fields(b.said)
	for i, word := range words[:max(len(words)-1, 0)] {
		if word == name {
			return strconv.Atoi(words[i+1])
		}
	}
	return 0, fmt.Errorf("the process measured did not end well: it tells no %q in %q", name, b.said)
}

// bury ends the media process that its control left.
func (b *bench) bury() error {
	p, err := link.Find(b.socket)
	if err != nil {
		return err
	}
	p.Kill()
	p.Wait()
	return p.Socket.Close()
}
