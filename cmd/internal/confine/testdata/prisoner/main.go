// Prisoner confines itself and tells of each deed whether it could be done.
package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"offhook/cmd/internal/confine"
)

func main() {
	if len(os.Args) < 3 {
		return // as what a prisoner runs
	}
	mine, other := os.Args[1], os.Args[2]
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); errno != 0 {
		panic(errno)
	}
	told := map[string]string{}
	tell := func(deed string, err error) {
		told[deed] = "done"
		if err != nil {
			told[deed] = err.Error()
		}
		for _, errno := range []error{unix.EPERM, unix.EACCES, unix.EAFNOSUPPORT, unix.ENOSYS} {
			if errors.Is(err, errno) {
				told[deed] = unix.ErrnoName(errno.(syscall.Errno))
			}
		}
	}
	threads := make(chan func())
	for range 4 { // threads that were there before
		go func() {
			for f := range threads {
				f()
			}
		}()
	}
	taken, err := confine.Apply(confine.Policy{Write: []string{mine, "/dev", "/no such place"}, Run: []string{filepath.Join(mine, "run")}})
	tell("confine", err)
	for _, name := range taken {
		told["taken "+name] = "done"
	}

	done := make(chan bool)
	threads <- func() {
		tell("write its own", os.WriteFile(filepath.Join(mine, "file"), []byte("x"), 0o600))
		tell("write another's", os.WriteFile(filepath.Join(other, "new"), []byte("x"), 0o600))
		tell("shorten another's", os.Truncate(filepath.Join(other, "file"), 0))
		tell("remove another's", os.Remove(filepath.Join(other, "file")))
		tell("link to another's", os.Symlink("x", filepath.Join(other, "link")))
		tell("rename its own", os.Rename(filepath.Join(mine, "file"), filepath.Join(mine, "renamed")))
		_, err := os.ReadFile(filepath.Join(other, "file"))
		tell("read another's", err)
		tell("write a device", os.WriteFile("/dev/null", []byte("x"), 0))
		done <- true
	}
	<-done
	tell("run its own", exec.Command(filepath.Join(mine, "run")).Run())
	tell("run another's", exec.Command(filepath.Join(other, "run")).Run())

	threads <- func() {
		tell("mount", unix.Mount("none", mine, "tmpfs", 0, ""))
		tell("new namespace", unix.Unshare(unix.CLONE_NEWUSER))
		_, _, errno := unix.RawSyscall(unix.SYS_CLONE, unix.CLONE_NEWUSER|uintptr(unix.SIGCHLD), 0, 0)
		tell("new namespace by clone", errno)
		_, _, errno = unix.RawSyscall(unix.SYS_CLONE3, 0, 0, 0)
		tell("clone3", errno)
		_, _, errno = unix.Syscall(unix.SYS_BPF, 0, 0, 0)
		tell("bpf", errno)
		tell("trace", unix.PtraceAttach(os.Getppid()))
		tell("set the clock", unix.ClockSettime(unix.CLOCK_REALTIME, &unix.Timespec{}))
		_, err := unix.IoctlGetInt(0, unix.TIOCSTI)
		tell("press keys in a terminal", err)
		_, err = unix.Socket(unix.AF_ALG, unix.SOCK_SEQPACKET, 0)
		tell("AF_ALG", err)
		for name, family := range map[string]int{"AF_INET": unix.AF_INET, "AF_INET6": unix.AF_INET6, "AF_UNIX": unix.AF_UNIX} {
			fd, err := unix.Socket(family, unix.SOCK_DGRAM, 0)
			tell(name, err)
			unix.Close(fd)
		}
		done <- true
	}
	<-done
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		panic(err)
	}
	told["administrator"] = "no"
	if data[0].Permitted&(1<<unix.CAP_SYS_ADMIN) != 0 {
		told["administrator"] = "yes"
	}
	_ = json.NewEncoder(os.Stdout).Encode(told)
}
