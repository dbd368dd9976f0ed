//go:build interop

package interop

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// figures is the last line of the output; docs/interop.md tells the keys.
type figures struct {
	Rows   int      `json:"rows"`
	Passed int      `json:"passed"`
	Peers  []string `json:"peers"`
}

// atOnce is how many calls are up together where rows are of calls alike: each
// waits most of its time for sound to pass.
const atOnce = 5

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(atOnce)); err != nil {
		panic(err) // the flag's name is wrong
	}
	board.peers = []string{
		version("kamailio", `kamailio [0-9.]+`, "kamailio", "-v"),
		version("baresip", `baresip v?[0-9.]+`, "baresip", "-h"),
		version("sipp", `SIPp v[0-9.]+`, "sipp", "-v"),
	}
	status := m.Run()
	removeBinary()
	if board.passed != board.rows || board.rows == 0 {
		status = 1
	}
	_ = json.NewEncoder(os.Stdout).Encode(figures{board.rows, board.passed, board.peers}) // standard output
	os.Exit(status)
}

// version is what a program says of itself; some do so with a failing status.
func version(name, pattern string, command ...string) string {
	out, _ := exec.Command(command[0], command[1:]...).CombinedOutput()
	if found := regexp.MustCompile(pattern).Find(out); found != nil {
		return string(found)
	}
	return fmt.Sprintf("%s (no version)", name)
}
