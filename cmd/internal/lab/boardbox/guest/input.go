package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/holoplot/go-evdev"
)

// inputs are the input devices that were plugged in, by name.
type inputs struct {
	mu      sync.Mutex
	devices map[string]*evdev.InputDevice
}

func newInputs() *inputs { return &inputs{devices: map[string]*evdev.InputDevice{}} }

// plug makes an input device of the kernel's with these keys and switches.
func (i *inputs) plug(name string, codes []string) error {
	capable := map[evdev.EvType][]evdev.EvCode{}
	for _, c := range codes {
		kind, code, err := named(c)
		if err != nil {
			return err
		}
		capable[kind] = append(capable[kind], code)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.devices[name] != nil {
		return fmt.Errorf("%s is plugged in", name)
	}
	d, err := evdev.CreateDevice(name, evdev.InputID{BusType: 3 /* BUS_USB */, Vendor: 1, Product: 1, Version: 1}, capable)
	if err != nil {
		return err
	}
	i.devices[name] = d
	return nil
}

func named(name string) (evdev.EvType, evdev.EvCode, error) {
	if code, ok := evdev.KEYFromString[name]; ok {
		return evdev.EV_KEY, code, nil
	}
	if code, ok := evdev.SWFromString[name]; ok {
		return evdev.EV_SW, code, nil
	}
	return 0, 0, fmt.Errorf("no key or switch %q", name)
}

// unplug takes a device away.
func (i *inputs) unplug(name string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	d := i.devices[name]
	if d == nil {
		return fmt.Errorf("%s is not plugged in", name)
	}
	delete(i.devices, name)
	return errors.Join(evdev.DestroyDevice(d), d.Close())
}

// push sends an event of a device.
func (i *inputs) push(name, of string, value int32) error {
	kind, code, err := named(of)
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	d := i.devices[name]
	if d == nil {
		return fmt.Errorf("%s is not plugged in", name)
	}
	now := syscall.NsecToTimeval(time.Now().UnixNano())
	return errors.Join(d.WriteOne(&evdev.InputEvent{Time: now, Type: kind, Code: code, Value: value}),
		d.WriteOne(&evdev.InputEvent{Time: now, Type: evdev.EV_SYN, Code: evdev.SYN_REPORT}))
}

// ServeHTTP plugs in (PUT), unplugs (DELETE) or presses and releases (POST).
func (i *inputs) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		answer(w, "", err)
		return
	}
	name := r.Form.Get("name")
	switch r.Method {
	case http.MethodPut:
		answer(w, "", i.plug(name, slices.Clone(r.Form["code"])))
	case http.MethodDelete:
		answer(w, "", i.unplug(name))
	default:
		value := int32(1)
		if r.Form.Get("value") == "0" {
			value = 0
		}
		answer(w, "", i.push(name, r.Form.Get("code"), value))
	}
}
