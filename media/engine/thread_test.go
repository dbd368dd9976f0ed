package engine

import (
	"os"
	"os/exec"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// hastening is set in the process that a test hastens, for that is for good.
const hastening = "ENGINE_TEST_HASTENING"

func TestHasten(t *testing.T) {
	if os.Getenv(hastening) == "" {
		again := exec.Command(os.Args[0], "-test.run=^TestHasten$")
		again.Env = append(os.Environ(), hastening+"=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	err := Hasten()
	tasks, listed := os.ReadDir("/proc/self/task")
	if listed != nil || len(tasks) < 2 {
		t.Fatalf("%d threads, %v", len(tasks), listed)
	}
	for _, task := range tasks {
		if real := policy(t, task.Name()) == unix.SCHED_FIFO; real != (err == nil) {
			t.Errorf("thread %s has real-time priority: %v; told %v", task.Name(), real, err)
		}
	}
	restore, again := realtime()
	restore()
	if (again == nil) != (err == nil) || err == nil && policy(t, "0") != unix.SCHED_FIFO {
		t.Errorf("after Run: %v, policy %d", again, policy(t, "0"))
	}
}

func TestHastened(t *testing.T) {
	before, inside := policy(t, "0"), uint32(0)
	allowed := false
	Hastened(func() {
		inside = policy(t, "0")
		attr, err := unix.SchedGetAttr(0, 0)
		allowed = err == nil && unix.SchedSetAttr(0, fifo(0), 0) == nil
		if allowed && unix.SchedSetAttr(0, attr, 0) != nil {
			t.Error("the thread cannot be put back")
		}
	})
	if allowed != (inside == unix.SCHED_FIFO) || policy(t, "0") != before {
		t.Errorf("real-time allowed: %v, policy %d then %d then %d", allowed, before, inside, policy(t, "0"))
	}
}

// policy is a thread's; "0" is the calling one.
func policy(t *testing.T, thread string) uint32 {
	t.Helper()
	id, err := strconv.Atoi(thread)
	if err != nil {
		t.Fatal(err)
	}
	attr, err := unix.SchedGetAttr(id, 0)
	if err != nil {
		t.Fatal(err)
	}
	return attr.Policy
}
