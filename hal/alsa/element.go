package alsa

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"offhook/hal"
)

// element is one control of a card.
type element struct {
	control control
	card    string // for errors
	name    string
	info    elemInfo
	scale   scale
	items   []string // of an enumerated one
	at      int      // what its first channel is, if known
	known   bool
}

// elements are a card's controls.
type elements struct {
	control control
	card    string
	ids     []elemID
}

func listElements(c control, card string) (elements, error) {
	ids, err := c.list()
	if err != nil {
		return elements{}, cardError(card, "listing its controls", err)
	}
	return elements{c, card, ids}, nil
}

func (id *elemID) text() string {
	name, _, _ := bytes.Cut(id.name[:], []byte{0})
	if id.index > 0 {
		return fmt.Sprintf("%s,%d", name, id.index)
	}
	return string(name)
}

// find finds a control that can be set.
func (e elements) find(name string) (*element, error) {
	el, err := e.get(name)
	if err == nil && el.info.access&accessWrite == 0 {
		return nil, fmt.Errorf("mixer of sound card %s: %q can be read but not set", e.card, name)
	}
	return el, err
}

// get gets a control by its name; "Name,1" is the second of that name.
func (e elements) get(name string) (*element, error) {
	i := slices.IndexFunc(e.ids, func(id elemID) bool { return id.iface == ifaceMixer && id.text() == name })
	if i < 0 {
		i = slices.IndexFunc(e.ids, func(id elemID) bool { return id.text() == name })
	}
	if i < 0 {
		return nil, fmt.Errorf("mixer of sound card %s: there is no control %q; it has: %s", e.card, name, e.names())
	}
	el := &element{control: e.control, card: e.card, name: name}
	el.info.id = e.ids[i]
	if err := e.control.info(&el.info); err != nil {
		return nil, cardError(e.card, name, err)
	}
	el.info.count = min(el.info.count, 128)
	if err := el.details(); err != nil {
		return nil, err
	}
	return el, el.look()
}

// look reads what the control is, where it can be read.
func (el *element) look() error {
	if el.info.access&accessRead == 0 {
		return nil
	}
	v := elemValue{id: el.info.id}
	if err := el.control.read(&v); err != nil {
		return cardError(el.card, el.name, err)
	}
	el.at, el.known = v.value[0], true
	if el.info.kind == typeEnumerated {
		el.at = int(v.items()[0])
	}
	return nil
}

// details asks for what the control's type has to tell.
func (el *element) details() error {
	switch el.info.kind {
	case typeInteger:
		r := *el.info.integer()
		el.scale = scale{min: r.min, max: r.max}
		if el.info.access&accessTLVRead == 0 {
			return nil
		}
		// A control whose levels cannot be read has none: it works without.
		if words, err := el.control.tlv(el.info.id.numid); err == nil {
			el.scale.curve = parseTLV(words, r.min, r.max)
		}
	case typeEnumerated:
		for n := range min(el.info.enumerated().items, mostItems) {
			asked := elemInfo{id: el.info.id}
			asked.enumerated().item = n
			if err := el.control.info(&asked); err != nil {
				return cardError(el.card, el.name, err)
			}
			name, _, _ := bytes.Cut(asked.enumerated().name[:], []byte{0})
			el.items = append(el.items, string(name))
		}
	}
	return nil
}

// mostItems bounds what an enumerated control is believed to have.
const mostItems = 1024

// names lists what a mixer is made of, or everything where nothing is.
func (e elements) names() string {
	var mixer, all []string
	for i := range e.ids {
		name := strconv.Quote(e.ids[i].text())
		all = append(all, name)
		if e.ids[i].iface == ifaceMixer {
			mixer = append(mixer, name)
		}
	}
	switch {
	case all == nil:
		return "none"
	case mixer != nil:
		all = mixer
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// isVolume and isSwitch tell whether a control can be used as one.
func (el *element) isVolume() error {
	if el.info.kind != typeInteger || el.scale.max <= el.scale.min {
		return fmt.Errorf("mixer of sound card %s: %q is not a volume", el.card, el.name)
	}
	return nil
}

func (el *element) isSwitch() error {
	if el.info.kind != typeBoolean && (el.info.kind != typeInteger || el.scale.max <= el.scale.min) {
		return fmt.Errorf("mixer of sound card %s: %q is not a switch", el.card, el.name)
	}
	return nil
}

// turn switches all channels.
func (el *element) turn(on bool) error {
	off, lit := el.ends()
	if on {
		return el.set(lit)
	}
	return el.set(off)
}

// ends are a switch's values, off and on.
func (el *element) ends() (off, lit int) {
	if el.info.kind == typeInteger {
		return el.scale.min, el.scale.max
	}
	return 0, 1
}

// isOn tells of a switch; what cannot be read is taken for off.
func (el *element) isOn() bool {
	off, _ := el.ends()
	return el.known && el.at != off
}

// choice is the value that a board file's text means to this control.
func (el *element) choice(text string) (int, error) {
	switch el.info.kind {
	case typeBoolean:
		switch strings.ToLower(text) {
		case "on", "1":
			return 1, nil
		case "off", "0":
			return 0, nil
		}
		return 0, fmt.Errorf("mixer of sound card %s: %q is on or off, not %q", el.card, el.name, text)
	case typeEnumerated:
		if i := slices.Index(el.items, text); i >= 0 {
			return i, nil
		}
		return 0, fmt.Errorf("mixer of sound card %s: %q has no item %q; it has: %q", el.card, el.name, text, el.items)
	case typeInteger:
		if n, err := strconv.Atoi(text); err == nil && n >= el.scale.min && n <= el.scale.max {
			return n, nil
		}
		return 0, fmt.Errorf("mixer of sound card %s: %q is a number from %d to %d, not %q", el.card, el.name, el.scale.min, el.scale.max, text)
	}
	return 0, fmt.Errorf("mixer of sound card %s: %q is of a kind that cannot be set from a board file", el.card, el.name)
}

// set gives every channel of the control one value.
func (el *element) set(value int) error {
	v := elemValue{id: el.info.id}
	for i := range el.info.count {
		if el.info.kind == typeEnumerated {
			v.items()[i] = uint32(min(max(value, 0), math.MaxInt32))
		} else {
			v.value[i] = value
		}
	}
	if err := el.control.write(&v); err != nil {
		return cardError(el.card, el.name, err)
	}
	el.at, el.known = value, true
	return nil
}

// cardError wraps an errno of a card's control device.
func cardError(card, what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return fmt.Errorf("mixer of sound card %s: %s: %w: %w", card, what, hal.ErrGone, err)
	}
	return fmt.Errorf("mixer of sound card %s: %s: %w", card, what, err)
}
