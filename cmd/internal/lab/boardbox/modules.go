package boardbox

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// dependencies is modules.dep: for each module the files that must be loaded before
// it, the last first, and its own file.
type dependencies struct {
	files  map[string]string   // by the module's name
	before map[string][]string // by file
}

func readDependencies(file string) (dependencies, error) {
	d := dependencies{files: map[string]string{}, before: map[string][]string{}}
	f, err := os.Open(file)
	if err != nil {
		return d, err
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		own, others, ok := strings.Cut(scanner.Text(), ":")
		if !ok {
			return d, fmt.Errorf("%s: %q is not a list of dependencies", file, scanner.Text())
		}
		d.files[moduleName(own)] = own
		d.before[own] = strings.Fields(others)
	}
	return d, scanner.Err()
}

// moduleName is how the kernel knows a file: it takes - for _.
func moduleName(file string) string {
	return strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".ko"), "-", "_")
}

// order lists the files of these modules and of all that they need, each after what
// it needs. A module that is part of the kernel has no file and is left out.
func (d dependencies) order(names ...string) []string {
	var list []string
	listed := map[string]bool{}
	add := func(file string) {
		if !listed[file] {
			listed[file] = true
			list = append(list, file)
		}
	}
	for _, name := range names {
		own, ok := d.files[strings.ReplaceAll(name, "-", "_")]
		if !ok {
			continue
		}
		before := d.before[own]
		for i := len(before) - 1; i >= 0; i-- {
			add(before[i])
		}
		add(own)
	}
	return list
}
