package benchbeat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/keying"
	"offhook/media/session"
)

// Accelerated is what a call of two engines came to, in their own time.
//
// What it shows is all that does not need the real clock: the work of each
// step, its allocations included, against what the sound device holds; that
// buffers, sequence numbers, keys and memory last; that what a load does to the
// Go scheduler, the collector and the heap never makes sound be made up. What a
// busy core does to a thread that waits for its turn only real time can show.
type Accelerated struct {
	// Underruns are the periods that the device would have lost, and those of
	// sound made up on a network that loses and delays nothing.
	Underruns int     `json:"accelerated_underruns"`
	Seconds   float64 `json:"accelerated_s"` // of the call
	CPU       float64 `json:"accelerated_cpu_s"`
	StepP999  float64 `json:"accelerated_step_p999_us"` // of processor time
	StepMax   float64 `json:"accelerated_step_max_us"`
	Bursts    int     `json:"accelerated_bursts"` // of load
	Cycles    int     `json:"accelerated_gc_cycles"`
	Growth    int     `json:"accelerated_heap_growth_bytes"`
}

// accelerate has the call in a process of its own, on the core with a neighbour.
func (b *bench) accelerate(ctx context.Context) (Accelerated, error) {
	burner, err := start(b.core, b.role("burn"))
	if err != nil {
		return Accelerated{}, err
	}
	defer burner.end()
	c, err := start(b.core, b.role("accelerated", b.cfg.Accelerated.String()))
	if err != nil {
		return Accelerated{}, err
	}
	defer context.AfterFunc(ctx, func() { _ = c.in.Close() })()
	ended := c.cmd.Wait()
	var a Accelerated
	err = json.Unmarshal(c.out.Bytes(), &a)
	if err = errors.Join(ended, err); err != nil {
		return a, fmt.Errorf("accelerated: %w", err)
	}
	b.say("a call of %v in its own time: %d underruns, steps of at most %.0f µs, %.0f s of processor", b.cfg.Accelerated, a.Underruns, a.StepMax, a.CPU)
	return a, nil
}

// How the call goes.
const (
	packetTime  = 20 * time.Millisecond
	settleTime  = 2 * time.Second // the play-out buffer may stretch before
	burstEvery  = time.Second
	arrivalTime = 10 * time.Second // of the real clock
)

// party is one telephone of the call.
type party struct {
	*engine.Engine
	remote  netip.AddrPort // its own address
	sockets session.Sockets
}

// instant is a sound device that is never waited for.
type instant struct{ Device }

func (d *instant) ReadPeriod(p []int16) error {
	d.wave(p)
	return nil
}

// accelerated plays a call as fast as the processor can.
func accelerated(ctx context.Context, long time.Duration) (Accelerated, error) {
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread() // a step's processor time is its thread's
	defer runtime.UnlockOSThread()
	var clock atomic.Int64
	parties, err := call(func() time.Duration { return time.Duration(clock.Load()) })
	if err != nil {
		return Accelerated{}, err
	}
	loading, stop := context.WithCancel(ctx)
	bursts, asked := 0, make(chan struct{}, 1)
	var wait sync.WaitGroup
	wait.Go(func() { bursts = burst(loading, asked) })
	var m meter
	for ctx.Err() == nil && err == nil && time.Duration(clock.Load()) < long {
		at := time.Duration(clock.Add(int64(period)))
		if at%burstEvery == 0 {
			select {
			case asked <- struct{}{}:
			default: // it has enough to do
			}
		}
		for _, p := range parties {
			err = errors.Join(err, m.step(p.Engine))
		}
		if err == nil && at%packetTime == 0 {
			err = arrive(ctx, parties, uint64(at/packetTime))
		}
		if at == settleTime {
			m.settle(parties)
		}
	}
	stop()
	wait.Wait()
	a := m.result(parties, time.Duration(clock.Load()))
	a.Bursts = bursts
	for _, p := range parties {
		err = errors.Join(err, p.Close())
	}
	return a, errors.Join(err, ctx.Err())
}

// call joins two engines by a stream each.
func call(now func() time.Duration) ([2]party, error) {
	var parties [2]party
	key, err := keying.Generate(1, keying.AES128GCM)
	for i := range parties {
		p := &parties[i]
		if err != nil {
			return parties, err
		}
		p.Engine, err = engine.New(engine.Config{Device: &instant{}, SampleRate: sampleRate, Period: samples, Codecs: []media.Codec{g711.PCMU},
			Now: now, RTCPInterval: time.Hour})
		if err == nil {
			p.sockets, err = session.Listen(netip.AddrFrom4([4]byte{127, 0, 0, 1}), session.PortRange{}, 0, nil)
		}
		if err == nil {
			p.remote = p.sockets.LocalAddr()
			err = p.OpenStream(1, p.sockets)
		}
	}
	f := media.Format{Encoding: "PCMU", ClockRate: 8000, SampleRate: 8000, Channels: 1, PTime: packetTime}
	for i, p := range parties {
		err = errors.Join(err, p.UpdateStream(1, session.Spec{Remote: parties[1-i].remote, Mux: true, Direction: media.SendRecv,
			Send: f, Receive: []media.Format{f}, LocalKey: key, RemoteKey: key}))
		p.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
	}
	return parties, err
}

// arrive waits until both have received so many packets: the network takes no
// time.
func arrive(ctx context.Context, parties [2]party, packets uint64) error {
	began := time.Now()
	for _, p := range parties {
		for n := 0; ; n++ {
			s, _ := p.StreamStats(1)
			if s.Received+s.Discarded >= packets {
				break
			}
			if n%1000 == 999 && (time.Since(began) > arrivalTime || ctx.Err() != nil) {
				return fmt.Errorf("packet %d has not arrived: %+v", packets, s)
			}
			runtime.Gosched()
		}
	}
	return nil
}

// meter measures steps.
type meter struct {
	steps   []time.Duration
	behind  time.Duration // what the device holds for a thread that computes too long
	lost    int
	settled [2]media.Stats
	cycles  uint32
	heap    uint64
}

func (m *meter) step(e *engine.Engine) error {
	before := threadTime()
	err := e.Step()
	m.account(threadTime() - before)
	return err
}

// account has a device of three periods wait for a step that computes so long.
func (m *meter) account(took time.Duration) {
	m.steps = append(m.steps, took)
	if m.behind = max(m.behind+took-period, 0); m.behind > (buffer-1)*period {
		m.lost += int(m.behind / period)
		m.behind = 0
	}
}

// settle is where counting begins.
func (m *meter) settle(parties [2]party) {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	m.cycles, m.heap = s.NumGC, s.HeapAlloc
	m.steps = make([]time.Duration, 0, 1<<21)
	m.lost = 0
	for i, p := range parties {
		m.settled[i], _ = p.StreamStats(1)
	}
}

func (m *meter) result(parties [2]party, long time.Duration) Accelerated {
	b := beat{lates: m.steps}
	l := b.lateness()
	a := Accelerated{Underruns: m.lost, Seconds: long.Seconds(), StepP999: us(l.P999), StepMax: us(l.Max)}
	m.steps, b.lates = nil, nil
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	a.Cycles = int(s.NumGC - m.cycles)
	a.Growth = int(s.HeapAlloc) - int(m.heap)
	for i, p := range parties {
		now, _ := p.StreamStats(1)
		was := m.settled[i]
		a.Underruns += int((now.Concealed-was.Concealed)/period) + int(now.Lost-was.Lost) + int(now.Late-was.Late) + int(now.Discarded-was.Discarded)
	}
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &t)
	a.CPU = time.Duration(t.Nano()).Round(100 * time.Millisecond).Seconds()
	return a
}

// threadTime is the processor time of this thread.
func threadTime() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano())
}

// tell prints an accelerated call's figures for the benchmark.
func tell(ctx context.Context, long string) error {
	d, err := time.ParseDuration(long)
	if err != nil {
		return fmt.Errorf("accelerated: %s: %w", strconv.Quote(long), err)
	}
	a, err := accelerated(ctx, d)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(a)
}
