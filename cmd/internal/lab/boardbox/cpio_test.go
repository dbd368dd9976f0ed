package boardbox

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"testing"
)

// read takes an archive apart, strictly: every field and every alignment.
func read(t *testing.T, b []byte) (entries []string) {
	t.Helper()
	all := len(b)
	for {
		if len(b) < 110 || string(b[:6]) != "070701" {
			t.Fatalf("no header at %d", all-len(b))
		}
		field := func(i int) int {
			n, err := strconv.ParseUint(string(b[6+8*i:14+8*i]), 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			return int(n)
		}
		mode, size, name := field(1), field(6), field(11)
		if b[110+name-1] != 0 {
			t.Fatal("a name does not end")
		}
		called := string(b[110 : 110+name-1])
		data := (110 + name + 3) &^ 3
		if called == "TRAILER!!!" {
			return entries
		}
		entries = append(entries, fmt.Sprintf("%o %s %s", mode, called, b[data:data+size]))
		b = b[(data+size+3)&^3:]
	}
}

func TestArchive(t *testing.T) {
	var out bytes.Buffer
	a := &archive{to: &out}
	a.file("init", 0o755, []byte("12345"))
	a.file("etc/offhook/board.yaml", 0o600, []byte("x"))
	a.file("etc/modules", 0o644, nil)
	a.folder("proc")
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	want := []string{"100755 init 12345", "40755 etc ", "40755 etc/offhook ", "100600 etc/offhook/board.yaml x", "100644 etc/modules ", "40755 proc "}
	if got := read(t, out.Bytes()); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q", got)
	}
}

type full struct{}

var errFull = errors.New("the disk is full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestArchive_full_disk(t *testing.T) {
	a := &archive{to: full{}}
	a.file("init", 0o755, nil)
	if err := a.close(); !errors.Is(err, errFull) {
		t.Error(err)
	}
}
