package boardbox

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const guestProgram = "offhook/cmd/internal/lab/boardbox/guest"

// loaded are the modules that the box loads, with what they need.
var loaded = []string{
	"virtio_mmio", "virtio_pci", "virtio_net", "virtio_blk", "ext4", "crc32c_generic", "snd_aloop", "softdog", "i2c_dev", "virtio_gpu", "uinput", "evdev",
}

// parameters of modules.
var parameters = map[string]string{"snd_aloop": "id=Loopback", "softdog": "soft_panic=0"}

// buildGuest builds the first process for an architecture; the working directory is
// in offhook's source.
func buildGuest(ctx context.Context, a arch, to string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", to, guestProgram)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux"), a.goarch...)
	if _, err := output(cmd); err != nil {
		return fmt.Errorf("build the box's first process (this is to be run within offhook's source): %w", err)
	}
	return nil
}

// rootFiles are the files that a boot has beside programs and modules.
type rootFiles map[string]string

// writeRoot makes the first root file system: programs, modules and files.
func writeRoot(to string, k kernelTree, guest, agent string, files rootFiles) error {
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer f.Close()
	a := &archive{to: f}
	for name, from := range map[string]string{"init": guest, "bin/offhook": agent} {
		program, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		a.file(name, 0o755, program)
	}
	if err := addModules(a, k); err != nil {
		return err
	}
	for name, content := range files {
		a.file(name, 0o600, []byte(content))
	}
	for _, name := range []string{"proc", "sys", "dev", "run", "tmp"} {
		a.folder(name)
	}
	return a.close()
}

// addModules adds the modules and the list by which they are loaded.
func addModules(a *archive, k kernelTree) error {
	d, err := readDependencies(filepath.Join(k.modules(), "modules.dep"))
	if err != nil {
		return err
	}
	var files []string
	for _, file := range d.order(loaded...) {
		files = append(files, filepath.Join(k.modules(), file))
	}
	for _, e := range extras {
		files = append(files, k.extra(e.name))
	}
	var list strings.Builder
	for _, from := range files {
		content, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		to := "modules/" + filepath.Base(from)
		a.file(to, 0o644, content)
		fmt.Fprintf(&list, "/%s %s\n", to, parameters[moduleName(from)])
	}
	a.file("etc/modules", 0o644, []byte(list.String()))
	return nil
}
