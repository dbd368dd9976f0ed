//go:build interop

package interop

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// process is a peer: its output is kept, and can be waited for.
type process struct {
	name string
	cmd  *exec.Cmd
	in   io.WriteCloser // its standard input
	done chan struct{}
	err  error // after done

	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed and made anew at each line
}

// start runs a program in a process group of its own, which is ended with the
// test. Its standard input stays open and silent.
func start(t *testing.T, dir, name string, args ...string) *process {
	t.Helper()
	p := &process{name: name, done: make(chan struct{}), more: make(chan struct{})}
	p.cmd = exec.Command(name, args...)
	p.cmd.Dir = dir
	p.cmd.Env = append(p.cmd.Environ(), "HOME="+dir, "TERM=dumb")
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	p.cmd.WaitDelay = time.Second
	var err error
	p.in, err = p.cmd.StdinPipe()
	must(t, err)
	out, w := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = w, w
	must(t, p.cmd.Start())
	var read sync.WaitGroup
	read.Go(func() { p.read(out) })
	go func() {
		p.err = p.cmd.Wait()
		_ = w.Close() // a pipe
		read.Wait()
		close(p.done)
	}()
	t.Cleanup(func() {
		_ = p.in.Close() // the program may have gone
		p.end()
		if t.Failed() {
			t.Logf("%s said last:\n%s", name, p.tail())
		}
	})
	return p
}

// first lets a program's sound come before others', where we may: what is sent late
// because a compiler has the processor says nothing of how two telephones get on.
// A nice value would not do, as it counts within a session alone where the kernel
// groups processes by those (sched(7), autogroup). Its threads inherit it.
func (p *process) first() {
	_ = unix.SchedSetAttr(p.cmd.Process.Pid, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: 30}, 0) // not everybody may
}

func (p *process) read(out io.Reader) {
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		p.mu.Lock()
		p.lines = append(p.lines, scanner.Text())
		close(p.more)
		p.more = make(chan struct{})
		p.mu.Unlock()
	}
}

// end asks the program to go, then its whole group.
func (p *process) end() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have gone
	select {
	case <-p.done:
	case <-time.After(3 * time.Second):
	}
	p.kill()
}

// kill ends the whole group as a power cut does.
func (p *process) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // it may have gone
	<-p.done
}

// mark is a place in the output: what comes later is looked at.
func (p *process) mark() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lines)
}

// await waits for a line after a mark that the expression matches, and returns
// its groups.
func (p *process) await(ctx context.Context, from int, expression string) ([]string, error) {
	re := regexp.MustCompile(expression)
	for {
		p.mu.Lock()
		lines, more := p.lines, p.more
		p.mu.Unlock()
		for ; from < len(lines); from++ {
			if found := re.FindStringSubmatch(lines[from]); found != nil {
				return found, nil
			}
		}
		select {
		case <-more:
		case <-p.done:
			if p.mark() > from {
				continue
			}
			return nil, fmt.Errorf("%s ended (%v) without %q:\n%s", p.name, p.err, expression, p.tail())
		case <-ctx.Done():
			return nil, fmt.Errorf("%s did not say %q: %w\n%s", p.name, expression, ctx.Err(), p.tail())
		}
	}
}

// after is a mark behind the next line that the expression matches.
func (p *process) after(from int, expression string) int {
	re := regexp.MustCompile(expression)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := from; i < len(p.lines); i++ {
		if re.MatchString(p.lines[i]) {
			return i + 1
		}
	}
	return len(p.lines)
}

func (p *process) tail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.lines[max(0, len(p.lines)-60):], "\n")
}
