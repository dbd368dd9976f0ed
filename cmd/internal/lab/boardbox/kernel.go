package boardbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// fresh is how long a prepared kernel is taken without asking for a newer one.
const fresh = 24 * time.Hour

// extra is a driver that Debian's kernels lack: it is built from the sources that
// Debian ships, against its headers.
type extra struct {
	name, source string
	prelude      string // before the source
}

// extras are these drivers. QEMU 7.2 never offers VIRTIO_GPIO_F_IRQ, whatever the
// device does; indirect descriptors it offers if the device does. So these stand
// for both, between this driver and our device.
var extras = []extra{
	{"gpio-virtio", "drivers/gpio/gpio-virtio.c", `#include <linux/virtio_gpio.h>
#include <linux/virtio_ring.h>
#undef VIRTIO_GPIO_F_IRQ
#define VIRTIO_GPIO_F_IRQ VIRTIO_RING_F_INDIRECT_DESC
`},
	{"i2c-virtio", "drivers/i2c/busses/i2c-virtio.c", ""},
}

// recipe names what is built: another recipe is another folder.
func recipe() string {
	sum := sha256.Sum256(fmt.Append(nil, extras))
	return hex.EncodeToString(sum[:4])
}

// store keeps prepared kernels in a folder: NAME/current names the newest.
type store struct {
	dir  string
	tell func(format string, args ...any)
}

// kernel returns a kernel with its modules, prepared if need be.
func (s store) kernel(ctx context.Context, a arch) (kernelTree, error) {
	current := filepath.Join(s.dir, a.name, "current")
	last, _ := os.ReadFile(current)
	kept := s.tree(a, string(last))
	_, err := os.Stat(kept.Dir)
	whole := err == nil && len(last) > 0
	if i, err := os.Stat(current); whole && err == nil && time.Since(i.ModTime()) < fresh {
		return kept, nil
	}
	k, err := s.prepare(ctx, a)
	if err != nil && whole {
		s.tell("%s: no newer kernel than %s: %v", a.name, kept.Release, err)
		return kept, nil
	}
	if err != nil {
		return k, fmt.Errorf("prepare a kernel for %s: %w", a.name, err)
	}
	return k, os.WriteFile(current, []byte(k.Release), 0o644)
}

func (s store) tree(a arch, release string) kernelTree {
	return kernelTree{Release: release, Dir: filepath.Join(s.dir, a.name, release+"-"+recipe())}
}

func (s store) prepare(ctx context.Context, a arch) (kernelTree, error) {
	apt := packages{arch: a.name, dir: filepath.Join(s.dir, "apt-"+a.name)}
	if err := apt.update(ctx); err != nil {
		return kernelTree{}, err
	}
	image, err := apt.depends(ctx, "linux-image-"+a.flavour)
	if err != nil {
		return kernelTree{}, err
	}
	release := strings.TrimPrefix(image, "linux-image-")
	k := s.tree(a, release)
	if _, err := os.Stat(k.Dir); err == nil {
		return k, nil // is made whole before it gets its name
	}
	s.tell("%s: fetching %s", a.name, image)
	making := kernelTree{Release: release, Dir: k.Dir + ".part"}
	if err := os.RemoveAll(making.Dir); err != nil {
		return k, err
	}
	common := "linux-headers-" + strings.TrimSuffix(release, "-"+a.flavour) + "-common"
	if err := apt.unpack(ctx, making.Dir, image, "linux-headers-"+release, common); err != nil {
		return k, err
	}
	if err := s.extra(ctx, a, making, common); err != nil {
		return k, err
	}
	if _, err := output(exec.CommandContext(ctx, "depmod", "-b", making.Dir, release)); err != nil {
		return k, err
	}
	if err := os.RemoveAll(filepath.Join(making.Dir, "usr")); err != nil {
		return k, err
	}
	return k, os.Rename(making.Dir, k.Dir)
}

// extra builds the missing modules.
func (s store) extra(ctx context.Context, a arch, k kernelTree, common string) error {
	sources, err := s.sources(ctx, k.Dir)
	if err != nil {
		return err
	}
	s.tell("%s: building %d modules for %s", a.name, len(extras), k.Release)
	build := filepath.Join(k.Dir, "extra")
	if err := os.MkdirAll(build, 0o755); err != nil {
		return err
	}
	objects := "obj-m :="
	for _, e := range extras {
		objects += " " + e.name + ".o"
		source, err := os.ReadFile(filepath.Join(sources, e.name+".c"))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(build, e.name+".c"), append([]byte(e.prelude), source...), 0o644); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(build, "Makefile"), []byte(objects+"\n"), 0o644); err != nil {
		return err
	}
	// The headers' Makefile names where the package would be installed.
	headers := filepath.Join(k.Dir, "usr/src/linux-headers-"+k.Release)
	include := "include " + filepath.Join(k.Dir, "usr/src", common, "Makefile") + "\n"
	if err := os.WriteFile(filepath.Join(headers, "Makefile"), []byte(include), 0o644); err != nil {
		return err
	}
	if _, err := output(exec.CommandContext(ctx, "make", "-C", headers, "M="+build, "ARCH="+a.kernel, "CROSS_COMPILE="+a.cross, "modules")); err != nil {
		return fmt.Errorf("%w (is the cross compiler installed? BOARD=1 .ci/deps does that)", err)
	}
	for _, e := range extras {
		if _, err := output(exec.CommandContext(ctx, a.cross+"strip", "-g", k.extra(e.name))); err != nil {
			return err
		}
	}
	return nil
}

// sources are the drivers' source files, and beside the headers in tree the programs
// that a kernel's build runs on this machine.
func (s store) sources(ctx context.Context, tree string) (string, error) {
	host, err := output(exec.CommandContext(ctx, "dpkg", "--print-architecture"))
	if err != nil {
		return "", err
	}
	apt := packages{arch: strings.TrimSpace(host), dir: filepath.Join(s.dir, "apt-host")}
	if err := apt.update(ctx); err != nil {
		return "", err
	}
	if err := apt.unpack(ctx, tree, "linux-kbuild-6.1"); err != nil {
		return "", err
	}
	dir := filepath.Join(s.dir, "sources")
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	s.tell("fetching the kernel's sources")
	part := dir + ".part"
	if err := os.RemoveAll(part); err != nil {
		return "", err
	}
	if err := apt.unpack(ctx, part, "linux-source-6.1"); err != nil {
		return "", err
	}
	archive := filepath.Join(part, "usr/src/linux-source-6.1.tar.xz")
	args := []string{"-xJf", archive, "-C", part, "--transform=s,.*/,,", "--occurrence=1"} // it ends when it has them
	for _, e := range extras {
		args = append(args, "linux-source-6.1/"+e.source)
	}
	if _, err := output(exec.CommandContext(ctx, "tar", args...)); err != nil {
		return "", err
	}
	if err := os.RemoveAll(filepath.Join(part, "usr")); err != nil {
		return "", err
	}
	return dir, os.Rename(part, dir)
}
