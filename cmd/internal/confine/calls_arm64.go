package confine

import "golang.org/x/sys/unix"

const (
	machine = unix.AUDIT_ARCH_AARCH64
	foreign = 0xffffffff // none: programs of 32 bit are another machine
)

var machines []uint32
