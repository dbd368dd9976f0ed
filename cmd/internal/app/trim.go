package app

import (
	"bufio"
	"context"
	"log/slog"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// trimAfter is when what began is over: registered, or the call's keys and
	// codecs made.
	trimAfter = 2 * time.Second

	// trimAgain is when the collections that followed are over, too: they read
	// tables of the whole program.
	trimAgain = 8 * time.Second
)

// trimmer gives back what only the start needed, and later what only the
// beginning and the end of a call did. give gives pages back.
func trimmer(ctx context.Context, log *slog.Logger, changed <-chan struct{}, give func() error) {
	over := time.NewTimer(trimAfter)
	defer over.Stop()
	for started, again := false, false; ; {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			again = false
			over.Reset(trimAfter)
		case <-over.C:
			if !again {
				again = true
				over.Reset(trimAgain)
			}
			if !started { // a call is not to wait for a collection
				started = true
				debug.FreeOSMemory()
			}
			if err := give(); err != nil {
				log.Debug("pages that are not needed stay in memory", "error", err)
			}
		}
	}
}

// trimText gives back the pages of the program itself that were touched:
// reading the configuration, certificates, TLS handshakes and offers are most of
// its code, and are not needed again for hours. What is needed is mapped again
// when it is touched; the kernel reads nothing from disk that it
// still has. Only mappings that cannot be written are given back: nothing in them
// can have changed.
func trimText() error {
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return err
	}
	defer f.Close() // was read only
	for s := bufio.NewScanner(f); s.Scan(); {
		if start, size, ok := unwritten(s.Text(), self); ok {
			if _, _, errno := unix.Syscall(unix.SYS_MADVISE, start, size, unix.MADV_DONTNEED); errno != 0 {
				return errno
			}
		}
	}
	return nil
}

// unwritten reads a line of /proc/self/maps; it wants the mappings of a file
// that cannot be written.
func unwritten(line, file string) (start, size uintptr, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 6 || fields[5] != file || strings.Contains(fields[1], "w") || !strings.HasSuffix(fields[1], "p") {
		return 0, 0, false
	}
	from, to, _ := strings.Cut(fields[0], "-")
	first, err1 := strconv.ParseUint(from, 16, strconv.IntSize)
	last, err2 := strconv.ParseUint(to, 16, strconv.IntSize)
	if err1 != nil || err2 != nil || last <= first {
		return 0, 0, false
	}
	return uintptr(first), uintptr(last - first), true
}
