package benchinsn

import (
	"cmp"
	"debug/elf"
	"debug/gosym"
	"fmt"
	"slices"
)

// profile sums up what was counted by function, most first.
func (b *bench) profile(counted tally) ([]Function, error) {
	table, err := symbols(b.target)
	if err != nil {
		return nil, fmt.Errorf("the functions of the program: %w", err)
	}
	sums := map[string]float64{}
	for address, n := range counted {
		name := "elsewhere"
		if fn := table.PCToFunc(address); fn != nil {
			name = fn.Name
		}
		sums[name] += n
	}
	var all []Function
	for name, n := range sums {
		all = append(all, Function{name, n})
	}
	slices.SortFunc(all, func(x, y Function) int {
		return cmp.Or(cmp.Compare(y.Instructions, x.Instructions), cmp.Compare(x.Name, y.Name))
	})
	return all[:min(len(all), b.cfg.Profile)], nil
}

// symbols reads Go's own table of functions.
func symbols(program string) (*gosym.Table, error) {
	f, err := elf.Open(program)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, lines := f.Section(".text"), f.Section(".gopclntab")
	if text == nil || lines == nil {
		return nil, fmt.Errorf("%s is no Go program", program)
	}
	data, err := lines.Data()
	if err != nil {
		return nil, err
	}
	return gosym.NewTable(nil, gosym.NewLineTable(data, text.Addr))
}
