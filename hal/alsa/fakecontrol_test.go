package alsa

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
)

// knob is one control of a fake card.
type knob struct {
	name      string
	index     uint32
	iface     int32
	kind      int32
	readOnly  bool
	writeOnly bool
	count     uint32
	min, max  int
	items     []string
	tlv       []uint32
	values    []int
	told      []int // what its first channel was set to, all the time
}

// desk is a fake control device.
type desk struct {
	t      *testing.T
	mu     sync.Mutex // over values that change by themselves
	knobs  []*knob
	log    []string // what was set, in order
	gone   bool
	closed int
}

func (d *desk) check() error {
	if d.closed > 0 {
		d.t.Error("a control device is used after it was closed")
	}
	if d.gone {
		return unix.ENODEV
	}
	return nil
}

func (d *desk) id(i int) elemID {
	k := d.knobs[i]
	id := elemID{numid: uint32(i + 1), iface: k.iface, index: k.index}
	copy(id.name[:], k.name)
	return id
}

func (d *desk) list() ([]elemID, error) {
	var ids []elemID
	for i := range d.knobs {
		ids = append(ids, d.id(i))
	}
	return ids, d.check()
}

func (d *desk) knob(id elemID) *knob {
	if id.numid < 1 || int(id.numid) > len(d.knobs) || d.id(int(id.numid-1)) != id {
		d.t.Fatalf("a control %+v", id)
	}
	return d.knobs[id.numid-1]
}

func (d *desk) info(i *elemInfo) error {
	if err := d.check(); err != nil {
		return err
	}
	k := d.knob(i.id)
	i.kind, i.count, i.access = k.kind, k.count, accessWrite|accessRead
	if k.readOnly {
		i.access = accessRead
	}
	if k.writeOnly {
		i.access = accessWrite
	}
	if k.tlv != nil {
		i.access |= accessTLVRead
	}
	if k.kind != typeEnumerated {
		*i.integer() = integerInfo{min: k.min, max: k.max}
		return nil
	}
	e := i.enumerated()
	if int(e.item) >= len(k.items) {
		return unix.EINVAL
	}
	e.items, e.name = uint32(len(k.items)), [64]byte{}
	copy(e.name[:], k.items[e.item])
	return nil
}

func (d *desk) read(v *elemValue) error {
	if err := d.check(); err != nil {
		return err
	}
	k := d.knob(v.id)
	d.mu.Lock()
	defer d.mu.Unlock()
	if k.writeOnly {
		return unix.EPERM
	}
	for i, value := range k.values {
		if k.kind == typeEnumerated {
			v.items()[i] = uint32(value)
		} else {
			v.value[i] = value
		}
	}
	return nil
}

func (d *desk) write(v *elemValue) error {
	if err := d.check(); err != nil {
		return err
	}
	k := d.knob(v.id)
	k.values = nil
	for i := range k.count {
		value := v.value[i]
		if k.kind == typeEnumerated {
			value = int(v.items()[i])
		}
		if high := max(k.max, len(k.items)-1); value < k.min || value > high {
			d.t.Errorf("%s is set to %d", k.name, value)
		}
		k.values = append(k.values, value)
	}
	k.told = append(k.told, k.values[0])
	initials := ""
	for _, word := range strings.Fields(k.name) {
		initials += word[:1]
	}
	d.log = append(d.log, fmt.Sprintf("%s=%d", initials, k.values[0]))
	return nil
}

func (d *desk) tlv(numid uint32) ([]uint32, error) { return d.knobs[numid-1].tlv, d.check() }

func (d *desk) close() error {
	d.closed++
	if d.closed > 1 {
		d.t.Error("a control device is closed twice")
	}
	return nil
}

// newDesk is a card with the usual controls of a codec.
func newDesk(t *testing.T) *desk {
	volume := func(name string) *knob {
		return &knob{name: name, iface: ifaceMixer, kind: typeInteger, count: 2, max: 127, tlv: []uint32{tlvScale, 8, dB(-121), 100 | 0x10000}}
	}
	onOff := func(name string) *knob {
		return &knob{name: name, iface: ifaceMixer, kind: typeBoolean, count: 2, max: 1}
	}
	d := &desk{t: t, knobs: []*knob{
		volume("Speaker Playback Volume"), onOff("Speaker Switch"), volume("Headphone Playback Volume"), onOff("Headphone Switch"),
		{name: "Output Mux", iface: ifaceMixer, kind: typeEnumerated, count: 1, items: []string{"Headphone", "Speaker"}},
		{name: "Capture Volume", iface: ifaceMixer, kind: typeInteger, count: 1, max: 63}, onOff("Capture Switch"),
		{name: "Jack", iface: 0, kind: typeBoolean, count: 1, max: 1, readOnly: true},
		{name: "Boost", iface: ifaceMixer, index: 1, kind: typeInteger, count: 1, max: 3},
	}}
	t.Cleanup(func() {
		if d.closed == 0 {
			t.Error("the control device was left open")
		}
	})
	return d
}

// dB is a level as the kernel writes it.
func dB(level int) uint32 { return uint32(int32(100 * level)) }
