package board

import (
	"strconv"
	"strings"

	"offhook/hal"
)

// expanderOf finds the expander of this board that a part takes a line of.
func (b *Board) expanderOf(c hal.Claim) (Part, bool) {
	name, _, _ := strings.Cut(c.Name, ":")
	for _, part := range b.Parts {
		if part.Kind == Expander && c.What == "line" && strings.Contains(c.Name, ":") && part.Params["name"] == name {
			return part, true
		}
	}
	return Part{}, false
}

// expanded finds lines that the board's expanders have not.
func (b *Board) expanded(drivers hal.Drivers) []error {
	var faults []error
	for _, part := range b.Parts {
		of, _ := about(drivers, part)
		for _, c := range hal.Claims(of.defaults, part.Params) {
			expander, ours := b.expanderOf(c)
			if !ours {
				continue
			}
			driver, _ := about(drivers, expander)
			_, number, _ := strings.Cut(c.Name, ":")
			if n, err := strconv.Atoi(number); err == nil && n >= driver.lines && driver.lines > 0 {
				faults = append(faults, b.fault(part.Path+"."+c.Path, "%s does not exist: its expander (%s) has lines 0 to %d", c.Name, expander.Compatible, driver.lines-1))
			}
		}
	}
	return faults
}
