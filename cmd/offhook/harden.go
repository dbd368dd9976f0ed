package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"offhook/board"
	"offhook/cmd/internal/confine"
)

// harden gives away what this process and its children never need: a dump of memory
// that holds keys and passwords, and rights by a program that is run. Neither comes back. A kernel that refuses is no reason not
// to telephone.
func harden() error {
	core := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	if core != nil {
		core = fmt.Errorf("no limit of core dumps: a crash may write passwords to the disk: %w", core)
	}
	// prctl is a thread's own (prctl(2)): it is done in all.
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0)
	var privileges error
	if errno != 0 {
		privileges = fmt.Errorf("new privileges are not ruled out: %w", errno)
	}
	return errors.Join(core, privileges)
}

// confinedVariable tells a program that takes this one's place what it may write:
// it is confined already, and the kernel takes a few layers of that and no more.
const confinedVariable = "OFFHOOK_CONFINED"

// shutIn confines this process and its children, once it is known what they
// write.
func (f runFlags) shutIn(log *slog.Logger, b *board.Board, state string) {
	writes := writable(b, state, filepath.Dir(f.socket))
	text := strings.Join(writes, ":")
	if before, is := os.LookupEnv(confinedVariable); is {
		if before != text {
			log.Warn("the directories of this telephone have changed, and it may write to the former ones alone: end it and start it anew", "now", text, "before", before)
		}
		return
	}
	run := []string{programs(state), os.Getenv(installedVariable)}
	if self, err := os.Executable(); err == nil {
		run = append(run, self)
	}
	taken, err := confine.Apply(confine.Policy{Write: writes, Run: slices.DeleteFunc(run, func(s string) bool { return s == "" })})
	if err != nil {
		log.Warn("this process is less shut in than it could be", "error", err)
	}
	log.Info("shut in", "what", strings.Join(taken, ", "), "writes", text)
	if slices.Contains(taken, "files") {
		_ = os.Setenv(confinedVariable, text) // for who takes this program's place
	}
}

// writable is where a telephone writes: what it keeps, its control socket, the
// devices and their settings, and the directories of files that its board names.
func writable(b *board.Board, state, socket string) []string {
	for dir, mode := range map[string]os.FileMode{programs(state): 0o700, socket: 0o755} {
		_ = os.MkdirAll(dir, mode) // who needs it says why it cannot be had
	}
	all := []string{state, socket, "/dev", "/proc", "/sys"}
	for _, part := range b.Parts {
		for _, value := range part.Params {
			if name, is := value.(string); is && filepath.IsAbs(name) {
				all = append(all, filepath.Dir(name))
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// credential is the file of a secret that systemd gives its service
// (systemd.exec(5), LoadCredentialEncrypted=), if it does.
func credential(name string) string {
	dir := os.Getenv("CREDENTIALS_DIRECTORY")
	if dir == "" {
		return ""
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}
