package confine

import (
	"fmt"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// needed is what a telephone that runs as root keeps; another user has no more
// than these anyhow (offhook.service).
const needed = 1<<unix.CAP_DAC_OVERRIDE | // a state directory that is the service's
	1<<unix.CAP_NET_BIND_SERVICE | 1<<unix.CAP_NET_RAW | // DHCP's options
	1<<unix.CAP_SYS_TTY_CONFIG | // the console's cursor off the screen
	1<<unix.CAP_SYS_NICE | 1<<unix.CAP_SYS_RESOURCE | 1<<unix.CAP_IPC_LOCK // the audio thread

// capabilities gives away what is not needed, for good: no new privileges were
// ruled out before (prctl(2), PR_SET_NO_NEW_PRIVS).
func capabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return fmt.Errorf("capabilities are kept: %w", err)
	}
	before := data
	for i, keep := range [2]uint32{needed & 0xffffffff, needed >> 32} {
		data[i].Effective &= keep
		data[i].Permitted &= keep
		data[i].Inheritable &= keep
	}
	if data == before {
		return nil // a service's filter may forbid to ask for what changes nothing
	}
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&data[0])), 0); errno != 0 {
		return fmt.Errorf("capabilities are kept: %w", errno)
	}
	return nil
}
