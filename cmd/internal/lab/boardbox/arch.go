package boardbox

import (
	"fmt"
	"path/filepath"
)

// arch is a kind of processor that is tried.
type arch struct {
	name    string // as Debian says
	flavour string // of its kernel
	goarch  []string
	kernel  string // what the kernel's build calls it
	cross   string // prefix of the cross compiler
	release string // the agent's binary in dist/
	qemu    string
	machine string
	cpu     string
	screen  string // the driver of its big one; both show the same
}

func arches() []arch {
	return []arch{
		{name: "arm64", flavour: "arm64", goarch: []string{"GOARCH=arm64"}, kernel: "arm64", cross: "aarch64-linux-gnu-",
			release: "offhook-linux-arm64", qemu: "qemu-system-aarch64", machine: "virt,memory-backend=ram", cpu: "cortex-a53", screen: drmScreen},
		{name: "armhf", flavour: "armmp", goarch: []string{"GOARCH=arm", "GOARM=7"}, kernel: "arm", cross: "arm-linux-gnueabihf-",
			release: "offhook-linux-arm7", qemu: "qemu-system-arm", machine: "virt,memory-backend=ram,highmem=off", cpu: "cortex-a15", screen: bigScreen},
	}
}

// Arches names the kinds of processors.
func Arches() (names []string) {
	for _, a := range arches() {
		names = append(names, a.name)
	}
	return names
}

func archNamed(name string) (arch, error) {
	for _, a := range arches() {
		if a.name == name {
			return a, nil
		}
	}
	return arch{}, fmt.Errorf("there is no box for %q: give arm64 or armhf", name)
}

// kernelTree is a kernel that was prepared.
type kernelTree struct {
	Release string // as uname -r says: 6.1.0-50-arm64
	Dir     string
}

func (k kernelTree) image() string   { return filepath.Join(k.Dir, "boot", "vmlinuz-"+k.Release) }
func (k kernelTree) modules() string { return filepath.Join(k.Dir, "lib/modules", k.Release) }
func (k kernelTree) extra(name string) string {
	return filepath.Join(k.Dir, "extra", name+".ko")
}
