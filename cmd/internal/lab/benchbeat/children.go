package benchbeat

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// child is a process on the core that is measured.
type child struct {
	cmd *exec.Cmd
	in  io.Closer
	out bytes.Buffer // whole when it has ended
}

// start starts a process on a core. The caller's goroutine stays on its thread:
// the process dies with it.
func start(core int, cmd *exec.Cmd) (*child, error) {
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return nil, err
	}
	one.Set(core)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return nil, fmt.Errorf("pin to core %d: %w", core, err)
	}
	defer func() { _ = unix.SchedSetaffinity(0, &before) }()
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, in: in}
	cmd.Stdout, cmd.Stderr = &c.out, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return c, cmd.Start()
}

// end lets a process end by itself; kill does not.
func (c *child) end() { _ = c.in.Close(); _ = c.cmd.Wait() }

func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// lastCore is the highest one that this process may use: interrupts prefer the
// first.
func lastCore() (int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return 0, err
	}
	last := 0
	for i := range 1024 {
		if set.IsSet(i) {
			last = i
		}
	}
	return last, nil
}

// mayRealTime tells whether a thread may have real-time priority.
func mayRealTime() bool {
	may := make(chan bool)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends
		may <- unix.SchedSetAttr(0, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_FIFO, Priority: 1}, 0) == nil
	}()
	return <-may
}
