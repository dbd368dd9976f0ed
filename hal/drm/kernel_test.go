package drm

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"slices"
	"sync"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kernel is a device as the kernel has it. It knows requests by the numbers that a
// C compiler makes, refuses what the kernel refuses, and tells of what it would let
// pass though it is wrong.
type kernel struct {
	t          *testing.T
	dirt       bool  // the driver sends what is told to have changed
	noFlip     error // what a flip fails with
	silent     bool  // flips are not told of
	depth      uint64
	only       uint32 // bits a pixel that it takes; 0: both
	renderOnly bool
	rootOnly   bool // SET_MASTER, as before 5.8
	noConsole  error
	graphics   bool  // the console is
	deny       error // of opening
	broken     error // of every call: unplugged

	mu         sync.Mutex
	rotate     int
	master     bool
	other      bool // somebody else is master
	opened     int
	closed     bool
	crtcs      []*kernelCRTC
	encoders   []encoderState
	connectors []*kernelConnector
	next       uint32
	dumbs      map[uint32]*dumb
	fbs        map[uint32]*kernelFB
	events     []byte
	probes     int
	marks      [][]clipRect
	flips      int
	sets       int
	fast       bool // nothing is kept of what is shown, and nothing allocated
	shows      int  // while fast
}

type kernelCRTC struct {
	id, fb uint32
	valid  bool
	mode   modeInfo
	shown  []byte // the front buffer when it was turned to
	glass  []byte // where the driver sends pictures
}

type kernelConnector struct {
	state connectorState
	modes []modeInfo
	feeds []uint32
}

type dumb struct {
	createDumb
	memory []byte
	mapped bool
	offset uint64
}

type kernelFB struct{ addFB }

const consoleFB = 7

func aMode(w, h int, refresh uint32, preferred bool) modeInfo {
	m := modeInfo{hdisplay: uint16(w), vdisplay: uint16(h), refresh: refresh}
	copy(m.name[:], "mode")
	if preferred {
		m.kind = modePreferred
	}
	return m
}

// newKernel has two CRTCs, HDMI-A-1 without a screen, and DSI-1 with one of 60×40,
// which the console is on.
func newKernel(t *testing.T) *kernel {
	mode := aMode(60, 40, 60, true)
	k := &kernel{t: t, next: 100, dumbs: map[uint32]*dumb{}, fbs: map[uint32]*kernelFB{}, depth: 24,
		crtcs:    []*kernelCRTC{{id: 31}, {id: 32, fb: consoleFB, valid: true, mode: mode}},
		encoders: []encoderState{{id: 41, possibleCRTCs: 3}, {id: 42, crtc: 32, possibleCRTCs: 2}},
		connectors: []*kernelConnector{
			{connectorState{id: 51, kind: 11, number: 1, connection: kindDisconnected}, nil, []uint32{41}},
			{connectorState{id: 52, kind: 16, number: 1, connection: kindConnected, encoder: 42}, []modeInfo{aMode(80, 40, 60, false), mode, aMode(60, 40, 30, false)}, []uint32{42}},
			{connectorState{id: 53, kind: typeWriteback, number: 1, connection: 3}, []modeInfo{mode}, nil},
		},
	}
	k.fbs[consoleFB] = &kernelFB{addFB{id: consoleFB, width: 60, height: 40, pitch: 240, bits: 32, depth: 24}}
	return k
}

func (k *kernel) list() []string {
	if k.renderOnly {
		return nil
	}
	return []string{"/dev/dri/card0"}
}

func (k *kernel) open(path string) (card, error) {
	if path != "/dev/dri/card0" {
		return machine{}.open(path)
	}
	if k.deny != nil {
		return nil, k.deny
	}
	k.opened++
	k.master = !k.other // the first who opens it is
	return k, nil
}

func (k *kernel) console(path string) (func() error, error) {
	if path != "/dev/dri/card0" || !k.master {
		k.t.Errorf("the console of %s is taken; master %v", path, k.master)
	}
	if k.noConsole != nil {
		return nil, k.noConsole
	}
	k.graphics = true
	return func() error {
		if !k.closed || !k.graphics {
			k.t.Errorf("the console is given back: device closed %v, graphics %v", k.closed, k.graphics)
		}
		k.graphics = false
		return nil
	}, nil
}

func (k *kernel) Close() error {
	if k.closed {
		k.t.Error("closed twice")
	}
	k.closed = true
	if len(k.dumbs) > 0 || len(k.fbs) > 1 {
		k.t.Errorf("left: %d buffers, %d of them to be shown", len(k.dumbs), len(k.fbs)-1)
	}
	return nil
}

// array is memory of the caller that a number in a structure points at.
func array[T any](address uint64, n uint32) []T {
	p := uintptr(address)
	return unsafe.Slice(*(**T)(unsafe.Pointer(&p)), n)
}

// give fills an array whose size was told, if it is large enough, and tells how
// many there are.
func give[T any](address uint64, room *uint32, all []T, partly bool) {
	if n := uint32(len(all)); *room >= n && n > 0 || partly && *room > 0 {
		copy(array[T](address, *room), all)
	}
	*room = uint32(len(all))
}

// change is for what happens while a Screen looks.
func (k *kernel) change(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f()
}

func (k *kernel) call(request uintptr, arg unsafe.Pointer) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fast && k.quick(request, arg) {
		return nil
	}
	if k.closed {
		k.t.Errorf("call %#x of a closed device", request)
	}
	if k.broken != nil {
		return k.broken
	}
	needsMaster := []uintptr{0xc06864a2, 0xc01864b0, 0xc01864b1}
	if slices.Contains(needsMaster, request) && !k.master {
		return unix.EACCES
	}
	switch request { // <drm/drm.h>, as a C compiler has them
	case 0x641e:
		if k.rootOnly {
			return unix.EACCES
		}
		if k.other {
			return unix.EBUSY
		}
		k.master = true
		return nil
	case 0xc010640c:
		return k.capability((*getCap)(arg))
	case 0xc04064a0:
		return k.resources((*resources)(arg))
	case 0xc05064a7:
		return k.connector((*connectorState)(arg))
	case 0xc01464a6:
		return k.encoder((*encoderState)(arg))
	case 0xc06864a1:
		return k.crtcState((*crtcState)(arg))
	case 0xc06864a2:
		return k.setCRTC((*crtcState)(arg))
	case 0xc02064b2:
		return k.createDumb((*createDumb)(arg))
	case 0xc01064b3:
		return k.mapDumb((*mapDumb)(arg))
	case 0xc00464b4:
		return k.destroyDumb(*(*uint32)(arg))
	case 0xc01c64ae:
		return k.addFB((*addFB)(arg))
	case 0xc00464af:
		return k.removeFB(*(*uint32)(arg))
	case 0xc01864b0:
		return k.flip((*pageFlip)(arg))
	case 0xc01864b1:
		return k.mark((*dirtyFB)(arg))
	}
	k.t.Errorf("request %#x", request)
	return unix.EINVAL
}

// quick is what a device does with a picture, without a look at it.
func (k *kernel) quick(request uintptr, arg unsafe.Pointer) bool {
	switch {
	case request == 0xc01864b0 && k.noFlip == nil:
		flip := (*pageFlip)(arg)
		k.events = append(k.events[:0], make([]byte, 32)...)
		binary.NativeEndian.PutUint32(k.events, flipComplete)
		binary.NativeEndian.PutUint32(k.events[4:], 32)
		binary.NativeEndian.PutUint64(k.events[8:], flip.user)
	case request == 0xc01864b1 && (*dirtyFB)(arg).count > 0, request == 0xc06864a2 && (*crtcState)(arg).fb != consoleFB && k.crtc(32).fb != consoleFB:
	default:
		return false
	}
	k.shows++
	return true
}

func (k *kernel) capability(c *getCap) error {
	switch {
	case k.renderOnly:
		return unix.EOPNOTSUPP
	case c.capability == 1:
		c.value = 1
	case c.capability == 3:
		c.value = k.depth
	default:
		return unix.EINVAL
	}
	return nil
}

func (k *kernel) resources(r *resources) error {
	var crtcs, connectors, encoders []uint32
	for _, c := range k.crtcs {
		crtcs = append(crtcs, c.id)
	}
	for _, c := range k.connectors {
		connectors = append(connectors, c.state.id)
	}
	for _, e := range k.encoders {
		encoders = append(encoders, e.id)
	}
	give(r.crtcs, &r.countCRTCs, crtcs, true)
	give(r.connectors, &r.countConnectors, connectors, true)
	give(r.encoders, &r.countEncoders, encoders, true)
	return nil
}

func (k *kernel) connector(s *connectorState) error {
	for _, c := range k.connectors {
		if c.state.id != s.id {
			continue
		}
		if s.countModes == 0 && k.master {
			k.probes++
		}
		out := c.state
		out.modes, out.countModes, out.encoders, out.countEncoders = s.modes, s.countModes, s.encoders, s.countEncoders
		give(s.modes, &out.countModes, c.modes, false)
		give(s.encoders, &out.countEncoders, c.feeds, false)
		*s = out
		return nil
	}
	return unix.ENOENT
}

func (k *kernel) encoder(s *encoderState) error {
	for _, e := range k.encoders {
		if e.id == s.id {
			*s = e
			return nil
		}
	}
	return unix.ENOENT
}

func (k *kernel) crtc(id uint32) *kernelCRTC {
	for _, c := range k.crtcs {
		if c.id == id {
			return c
		}
	}
	return nil
}

func (k *kernel) crtcState(s *crtcState) error {
	c := k.crtc(s.id)
	if c == nil {
		return unix.ENOENT
	}
	*s = crtcState{id: c.id, fb: c.fb, mode: c.mode}
	if c.valid {
		s.modeValid = 1
	}
	return nil
}

func (k *kernel) setCRTC(s *crtcState) error {
	c := k.crtc(s.id)
	if c == nil {
		return unix.ENOENT
	}
	k.sets++
	if s.modeValid == 0 {
		if s.countConnectors != 0 {
			return unix.EINVAL
		}
		c.fb, c.valid, c.glass, c.shown = 0, false, nil, nil
		return nil
	}
	fb := k.fbs[s.fb]
	if fb == nil {
		return unix.ENOENT
	}
	if s.countConnectors != 1 || uint32(s.mode.hdisplay)+s.x > fb.width || uint32(s.mode.vdisplay)+s.y > fb.height {
		return unix.EINVAL
	}
	for _, o := range k.connectors {
		if o.state.id != array[uint32](s.connectors, 1)[0] {
			continue
		}
		if !k.feeds(o, c) {
			return unix.EINVAL
		}
		c.fb, c.valid, c.mode = s.fb, true, s.mode
		k.scan(c)
		return nil
	}
	return unix.ENOENT
}

// feeds tells whether a CRTC can drive a connector.
func (k *kernel) feeds(o *kernelConnector, c *kernelCRTC) bool {
	for _, e := range k.encoders {
		if slices.Contains(o.feeds, e.id) && e.possibleCRTCs&(1<<slices.Index(k.crtcs, c)) != 0 {
			return true
		}
	}
	return false
}

// scan begins to show what the CRTC has.
func (k *kernel) scan(c *kernelCRTC) {
	fb := k.fbs[c.fb]
	c.glass, c.shown = nil, nil
	if d := k.dumbs[fb.handle]; d != nil {
		c.shown = bytes.Clone(d.memory)
		if k.dirt {
			c.glass = bytes.Clone(d.memory)
		}
	}
}

func (k *kernel) createDumb(d *createDumb) error {
	if d.width == 0 || d.height == 0 || d.bits != 16 && d.bits != 32 || d.flags != 0 {
		return unix.EINVAL
	}
	k.next++
	d.handle, d.pitch = k.next, (d.width*d.bits/8+63)&^63
	d.size = (uint64(d.pitch)*uint64(d.height) + 4095) &^ 4095
	k.dumbs[d.handle] = &dumb{createDumb: *d, memory: bytes.Repeat([]byte{0x77}, int(d.size)), offset: uint64(k.next) << 32}
	return nil
}

func (k *kernel) mapDumb(m *mapDumb) error {
	d := k.dumbs[m.handle]
	if d == nil {
		return unix.ENOENT
	}
	m.offset = d.offset
	return nil
}

func (k *kernel) memory(offset uint64, size int) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, d := range k.dumbs {
		if d.offset == offset && size == int(d.size) && !d.mapped {
			d.mapped = true
			return d.memory, nil
		}
	}
	return nil, unix.EINVAL
}

func (k *kernel) unmap(b []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, d := range k.dumbs {
		if d.mapped && &d.memory[0] == &b[0] {
			d.mapped = false
			return nil
		}
	}
	return unix.EINVAL
}

func (k *kernel) destroyDumb(handle uint32) error {
	d := k.dumbs[handle]
	if d == nil {
		return unix.EINVAL
	}
	if d.mapped {
		k.t.Error("a buffer that is mapped was given back")
	}
	delete(k.dumbs, handle)
	return nil
}

func (k *kernel) addFB(f *addFB) error {
	d := k.dumbs[f.handle]
	if d == nil {
		return unix.ENOENT
	}
	if f.bits != d.bits || f.pitch != d.pitch || f.width > d.width || f.height > d.height || f.bits == 32 && f.depth != 24 || f.bits == 16 && f.depth != 16 ||
		k.only != 0 && f.bits != k.only {
		return unix.EINVAL
	}
	k.next++
	f.id = k.next
	k.fbs[f.id] = &kernelFB{*f}
	return nil
}

func (k *kernel) removeFB(id uint32) error {
	if k.fbs[id] == nil || id == consoleFB {
		return unix.ENOENT
	}
	for _, c := range k.crtcs {
		if c.fb == id && k.master {
			k.t.Error("a buffer was given back while it is shown")
		}
	}
	delete(k.fbs, id)
	return nil
}

func (k *kernel) flip(f *pageFlip) error {
	c, fb := k.crtc(f.crtc), k.fbs[f.fb]
	switch {
	case k.noFlip != nil:
		return k.noFlip
	case c == nil || fb == nil:
		return unix.ENOENT
	case len(k.events) > 0:
		return unix.EBUSY
	case f.flags != 1 || !c.valid || fb.pitch != k.fbs[c.fb].pitch || fb.bits != k.fbs[c.fb].bits:
		return unix.EINVAL
	case f.fb == c.fb:
		k.t.Error("turned to the page that is shown already")
	}
	if front := k.dumbs[k.fbs[c.fb].handle]; front != nil && !bytes.Equal(front.memory, c.shown) {
		k.t.Error("the buffer that is shown was written")
	}
	k.flips++
	c.fb = f.fb
	k.scan(c)
	if !k.silent {
		e := event{kind: flipComplete, length: 32, user: f.user, crtc: c.id}
		b, _ := binary.Append(nil, binary.NativeEndian, e)
		k.events = append(k.events, b...)
	}
	return nil
}

func (k *kernel) read(events []byte, limit time.Duration) (n int, err error) {
	k.change(func() { n, k.events = copy(events, k.events), k.events[:0] })
	if n == 0 {
		time.Sleep(limit)
	}
	return n, nil
}

func (k *kernel) mark(d *dirtyFB) error {
	fb := k.fbs[d.fb]
	switch {
	case fb == nil:
		return unix.ENOENT
	case (d.count == 0) != (d.clips == 0) || d.count > 256 || d.flags != 0:
		return unix.EINVAL
	case !k.dirt:
		return unix.ENOSYS
	}
	clips := []clipRect{{0, 0, uint16(fb.width), uint16(fb.height)}}
	if d.count > 0 {
		clips = slices.Clone(array[clipRect](d.clips, d.count))
		k.marks = append(k.marks, clips)
	}
	for _, c := range k.crtcs {
		if c.fb != d.fb {
			continue
		}
		n := int(fb.bits / 8)
		for _, r := range clips {
			if r.x1 >= r.x2 || r.y1 >= r.y2 || uint32(r.x2) > fb.width || uint32(r.y2) > fb.height {
				return unix.EINVAL
			}
			for y := int(r.y1); y < int(r.y2); y++ {
				at := y * int(fb.pitch)
				copy(c.glass[at+int(r.x1)*n:at+int(r.x2)*n], k.dumbs[fb.handle].memory[at+int(r.x1)*n:])
			}
		}
	}
	return nil
}

// lit is the CRTC that the console was on, and what is on the glass; nil: dark.
func (k *kernel) lit(id uint32) (*kernelCRTC, []byte) {
	c := k.crtc(id)
	switch {
	case !c.valid || k.dumbs[k.fbs[c.fb].handle] == nil:
		return c, nil
	case k.dirt:
		return c, c.glass
	}
	return c, k.dumbs[k.fbs[c.fb].handle].memory
}

// at is the colour that a person sees who turned the panel so that the picture,
// which is turned clockwise, stands upright.
func (k *kernel) at(x, y int) color.Color {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, glass := k.lit(32)
	if glass == nil {
		return color.RGBA{}
	}
	fb := k.fbs[c.fb]
	w, h := int(c.mode.hdisplay)-1, int(c.mode.vdisplay)-1
	p := map[int]image.Point{0: {X: x, Y: y}, 90: {X: w - y, Y: x}, 180: {X: w - x, Y: h - y}, 270: {X: y, Y: h - x}}[k.rotate]
	if fb.bits == 16 {
		v := binary.LittleEndian.Uint16(glass[p.Y*int(fb.pitch)+2*p.X:])
		return color.RGBA{byte(v >> 11 << 3), byte(v >> 5 << 2), byte(v << 3), 255}
	}
	v := binary.LittleEndian.Uint32(glass[p.Y*int(fb.pitch)+4*p.X:])
	return color.RGBA{byte(v >> 16), byte(v >> 8), byte(v), 255}
}
