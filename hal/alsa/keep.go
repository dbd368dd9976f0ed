package alsa

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"offhook/hal"
)

// Keep notes how the controls stand that an alsa-mixer with these parameters sets, and
// returns what puts them back there: for who only tries something.
func Keep(p hal.Params) (back func() error, err error) {
	return keepOn(newMachineCards(linux{dev: "/dev/snd", proc: "/proc"}), p)
}

func keepOn(k *machineCards, p hal.Params) (func() error, error) {
	c, err := mixerParams(p)
	if err != nil {
		return nil, err
	}
	number, err := k.find(c.Card)
	if err != nil {
		return nil, err
	}
	var kept []elemValue
	err = onControl(k, number, func(device control) error {
		kept, err = c.stand(device)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("mixer of sound card %s: %w", c.Card, err)
	}
	return func() error {
		return onControl(k, number, func(device control) error {
			var errs []error
			for i := range kept {
				errs = append(errs, cardError(c.Card, kept[i].id.text(), device.write(&kept[i])))
			}
			return errors.Join(errs...)
		})
	}, nil
}

// onControl opens a card's controls for a moment.
func onControl(k *machineCards, number int, do func(control) error) error {
	device, err := k.openControl(number)
	if err != nil {
		return err
	}
	return errors.Join(do(device), device.close())
}

// stand reads what can be read and set of the controls that are named, all channels of it.
func (c mixerConfig) stand(device control) ([]elemValue, error) {
	all, err := listElements(device, c.Card)
	if err != nil {
		return nil, err
	}
	names := []string{c.Capture.Volume, c.Capture.Switch}
	for _, o := range slices.Sorted(maps.Keys(c.Outputs)) {
		names = append(names, c.Outputs[o].Volume)
		names = append(names, slices.Sorted(maps.Keys(c.Outputs[o].Route))...)
		names = append(names, c.Outputs[o].Switch)
	}
	var kept []elemValue
	for i, name := range names {
		if name == "" || slices.Contains(names[:i], name) {
			continue
		}
		el, err := all.find(name)
		if err != nil {
			return nil, err
		}
		if el.info.access&accessRead == 0 {
			continue
		}
		v := elemValue{id: el.info.id}
		if err := device.read(&v); err != nil {
			return nil, cardError(c.Card, name, err)
		}
		kept = append(kept, v)
	}
	return kept, nil
}
