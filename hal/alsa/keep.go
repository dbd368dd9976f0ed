package alsa

import (
	"errors"

	"offhook/hal"
)

// Keep notes how the controls of the card stand that an alsa-mixer with these parameters
// is of, and returns what puts them back there: for who only tries something.
func Keep(p hal.Params) (back func() error, err error) {
	return keepOn(newMachineCards(linux{dev: "/dev/snd", proc: "/proc"}), p)
}

func keepOn(k *machineCards, p hal.Params) (back func() error, err error) {
	c, err := mixerParams(p)
	if err != nil {
		return nil, err
	}
	number, err := k.find(c.Card)
	if err != nil {
		return nil, err
	}
	kept, err := k.stand(number, nil)
	return func() error {
		_, err := k.stand(number, kept)
		return cardError(c.Card, "its controls as they were", err)
	}, cardError(c.Card, "how its controls stand", err)
}

// stand reads the controls of a card that can be set, all channels of them, and sets
// those that stood elsewhere.
func (m *machineCards) stand(number int, stood map[elemID]elemValue) (map[elemID]elemValue, error) {
	device, err := m.openControl(number)
	if err != nil {
		return nil, err
	}
	ids, err := device.list()
	now := map[elemID]elemValue{}
	for _, id := range ids {
		info, v := elemInfo{id: id}, elemValue{id: id}
		const both = accessRead | accessWrite
		if device.info(&info) != nil || info.access&both != both || device.read(&v) != nil {
			continue // it cannot be put back
		}
		now[id] = v
		if before, known := stood[id]; known && before != v {
			err = errors.Join(err, device.write(&before))
		}
	}
	return now, errors.Join(err, device.close())
}
