package boardbox

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// packages is apt for one architecture, with a state of its own: what the machine
// has installed and which architectures it knows is not touched.
type packages struct {
	arch string // of Debian; the machine's own too
	dir  string
}

// update fetches the lists. A server that is being renewed may lack one of them:
// what is missing is noticed when a package is.
func (p packages) update(ctx context.Context) error {
	for _, d := range []string{"lists/partial", "cache/archives/partial", "debs"} {
		if err := os.MkdirAll(filepath.Join(p.dir, d), 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(p.dir, "status"), nil, 0o644); err != nil {
		return err
	}
	if _, err := p.apt(ctx, "apt-get", "update", "-qq"); err != nil {
		if _, missing := p.apt(ctx, "apt-cache", "show", "linux-source-6.1"); missing != nil {
			return err
		}
	}
	return nil
}

func (p packages) apt(ctx context.Context, program string, args ...string) (string, error) {
	options := []string{
		"-o", "Dir::State=" + p.dir, "-o", "Dir::State::status=" + filepath.Join(p.dir, "status"), "-o", "Dir::Cache=" + filepath.Join(p.dir, "cache"),
		"-o", "APT::Architecture=" + p.arch, "-o", "APT::Architectures=" + p.arch, "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none",
	}
	cmd := exec.CommandContext(ctx, program, append(options, args...)...)
	cmd.Dir = filepath.Join(p.dir, "debs")
	return output(cmd)
}

// depends is what a metapackage stands for.
func (p packages) depends(ctx context.Context, name string) (string, error) {
	text, err := p.apt(ctx, "apt-cache", "depends", name)
	if err != nil {
		return "", err
	}
	for line := range strings.SplitSeq(text, "\n") {
		if on, ok := strings.CutPrefix(strings.TrimSpace(line), "Depends: "); ok {
			return on, nil
		}
	}
	return "", fmt.Errorf("the package %s depends on nothing", name)
}

// unpack downloads packages and unpacks them into a folder.
func (p packages) unpack(ctx context.Context, to string, names ...string) error {
	debs := filepath.Join(p.dir, "debs")
	if err := os.RemoveAll(debs); err != nil {
		return err
	}
	for _, d := range []string{debs, to} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	if _, err := p.apt(ctx, "apt-get", append([]string{"download", "-qq"}, names...)...); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(debs, "*.deb"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, err := output(exec.CommandContext(ctx, "dpkg-deb", "--extract", f, to)); err != nil {
			return err
		}
	}
	return os.RemoveAll(debs)
}

// output runs a command; what it complained of is in the error.
func output(cmd *exec.Cmd) (string, error) {
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(complaint.String()))
	}
	return string(out), nil
}
