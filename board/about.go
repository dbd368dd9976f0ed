package board

import (
	"errors"
	"maps"
	"reflect"
	"slices"

	"offhook/hal"
)

// driver is what is told of a driver without opening anything.
type driver struct {
	check    func(hal.Params) error
	defaults any
	lines    int // of an expander
}

// about is a part's driver and those that it might have had.
func about(d hal.Drivers, part Part) (driver, []string) {
	all := ofKind(d, part.Kind)
	return all[part.Compatible], slices.Sorted(maps.Keys(all))
}

// kinds are in the order of the fields of hal.Drivers.
func kinds() []Kind {
	return []Kind{Keypad, Hook, Display, Lamp, Relay, Audio, Mixer, Watchdog, Expander, Reader}
}

// ofKind reads the table by reflection: ten kinds of it would be ten copies.
func ofKind(d hal.Drivers, kind Kind) map[string]driver {
	i := slices.Index(kinds(), kind)
	if i < 0 {
		return nil
	}
	all := map[string]driver{}
	collect(all, reflect.ValueOf(d).Field(i))
	if kind == Display {
		collect(all, reflect.ValueOf(d.Texts))
	}
	return all
}

func collect(all map[string]driver, of reflect.Value) {
	for table := of.MapRange(); table.Next(); {
		check, _ := table.Value().FieldByName("Check").Interface().(func(hal.Params) error)
		all[table.Key().String()] = driver{check, table.Value().FieldByName("Defaults").Interface(), int(table.Value().FieldByName("Lines").Int())}
	}
}

// shared finds two parts that want one line, device or address. What one part
// takes twice its driver tells.
func (b *Board) shared(drivers hal.Drivers) []error {
	var faults []error
	var taken []hal.Claim // by the parts before, with whole paths
	for _, part := range b.Parts {
		driver, _ := about(drivers, part)
		claims := hal.Claims(driver.defaults, part.Params)
		for i := range claims {
			c := &claims[i]
			c.Path = part.Path + "." + c.Path
			if j := slices.IndexFunc(taken, c.Same); j >= 0 {
				faults = append(faults, b.fault(c.Path, "%s is taken by %s already (line %d): give each a %s of its own",
					c, taken[j].Path, b.lineOf(taken[j].Path), c.What))
			}
		}
		taken = append(taken, claims...)
	}
	return faults
}

// Misfits gives what an examination of a machine finds wrong with a part, and
// with what it takes, its place in the file.
func (b *Board) Misfits(drivers hal.Drivers, examine func(hal.Spec, []hal.Claim) error) error {
	var faults []error
	for _, part := range b.Parts {
		driver, _ := about(drivers, part)
		claims := slices.DeleteFunc(hal.Claims(driver.defaults, part.Params), func(c hal.Claim) bool {
			_, ours := b.expanderOf(c)
			return ours // the machine knows nothing of them
		})
		for _, err := range unjoin(examine(part.Spec, claims)) {
			faults = append(faults, b.paramFault(part, err))
		}
	}
	return errors.Join(faults...)
}
