//go:build interop

package interop

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"testing"
)

// figures is the last line of the output; docs/interop.md tells the keys.
type figures struct {
	Rows   int      `json:"rows"`
	Passed int      `json:"passed"`
	Peers  []string `json:"peers"`
}

func TestMain(m *testing.M) {
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
