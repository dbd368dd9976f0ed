// Package confine takes from this process, and from all that it starts, what a
// telephone never needs: to write and to run other files than its own
// (Landlock), to ask the kernel for what is an administrator's (seccomp), and an
// administrator's rights (capabilities). Nothing of it comes back, not by running
// another program either. It is for who got into the process by a fault in it.
//
// A process is confined from within, so it is as safe in an image without
// systemd as under it.
package confine

import "errors"

// Policy is what the process may do with files beyond reading them.
type Policy struct {
	Write []string // files and directories with all beneath; what is not there is passed over
	Run   []string // likewise
}

// Apply confines every thread. Each measure stands alone: what one kernel lacks is
// told in the error, joined, and the others are taken. It returns the names of those
// that were.
func Apply(p Policy) (taken []string, err error) {
	measures := []struct {
		name string
		take func() error
	}{
		{"files", func() error { return files(p) }},
		{"capabilities", capabilities},
		// The last one: it forbids what the others are made with.
		{"system calls", systemCalls},
	}
	var errs []error
	for _, m := range measures {
		if err := m.take(); err != nil {
			errs = append(errs, err)
			continue
		}
		taken = append(taken, m.name)
	}
	return taken, errors.Join(errs...)
}
