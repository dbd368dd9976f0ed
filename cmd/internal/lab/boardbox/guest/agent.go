package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// socket is where the command line looks for the agent when it is told nothing.
const socket = "/run/offhook/control.sock"

// agent is the telephone's program, started again whenever it ends.
type agent struct {
	log *slog.Logger

	mu     sync.Mutex
	pid    int
	starts int
	first  string        // when it was started first, by the kernel's clock
	ended  chan struct{} // not nil once it is to rest: closed when it has ended for good
}

func newAgent(log *slog.Logger) *agent { return &agent{log: log} }

func (a *agent) live() {
	for {
		cmd := exec.Command("/bin/offhook", "run")
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
		cmd.Env = []string{"PATH=/bin"}
		err := cmd.Start()
		if err == nil {
			a.mu.Lock()
			a.pid = cmd.Process.Pid
			if a.starts++; a.starts == 1 {
				a.first = uptime()
			}
			a.mu.Unlock()
			err = cmd.Wait()
		}
		a.log.Error("the agent has ended", "error", err)
		a.mu.Lock()
		ended := a.ended
		a.mu.Unlock()
		if ended != nil {
			close(ended)
			return
		}
		time.Sleep(time.Second)
	}
}

// signal sends the agent a signal by its name.
func (a *agent) signal(name string) error {
	signals := map[string]syscall.Signal{"STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT, "KILL": syscall.SIGKILL, "TERM": syscall.SIGTERM}
	s, ok := signals[name]
	if !ok {
		return fmt.Errorf("no signal %q", name)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pid == 0 {
		return fmt.Errorf("no agent runs")
	}
	return syscall.Kill(a.pid, s)
}

// rest ends the agent by a signal until it is woken, and waits for its end.
func (a *agent) rest(by string) error {
	a.mu.Lock()
	if a.ended != nil {
		a.mu.Unlock()
		return fmt.Errorf("the agent rests already")
	}
	ended := make(chan struct{})
	a.ended = ended
	a.mu.Unlock()
	if err := a.signal(by); err != nil {
		a.mu.Lock()
		a.ended = nil // it is between an end and a start: it goes on
		a.mu.Unlock()
		return err
	}
	<-ended
	return nil
}

// wake starts an agent that rests.
func (a *agent) wake() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended == nil {
		return fmt.Errorf("the agent does not rest")
	}
	a.ended, a.pid = nil, 0
	go a.live()
	return nil
}

// vitals tell how the agent is, as the kernel sees it.
func (a *agent) vitals() string {
	a.mu.Lock()
	pid, starts, first := a.pid, a.starts, a.first
	a.mu.Unlock()
	return fmt.Sprintf(`{"pid":%d,"starts":%d,"rss_kb":"%d","first_start":%q,"uptime":%q}`, pid, starts, resident(), first, uptime())
}

// resident is the memory, in kB, of every process of the agent's; what they share
// counts for each.
func resident() (kB int) {
	all, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range all {
		if program, _ := os.Readlink(link); program == "/bin/offhook" { // one that ended meanwhile has none
			kB += residentOf(filepath.Join(filepath.Dir(link), "status"))
		}
	}
	return kB
}

func residentOf(file string) int {
	status, _ := os.ReadFile(file)
	for line := range strings.SplitSeq(string(status), "\n") {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			return n
		}
	}
	return 0
}
