package updates

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"offhook/provisioning/firmware"
)

// build builds the installed program, of version Base.
func build(ctx context.Context, dir string) (m Maker, installed string, err error) {
	installed = filepath.Join(dir, "offhook")
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w -X main.version="+Name(Base), "-o", installed, "offhook/cmd/offhook")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return m, "", fmt.Errorf("the telephone is not built: %w: %s", err, out)
	}
	program, err := os.ReadFile(installed)
	if err != nil {
		return m, "", err
	}
	m, err = NewMaker(program, firmware.Target())
	return m, installed, err
}
