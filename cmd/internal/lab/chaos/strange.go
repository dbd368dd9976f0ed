package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// clockVariable names the file by which a strange program's clock is set.
const clockVariable = "OFFHOOK_CHAOS_CLOCK"

// A program's time of day cannot be set from outside without setting the machine's:
// a time namespace has the monotonic clocks alone (time_namespaces(7)), and a static
// program loads no library. So the agent is built once more with a time.Now that is
// beside the machine's by what a file says; its timers go on undisturbed, as they do
// when a machine's clock is set. What the kernel tells of a clock that was set
// (timerfd_create(2)) it does not hear: it has to do without.
const (
	nowHas   = "sec, nsec, mono := runtimeNow()\n"
	nowGets  = nowHas + "\tsec += ChaosShift.Load()\n"
	varGets  = "\n// ChaosShift is how many seconds the time of day is beside the machine's.\nvar ChaosShift atomic.Int64\n"
	importIs = "import (\n"
)

const follower = `package main

import (
	"os"
	"strconv"
	"strings"
	"time"
)

func init() {
	file := os.Getenv("` + clockVariable + `")
	if file == "" {
		return
	}
	follow(file)
	go func() {
		for {
			time.Sleep(20 * time.Millisecond)
			follow(file)
		}
	}()
}

func follow(file string) {
	text, _ := os.ReadFile(file)
	if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
		time.ChaosShift.Store(n)
	}
	_ = os.WriteFile(file+".next", strconv.AppendInt(nil, time.Now().Unix(), 10), 0o600)
	_ = os.Rename(file+".next", file+".seen")
}
`

// shifted is the source of the package time with a clock that can be set.
func shifted(source string) (string, error) {
	for _, part := range []string{nowHas, importIs} {
		if strings.Count(source, part) < 1 {
			return "", fmt.Errorf("this Go's package time does not say %q: chaos does not know how to set its clock", part)
		}
	}
	source = strings.Replace(source, importIs, importIs+"\t\"sync/atomic\"\n", 1)
	return strings.Replace(source, nowHas, nowGets, 1) + varGets, nil
}

// timeSource is the file of Go's time.Now.
func timeSource(ctx context.Context) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("%w: go: %w", errNotHere, err)
	}
	return filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go"), nil
}

// buildStrange builds the agent with a clock that can be set.
func buildStrange(ctx context.Context, source, dir string) (string, error) {
	original, err := timeSource(ctx)
	if err != nil {
		return "", err
	}
	if source, err = filepath.Abs(source); err != nil {
		return "", err
	}
	if _, err := os.Stat(filepath.Join(source, "cmd", "offhook", "main.go")); err != nil {
		return "", fmt.Errorf("%w: %w", errNotHere, err)
	}
	text, err := os.ReadFile(original)
	if err != nil {
		return "", err
	}
	changed, err := shifted(string(text))
	if err != nil {
		return "", err
	}
	clock, main := filepath.Join(dir, "time.go"), filepath.Join(dir, "follow.go")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{original: clock, filepath.Join(source, "cmd", "offhook", "chaosclock.go"): main}})
	if err != nil {
		return "", err
	}
	file, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "offhook-strange")
	if err := errors.Join(os.WriteFile(clock, []byte(changed), 0o600), os.WriteFile(main, []byte(follower), 0o600), os.WriteFile(file, overlay, 0o600)); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-overlay", file, "-o", program, "./cmd/offhook")
	cmd.Dir, cmd.Env = source, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("an agent whose clock can be set: %w\n%s", err, out)
	}
	return program, nil
}
