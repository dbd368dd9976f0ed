package benchua

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
)

// torture counts the rows of the torture tests (RFC 4475, RFC 5118) that pass:
// one a message, asked over real sockets.
func (c Config) torture(ctx context.Context) (right, total int, err error) {
	command := exec.CommandContext(ctx, "go", "test", "-json", "-count", "1", "-run", "^TestTorture_each", "./ua/agent")
	command.Dir = c.Source
	var text bytes.Buffer
	command.Stdout = &text
	failure := command.Run()
	right, total = countRows(&text)
	if total == 0 {
		return 0, 0, fmt.Errorf("go test in %s told of none: %v", c.Source, failure)
	}
	return right, total, nil
}

// countRows reads what go test -json tells of subtests.
func countRows(text *bytes.Buffer) (right, total int) {
	lines := bufio.NewScanner(text)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct{ Action, Test string }
		if json.Unmarshal(lines.Bytes(), &event) != nil || !strings.Contains(event.Test, "/") || strings.Contains(event.Test, "every_file") {
			continue
		}
		switch event.Action {
		case "pass":
			right++
			total++
		case "fail":
			total++
		}
	}
	return right, total
}
