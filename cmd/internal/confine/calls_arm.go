package confine

import "golang.org/x/sys/unix"

const (
	machine = unix.AUDIT_ARCH_ARM
	foreign = 0xffffffff // none
)

var machines = []uint32{unix.SYS_MKNOD, unix.SYS_CLOCK_SETTIME64, unix.SYS_USELIB}
