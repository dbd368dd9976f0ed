package alsa

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// abilities are what a fake card can do.
type abilities struct {
	formats              []int
	rates                []int
	channelsMin          int
	channelsMax          int
	periodMin, periodMax int
	periodStep           int
	bufferMax            int
}

var able = abilities{formats: []int{formatS16LE}, rates: []int{8000, 16000, 44100, 48000}, channelsMin: 1, channelsMax: 2,
	periodMin: 16, periodMax: 4096, periodStep: 1, bufferMax: 16384}

// machine is a fake kernel with one clock. It is strict: what a real kernel
// would only refuse on a bad day fails the test.
type machine struct {
	t        *testing.T
	ids      map[int]string
	can      map[direction]abilities
	refuse   map[direction]error // to open
	linkable bool
	opened   int             // the card
	same     bool            // both directions have one format
	sly      func(*hwParams) // what its driver makes of what was granted
	partial  int             // most frames a transfer moves; 0 is no bound

	mu      sync.Mutex
	open    map[direction]*tape
	late    []int // frames by which the next waits return late
	frozen  bool
	gone    bool
	drift   float64 // frames that playback gains a wait
	gained  float64 // of them, what is no whole frame yet
	links   int
	resets  map[direction]int
	starts  map[direction]int
	control *desk
	notices notices       // of the last watch
	asked   int           // times that anything was asked of the kernel
	polled  int           // waits that were left to the poller
	asleep  string        // what becomes of streams that are ready, while they doze
	leaving chan struct{} // closed by unplug
}

func newMachine(t *testing.T) *machine {
	m := &machine{t: t, ids: map[int]string{1: "wm8960soundcard"}, can: map[direction]abilities{playback: able, capture: able},
		refuse: map[direction]error{}, linkable: true, open: map[direction]*tape{}, resets: map[direction]int{}, starts: map[direction]int{}, leaving: make(chan struct{})}
	t.Cleanup(func() {
		for d, s := range m.open {
			t.Errorf("%s was left open in state %s", d, s.state)
		}
	})
	return m
}

func (m *machine) cards() (map[int]string, error) { return m.ids, nil }

func (m *machine) openPCM(card, device int, d direction) (pcm, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.refuse[d]; err != nil {
		return nil, err
	}
	if m.open[d] != nil {
		m.t.Errorf("%s is opened twice", d)
	}
	s := &tape{m: m, direction: d, can: m.can[d], state: "open", woken: make(chan struct{}), roused: make(chan struct{}, 1)}
	m.open[d], m.opened = s, card
	return s, nil
}

func (m *machine) openControl(card int) (control, error) {
	switch {
	case m.control == nil:
		return nil, unix.ENOENT
	case m.control.gone && m.control.closed > 0:
		return nil, unix.ENODEV
	}
	return m.control, nil
}

// do runs f between two moments of the machine.
func (m *machine) do(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

// tape is one stream: what it captures counts up, what it plays is kept.
type tape struct {
	m         *machine
	direction direction
	can       abilities
	state     string
	rate      int
	channels  int
	period    int
	buffer    int
	availMin  int
	pos, appl int // frames since the start
	format    int
	ring      []byte
	heard     []int16 // the first channel as it left the card, all starts
	linked    *tape
	woken     chan struct{}
	roused    chan struct{}
	byPoller  bool
	wakeOnce  sync.Once
}

// fakeBoundary is small, so that wrapping is tested.
const fakeBoundary = 1 << 20

func (s *tape) must(what string, states ...string) error {
	s.m.asked++
	if s.m.gone {
		return unix.ENODEV
	}
	if !slices.Contains(states, s.state) {
		return unix.EBADFD
	}
	return nil
}

func (s *tape) refine(p *hwParams) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	return s.narrow(p)
}

func (s *tape) narrow(p *hwParams) error {
	var left mask
	for _, f := range s.can.formats {
		if other := s.m.open[s.other()]; s.m.same && other != nil && other.format != 0 && other.format != f {
			continue
		}
		left[f/32] |= p.masks[paramFormat][f/32] & (1 << (f % 32))
	}
	if p.masks[paramAccess][0]&(1<<accessInterleaved) == 0 || left == (mask{}) {
		return unix.EINVAL
	}
	p.only(paramAccess, accessInterleaved)
	p.masks[paramFormat] = left
	within := func(param, low, high int) bool {
		i := p.at(param)
		if i.flags&intervalOpenMin != 0 {
			i.min, i.flags = i.min+1, i.flags&^intervalOpenMin
		}
		i.min, i.max = max(i.min, uint32(low)), min(i.max, uint32(high))
		return i.min <= i.max
	}
	var rates []int
	for _, r := range s.can.rates {
		if i := p.at(paramRate); uint32(r) >= i.min && uint32(r) <= i.max {
			rates = append(rates, r)
		}
	}
	if rates == nil || !within(paramRate, rates[0], rates[len(rates)-1]) || !within(paramChannels, s.can.channelsMin, s.can.channelsMax) ||
		!within(paramPeriodSize, s.can.periodMin, s.can.periodMax) || !within(paramBufferSize, 2*s.can.periodMin, s.can.bufferMax) {
		return unix.EINVAL
	}
	if i := p.at(paramPeriodSize); i.min == i.max && int(i.min)%s.can.periodStep != 0 {
		return unix.EINVAL
	}
	return nil
}

func (s *tape) setHardware(p *hwParams) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if err := s.must("setHardware", "open", "setup"); err != nil {
		return err
	}
	if err := s.narrow(p); err != nil {
		return err
	}
	one := func(param int) int {
		if i := p.at(param); i.min != i.max {
			s.m.t.Errorf("parameter %d is left to the card: %+v", param, *i)
		}
		return int(p.at(param).min)
	}
	s.rate, s.channels, s.period, s.buffer = one(paramRate), one(paramChannels), one(paramPeriodSize), one(paramBufferSize)
	for _, f := range s.can.formats {
		if p.masks[paramFormat].has(f) {
			if s.format != 0 {
				s.m.t.Errorf("the format is left to the card: %v", p.masks[paramFormat])
			}
			s.format = f
		}
	}
	if s.m.sly != nil {
		s.m.sly(p)
	}
	s.ring, s.state = make([]byte, s.buffer*s.frame()), "setup"
	return nil
}

func (s *tape) setSoftware(p *swParams) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if err := s.must("setSoftware", "setup"); err != nil {
		return err
	}
	if int(p.stopThreshold) != s.buffer || int(p.startThreshold) <= s.buffer || p.availMin < 1 || p.xferAlign != 1 || p.periodStep != 1 {
		s.m.t.Errorf("software parameters %+v for a buffer of %d", *p, s.buffer)
	}
	s.availMin, p.boundary = int(p.availMin), fakeBoundary
	return nil
}

func (s *tape) link(to pcm) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if !s.m.linkable {
		return unix.EINVAL
	}
	s.linked = to.(*tape)
	s.linked.linked = s
	s.m.links++
	return nil
}

func (s *tape) group() []*tape {
	if s.linked == nil {
		return []*tape{s}
	}
	return []*tape{s, s.linked}
}

func (s *tape) prepare() error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	for _, g := range s.group() {
		if err := g.must("prepare", "setup", "prepared", "xrun", "suspended"); err != nil {
			s.m.t.Errorf("prepare in state %s", g.state)
			return err
		}
		g.state, g.pos, g.appl = "prepared", 0, 0
		s.m.resets[g.direction]++
	}
	return nil
}

func (s *tape) start() error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	for _, g := range s.group() {
		if err := g.must("start", "prepared"); err != nil {
			s.m.t.Errorf("start in state %s", g.state)
			return err
		}
		if g.direction == playback && g.appl == 0 {
			return unix.EPIPE
		}
	}
	for _, g := range s.group() {
		g.state = "running"
		s.m.starts[g.direction]++
	}
	return nil
}

func (s *tape) drop() error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if s.m.gone {
		return unix.ENODEV
	}
	for _, g := range s.group() {
		g.state = "setup"
	}
	return nil
}

func (s *tape) position() (position, error) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	// As if the start had been shortly before the boundary.
	const base = fakeBoundary - 300
	return position{hw: uint(base+s.pos) % fakeBoundary, appl: uint(base+s.appl) % fakeBoundary}, nil
}

func (s *tape) avail() int {
	if s.direction == playback {
		return s.buffer - (s.appl - s.pos)
	}
	return s.pos - s.appl
}

// pass lets time pass on every stream that runs.
func (m *machine) pass(frames int) {
	for _, d := range []direction{playback, capture} {
		s := m.open[d]
		if s == nil || s.state != "running" {
			continue
		}
		n := frames
		if d == playback {
			m.gained += m.drift
			whole := math.Trunc(m.gained)
			m.gained -= whole
			n += int(whole)
		}
		for range n {
			if s.avail() >= s.buffer {
				break
			}
			if d == playback {
				s.heard = append(s.heard, s.played(s.pos, 0))
			} else {
				for c := range s.channels {
					s.record(s.pos, c)
				}
			}
			s.pos++
		}
		if s.avail() >= s.buffer {
			for _, g := range s.group() {
				g.state = "xrun"
			}
		}
	}
}

// captured is what a card captures in a frame after its start; never silence.
func captured(frame, channel int) int16 { return int16(1 + frame%10000 + 10000*channel) }

func (s *tape) transfer(moved []byte) (int, error) {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	switch {
	case s.m.gone:
		return 0, unix.ENODEV
	case s.state == "xrun":
		return 0, unix.EPIPE
	case s.state == "suspended":
		return 0, unix.ESTRPIPE
	case s.state != "running" && (s.direction == capture || s.state != "prepared"):
		return 0, unix.EBADFD
	}
	if len(moved)%s.frame() != 0 {
		s.m.t.Errorf("a transfer of %d bytes in frames of %d", len(moved), s.frame())
	}
	frames := min(len(moved)/s.frame(), s.avail())
	if s.m.partial > 0 {
		frames = min(frames, s.m.partial)
	}
	if frames == 0 {
		return 0, unix.EAGAIN
	}
	for i := range frames {
		at := (s.appl + i) % s.buffer * s.frame()
		if s.direction == playback {
			copy(s.ring[at:at+s.frame()], moved[i*s.frame():])
		} else {
			copy(moved[i*s.frame():(i+1)*s.frame()], s.ring[at:])
		}
	}
	s.appl += frames
	return frames * s.frame(), nil
}

func (s *tape) wait(limit time.Duration) error {
	s.m.mu.Lock()
	s.m.asked++
	if s.byPoller {
		s.m.polled++
	}
	if s.m.frozen {
		s.m.mu.Unlock()
		select {
		case <-s.woken:
			return errWoken
		case <-time.After(limit):
			return errStalled
		}
	}
	defer s.m.mu.Unlock()
	select {
	case <-s.woken:
		return errWoken
	default:
	}
	for s.state == "running" && s.avail() < s.availMin && !s.m.gone {
		s.m.pass(s.period - s.pos%s.period) // to the card's next interrupt
	}
	if len(s.m.late) > 0 {
		s.m.pass(s.m.late[0])
		s.m.late = s.m.late[1:]
	}
	return nil
}

func (s *tape) wake() { s.wakeOnce.Do(func() { close(s.woken) }) }

func (s *tape) close() error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if s.state == "running" {
		s.m.t.Errorf("%s is closed while it runs", s.direction)
	}
	if s.m.open[s.direction] != s {
		s.m.t.Errorf("%s is closed twice", s.direction)
	}
	delete(s.m.open, s.direction)
	return nil
}
