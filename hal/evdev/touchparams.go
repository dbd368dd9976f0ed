package evdev

import (
	"errors"
	"image"
	"maps"
	"slices"
	"time"

	"offhook/hal"
)

type touchConfig struct {
	Device string            `param:"device"`
	Name   string            `param:"name"`
	Grab   bool              `param:"grab"`                            // keep the touches from others
	Width  int               `param:"width,required" range:"16..4096"` // of the picture, in pixels
	Height int               `param:"height,required" range:"16..4096"`
	Zones  map[hal.Key][]int `param:"zones"` // x, y, width, height; the soft keys when absent
	Long   time.Duration     `param:"long-press-ms"`

	// As the kernel's binding of touch screens has them: first swapped, then inverted.
	InvertedX bool `param:"inverted-x"`
	InvertedY bool `param:"inverted-y"`
	Swapped   bool `param:"swapped-x-y"`

	zones []zone
}

// zone is a rectangle of the picture that is a key.
type zone struct {
	key  hal.Key
	area image.Rectangle
}

// zoneAt is the zone of a pixel, -1 when there is none.
func (c touchConfig) zoneAt(x, y int) int {
	return slices.IndexFunc(c.zones, func(z zone) bool { return image.Pt(x, y).In(z.area) })
}

func touchDefaults() touchConfig { return touchConfig{Long: 800 * time.Millisecond} }

// softKeys are where the telephone draws them: in the lowest sixth of the picture.
func softKeys(w, h int) map[hal.Key][]int {
	tall := (min(w, h)*38 + 120) / 240
	zones := map[hal.Key][]int{}
	for i, key := range []hal.Key{hal.KeySoft1, hal.KeySoft2, hal.KeySoft3, hal.KeySoft4} {
		zones[key] = []int{i * w / 4, h - tall, w / 4, tall}
	}
	return zones
}

func touchParams(p hal.Params) (touchConfig, error) {
	c := touchDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	if c.Zones == nil {
		c.Zones = softKeys(c.Width, c.Height)
	}
	faults := []error{where{c.Device, c.Name}.check()}
	picture := image.Rect(0, 0, c.Width, c.Height)
	for _, key := range slices.Sorted(maps.Keys(c.Zones)) {
		path, at := "zones."+string(key), c.Zones[key]
		if !slices.Contains(hal.Keys(), key) {
			faults = append(faults, hal.Faultf(path, "%q is not a key (keys: %v)", key, hal.Keys()))
		}
		if len(at) != 4 {
			faults = append(faults, hal.Faultf(path, "is not [x, y, width, height] in pixels"))
			continue
		}
		area := image.Rectangle{Min: image.Pt(at[0], at[1]), Max: image.Pt(at[0]+at[2], at[1]+at[3])}
		if at[2] <= 0 || at[3] <= 0 || !area.In(picture) {
			faults = append(faults, hal.Faultf(path, "%v is not within the picture, which is %d by %d pixels", at, c.Width, c.Height))
			continue
		}
		for _, z := range c.zones {
			if z.area.Overlaps(area) {
				faults = append(faults, hal.Faultf(path, "overlaps zones.%s", z.key))
			}
		}
		c.zones = append(c.zones, zone{key, area})
	}
	return c, errors.Join(faults...)
}
