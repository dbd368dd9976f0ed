package confine

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// prisoner is a program that confines itself: this process is to go on free.
func prisoner(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "prisoner")
	build := exec.Command("go", "build", "-o", program, "./testdata/prisoner")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as the firmware is; system calls of all threads need it
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	mine, other := filepath.Join(dir, "mine"), filepath.Join(dir, "other")
	for _, d := range []string{mine, other} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
		copyOf(t, program, filepath.Join(d, "run")) // which needs no loader that would have to be run, too
		if err := os.WriteFile(filepath.Join(d, "file"), []byte("text"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := exec.Command(program, mine, other)
	run.Stderr = os.Stderr
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var told map[string]string
	if err := json.Unmarshal(out, &told); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return told
}

func copyOf(t *testing.T, from, to string) {
	t.Helper()
	program, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, program, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestApply_deed_what_becomes_of_it(t *testing.T) {
	told := prisoner(t)
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	want := map[string]string{
		"taken capabilities": "done", "taken system calls": "done",
		"write its own": "done", "rename its own": "done", "read another's": "done", "write a device": "done", "run its own": "done",
		"mount": "EPERM", "new namespace": "EPERM", "new namespace by clone": "EPERM", "clone3": "ENOSYS", "bpf": "EPERM", "trace": "EPERM",
		"set the clock": "EPERM", "press keys in a terminal": "EPERM", "AF_ALG": "EAFNOSUPPORT",
		"AF_INET": "done", "AF_INET6": "done", "AF_UNIX": "done", "administrator": "no",
	}
	if errno == 0 {
		maps.Copy(want, map[string]string{"confine": "done", "taken files": "done", "write another's": "EACCES", "remove another's": "EACCES",
			"link to another's": "EACCES", "run another's": "EACCES"})
		if version >= 3 {
			want["shorten another's"] = "EACCES"
		}
	} else {
		want["confine"] = errNoLandlock.Error()
	}
	for _, deed := range slices.Sorted(maps.Keys(want)) {
		if told[deed] != want[deed] {
			t.Errorf("%s: %s, not %s", deed, told[deed], want[deed])
		}
	}
}

// A kernel that knows less is asked for less, and never for what it does not know:
// it would refuse all of it.
func TestHandled_version_rights(t *testing.T) {
	for _, c := range []struct {
		version int
		has     uint64
		lacks   uint64
	}{
		{1, writing | running, moving | truncating | asking},
		{2, writing | running | moving, truncating | asking},
		{3, moving | truncating, asking},
		{4, truncating, asking},
		{5, asking, 0},
		{7, writing | running | moving | truncating | asking, 0},
	} {
		if got := handled(c.version); got&c.has != c.has || got&c.lacks != 0 {
			t.Errorf("version %d: %#x", c.version, got)
		}
	}
}

// A jump of the filter goes at most 255 instructions, and the kernel takes 4096.
func TestCalls_every_way_ends_in_a_verdict(t *testing.T) {
	program := calls()
	for at, f := range program {
		switch f.Code & 7 {
		case unix.BPF_JMP:
			for _, jump := range []uint8{f.Jt, f.Jf} {
				if at+1+int(jump) >= len(program) {
					t.Errorf("instruction %d jumps past the end", at)
				}
			}
		case unix.BPF_LD:
			if at+1 >= len(program) {
				t.Errorf("instruction %d is the last, and no verdict", at)
			}
		}
	}
}
