package vhost

import (
	"errors"
	"sync"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The flags of a descriptor and of a ring (virtio 1.2 §2.7.5, §2.7.6).
const (
	descNext     = 1
	descWrite    = 2
	descIndirect = 4
	noInterrupt  = 1
)

var errRing = errors.New("the guest's ring leads out of its memory")

// ring is one virtqueue.
type ring struct {
	index                   int
	size                    uint32
	descAt, usedAt, availAt uint64
	desc, avail, used       []byte
	taken                   uint16 // chains taken off the available ring

	kick    int // eventfd, -1 without
	stop    int // eventfd that ends the goroutine
	running sync.WaitGroup
	on      bool

	mu    sync.Mutex // guards what follows; chains are given back by any goroutine
	call  int        // eventfd, -1 without
	given uint16     // chains given back
	dead  bool       // the driver has gone: chains go nowhere
}

func newRing(index int) *ring { return &ring{index: index, kick: -1, call: -1, stop: -1} }

// start serves the queue until halt.
func (r *ring) start(m memory, handle func(int, *Chain)) error {
	r.desc = m.atUser(r.descAt, uint64(16*r.size))
	r.avail = m.atUser(r.availAt, uint64(6+2*r.size))
	r.used = m.atUser(r.usedAt, uint64(6+8*r.size))
	if r.size == 0 || r.desc == nil || r.avail == nil || r.used == nil {
		return errRing
	}
	stop, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.dead = false
	r.mu.Unlock()
	r.stop, r.on = stop, true
	r.running.Go(func() { r.serve(m, handle) })
	return nil
}

// halt ends the serving and waits.
func (r *ring) halt() {
	if !r.on {
		return
	}
	r.on = false
	one := [8]byte{1}
	_, _ = unix.Write(r.stop, one[:]) // cannot fail: the counter was 0
	r.running.Wait()
	unix.Close(r.stop)
	r.mu.Lock()
	r.dead = true
	r.mu.Unlock()
}

// close lets the eventfds go too.
func (r *ring) close() {
	r.halt()
	if r.kick >= 0 {
		unix.Close(r.kick)
	}
	r.setCall(-1)
	r.kick = -1
}

func (r *ring) setCall(file int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.call >= 0 {
		unix.Close(r.call)
	}
	r.call = file
}

func (r *ring) serve(m memory, handle func(int, *Chain)) {
	wait := []unix.PollFd{{Fd: int32(r.kick), Events: unix.POLLIN}, {Fd: int32(r.stop), Events: unix.POLLIN}}
	for {
		// Before waiting: what came before the eventfd was ours.
		if r.drain(m, handle) != nil {
			return
		}
		if _, err := unix.Poll(wait, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		if wait[1].Revents != 0 {
			return
		}
		if wait[0].Revents&unix.POLLIN != 0 {
			var count [8]byte
			_, _ = unix.Read(r.kick, count[:]) // only empties it
		}
	}
}

func (r *ring) drain(m memory, handle func(int, *Chain)) error {
	for r.taken != uint16(word(r.avail).Load()>>16) {
		head := le.Uint16(r.avail[4+2*(uint32(r.taken)%r.size):])
		c, err := r.chain(m, head)
		if err != nil {
			return err
		}
		r.taken++
		handle(r.index, c)
	}
	return nil
}

// chain follows a chain; one that is longer than the ring has a loop.
func (r *ring) chain(m memory, head uint16) (*Chain, error) {
	c := &Chain{head: head, queue: r}
	table, next := r.desc, head
	for range r.size + 1 {
		if 16*int(next)+16 > len(table) {
			return nil, errRing
		}
		d := table[16*int(next):]
		address, length, flags := le.Uint64(d), le.Uint32(d[8:]), le.Uint16(d[12:])
		part := m.atGuest(address, uint64(length))
		if part == nil {
			return nil, errRing
		}
		if flags&descIndirect != 0 {
			table, next = part, 0
			continue
		}
		if flags&descWrite != 0 {
			c.In = append(c.In, part)
		} else {
			c.Out = append(c.Out, part)
		}
		if flags&descNext == 0 {
			return c, nil
		}
		next = le.Uint16(d[14:])
	}
	return nil, errRing
}

func (r *ring) giveBack(head uint16, written int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.dead {
		return
	}
	e := r.used[4+8*(uint32(r.given)%r.size):]
	le.PutUint32(e, uint32(head))
	le.PutUint32(e[4:], uint32(written))
	r.given++
	// Flags and index are one word: the store publishes the entry.
	w := word(r.used)
	w.Store(w.Load()&0xffff | uint32(r.given)<<16)
	if r.call >= 0 && word(r.avail).Load()&noInterrupt == 0 {
		one := [8]byte{1}
		_, _ = unix.Write(r.call, one[:]) // a full counter has been rung already
	}
}

// word is the first word of a ring: flags and index.
func word(b []byte) *atomic.Uint32 { return (*atomic.Uint32)(unsafe.Pointer(&b[0])) }
