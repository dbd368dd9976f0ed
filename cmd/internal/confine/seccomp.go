package confine

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Where the kernel's struct seccomp_data has what is judged (seccomp(2)).
const (
	atNumber   = 0
	atMachine  = 4
	atArgument = 16 // the lower half of the first one; 8 more for each further one
)

// What becomes of a call.
const (
	allowed   uint32 = unix.SECCOMP_RET_ALLOW
	denied    uint32 = unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)
	unknown   uint32 = unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)
	noFamily  uint32 = unix.SECCOMP_RET_ERRNO | uint32(unix.EAFNOSUPPORT)
	newSpaces uint32 = unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWCGROUP
)

// administrators is what no telephone asks of a kernel, whoever runs it, and what
// faults in kernels have been reached by. It is a list of what is denied: one of what
// is allowed would break with each version of Go and each board's drivers, and
// the service has systemd's of those.
var administrators = []uint32{
	unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_KCMP, unix.SYS_PIDFD_GETFD,
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE,
	unix.SYS_FSOPEN, unix.SYS_FSMOUNT, unix.SYS_FSCONFIG, unix.SYS_FSPICK, unix.SYS_MOUNT_SETATTR,
	unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_KEXEC_LOAD, unix.SYS_KEXEC_FILE_LOAD,
	unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE,
	unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_IO_URING_SETUP,
	unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_KEYCTL,
	unix.SYS_SWAPON, unix.SYS_SWAPOFF, unix.SYS_REBOOT, unix.SYS_ACCT, unix.SYS_QUOTACTL, unix.SYS_SYSLOG,
	unix.SYS_SETHOSTNAME, unix.SYS_SETDOMAINNAME, unix.SYS_SETTIMEOFDAY, unix.SYS_CLOCK_SETTIME,
	unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_NAME_TO_HANDLE_AT, unix.SYS_FANOTIFY_INIT, unix.SYS_PERSONALITY, unix.SYS_VHANGUP, unix.SYS_MKNODAT,
}

// families are the sockets there may be.
var families = []uint32{unix.AF_UNIX, unix.AF_INET, unix.AF_INET6, unix.AF_NETLINK, unix.AF_PACKET}

func load(at uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
}

func verdict(k uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k}
}

// unless skips n instructions when the test holds or, negative, -n when it does not.
func unless(test uint16, k uint32, n int) unix.SockFilter {
	f := unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, K: k}
	if n > 0 {
		f.Jt = uint8(n)
	} else {
		f.Jf = uint8(-n)
	}
	return f
}

// calls is the filter.
func calls() []unix.SockFilter {
	program := []unix.SockFilter{
		load(atMachine),
		unless(unix.BPF_JEQ, machine, 1), verdict(denied), // numbers mean something else there
		load(atNumber),
		unless(unix.BPF_JGE, foreign, -1), verdict(denied),
		unless(unix.BPF_JEQ, unix.SYS_CLONE3, -1), verdict(unknown), // its flags cannot be read: clone is used then
	}
	for _, list := range [][]uint32{administrators, machines} {
		for _, number := range list {
			program = append(program, unless(unix.BPF_JEQ, number, -1), verdict(denied))
		}
	}
	program = append(program,
		unless(unix.BPF_JEQ, unix.SYS_CLONE, -3), load(atArgument),
		unless(unix.BPF_JSET, newSpaces, -1), verdict(denied),
		load(atNumber),
		unless(unix.BPF_JEQ, unix.SYS_IOCTL, -5), load(atArgument+8),
		unless(unix.BPF_JEQ, unix.TIOCSTI, 1), // keys pressed in somebody's terminal
		unless(unix.BPF_JEQ, unix.TIOCLINUX, -1), verdict(denied),
		verdict(allowed),
		unless(unix.BPF_JEQ, unix.SYS_SOCKET, 1), verdict(allowed),
		load(atArgument))
	for _, family := range families {
		program = append(program, unless(unix.BPF_JEQ, family, -1), verdict(allowed))
	}
	return append(program, verdict(noFamily))
}

// systemCalls filters what the kernel is asked for, in every thread.
func systemCalls() error {
	if machine == 0 {
		return errors.New("system calls are not filtered: their numbers on this processor are not known here")
	}
	program := calls()
	whole := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	thread, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&whole)))
	if errno != 0 || thread != 0 {
		return fmt.Errorf("system calls are not filtered: %w: the kernel needs CONFIG_SECCOMP_FILTER", errno)
	}
	return nil
}
