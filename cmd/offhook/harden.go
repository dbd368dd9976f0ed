package main

import (
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
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
