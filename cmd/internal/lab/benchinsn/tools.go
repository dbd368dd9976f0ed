package benchinsn

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed testdata/count.c
var counter []byte

const program = "offhook/cmd/internal/lab/benchinsn/frames"

// tools finds the emulator and builds the plug-in and both programs.
func (b *bench) tools(ctx context.Context) (err error) {
	// The statically linked emulator can load no plug-in.
	if b.emulator, err = exec.LookPath("qemu-arm"); err != nil {
		return fmt.Errorf("%w: there is no qemu-arm: install the package qemu-user", ErrNoTools)
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		return fmt.Errorf("%w: there is no gcc for the plug-in that counts: install the packages gcc and libc6-dev", ErrNoTools)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return fmt.Errorf("%w: there is no go to build the program that is counted: install Go", ErrNoTools)
	}
	source := filepath.Join(b.dir, "count.c")
	b.plugin = filepath.Join(b.dir, "count.so")
	if err := os.WriteFile(source, counter, 0o600); err != nil {
		return err
	}
	if _, err := output(exec.CommandContext(ctx, "gcc", "-shared", "-fPIC", "-O2", "-o", b.plugin, source)); err != nil {
		return fmt.Errorf("build the plug-in: %w", err)
	}
	b.native, b.target = filepath.Join(b.dir, "frames"), filepath.Join(b.dir, "frames-arm6")
	if err := build(ctx, b.native); err != nil {
		return err
	}
	if err := build(ctx, b.target, "GOOS=linux", "GOARCH=arm", "GOARM=6"); err != nil {
		return err
	}
	if _, err := b.count(ctx, "", 0); err != nil {
		return fmt.Errorf("%w: %s does not run the plug-in; QEMU 4.2 to 8.1 do: %w", ErrNoTools, b.emulator, err)
	}
	return nil
}

// build builds the program; the working directory is in offhook's source.
func build(ctx context.Context, to string, env ...string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", to, program)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if _, err := output(cmd); err != nil {
		return fmt.Errorf("build the program that is counted (this is to be run within offhook's source): %w", err)
	}
	return nil
}

// output runs a command; what it complained of is in the error.
func output(cmd *exec.Cmd) (string, error) {
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, strings.TrimSpace(complaint.String()))
	}
	return string(out), nil
}
