package confine

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What may be done with files, by the version of Landlock that knew it first
// (Linux, Documentation/userspace-api/landlock.rst). Reading stays free: the
// service's user reads nothing that is not everybody's or its own.
const (
	writing uint64 = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | unix.LANDLOCK_ACCESS_FS_REMOVE_DIR | unix.LANDLOCK_ACCESS_FS_REMOVE_FILE |
		unix.LANDLOCK_ACCESS_FS_MAKE_CHAR | unix.LANDLOCK_ACCESS_FS_MAKE_DIR | unix.LANDLOCK_ACCESS_FS_MAKE_REG | unix.LANDLOCK_ACCESS_FS_MAKE_SOCK |
		unix.LANDLOCK_ACCESS_FS_MAKE_FIFO | unix.LANDLOCK_ACCESS_FS_MAKE_BLOCK | unix.LANDLOCK_ACCESS_FS_MAKE_SYM
	moving     uint64 = unix.LANDLOCK_ACCESS_FS_REFER     // 2; without it nothing is moved to another directory
	truncating uint64 = unix.LANDLOCK_ACCESS_FS_TRUNCATE  // 3
	asking     uint64 = unix.LANDLOCK_ACCESS_FS_IOCTL_DEV // 5
	running    uint64 = unix.LANDLOCK_ACCESS_FS_EXECUTE
	// ofFiles is what a rule for a file, not a directory, may name.
	ofFiles = unix.LANDLOCK_ACCESS_FS_WRITE_FILE | truncating | asking | running
)

// handled is all that the kernel's version can forbid.
func handled(version int) uint64 {
	all := writing | running
	if version >= 2 {
		all |= moving
	}
	if version >= 3 {
		all |= truncating
	}
	if version >= 5 {
		all |= asking
	}
	return all
}

// errForbidden is what a service's own filter of system calls makes of it.
var errForbidden = errors.New("files are not confined: who started this process forbids Landlock; of systemd it takes SystemCallFilter=seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self")

var errNoLandlock = errors.New("files are not confined: this kernel has no Landlock (Linux 5.13, and landlock in its lsm= list)")

func files(p Policy) error {
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno == unix.EPERM {
		return errForbidden
	}
	if errno != 0 {
		return errNoLandlock
	}
	all := handled(int(version))
	// The first of the attribute's fields is all that we set; a shorter one is taken as with zeros behind.
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&all)), unsafe.Sizeof(all), 0)
	if errno != 0 {
		return fmt.Errorf("files are not confined: %w", errno)
	}
	defer unix.Close(int(fd))
	for _, path := range p.Write {
		if err := allow(int(fd), path, all&^running); err != nil {
			return err
		}
	}
	for _, path := range p.Run {
		if err := allow(int(fd), path, running); err != nil {
			return err
		}
	}
	// A domain is a thread's own: it is set in all.
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return fmt.Errorf("files are not confined: %w", errno)
	}
	return nil
}

// beneath is struct landlock_path_beneath_attr, which is packed.
type beneath struct {
	access uint64
	parent int32
}

func allow(ruleset int, path string, access uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var stat unix.Stat_t
	if err == nil {
		defer unix.Close(fd)
		err = unix.Fstat(fd, &stat)
	}
	if err != nil {
		return fmt.Errorf("files are not confined: %s: %w", path, err)
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFDIR {
		access &= ofFiles
	}
	rule := beneath{access, int32(fd)}
	if _, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(ruleset), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0); errno != 0 {
		return fmt.Errorf("files are not confined: %s: %w", path, errno)
	}
	return nil
}
