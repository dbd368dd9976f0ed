package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	tracing   = "/sys/kernel/tracing"
	debugging = "/sys/kernel/debug"
)

// watchLine has the kernel note, by its own monotonic clock, each level that a line
// is set to from now on.
func watchLine(name string) error {
	for _, m := range [][2]string{{"tracefs", tracing}, {"debugfs", debugging}} {
		if err := unix.Mount(m[0], m[1], m[0], 0, ""); err != nil && err != unix.EBUSY {
			return fmt.Errorf("mount %s: %w", m[0], err)
		}
	}
	number, err := globalNumber(name)
	if err != nil {
		return err
	}
	event := filepath.Join(tracing, "events/gpio/gpio_value")
	for _, w := range [][2]string{
		{filepath.Join(tracing, "trace_clock"), "mono"},
		{filepath.Join(event, "filter"), "gpio == " + number + " && get == 0"},
		{filepath.Join(event, "enable"), "1"},
		{filepath.Join(tracing, "trace"), ""}, // what was before is forgotten
	} {
		if err := os.WriteFile(w[0], []byte(w[1]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// globalNumber is how the kernel's notes call a line: gpio-495 (RELAY |offhook) …
func globalNumber(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(debugging, "gpio"))
	if err != nil {
		return "", err
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		number, rest, ok := strings.Cut(strings.TrimSpace(line), " ")
		if own, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(rest), "("), "|"); ok && strings.TrimSpace(own) == name {
			return strings.TrimPrefix(number, "gpio-"), nil
		}
	}
	return "", fmt.Errorf("the kernel lists no line %s: %s", name, text)
}

// watched are the notes: seconds and level, a line each.
func watched() (string, error) {
	text, err := os.ReadFile(filepath.Join(tracing, "trace"))
	if err != nil {
		return "", err
	}
	var notes strings.Builder
	for line := range strings.SplitSeq(string(text), "\n") {
		before, after, ok := strings.Cut(line, ": gpio_value: ")
		if words, set := strings.Fields(before), strings.Fields(after); ok && len(words) > 0 && len(set) == 3 {
			fmt.Fprintln(&notes, words[len(words)-1], set[2])
		}
	}
	return notes.String(), nil
}

// trace begins to watch a line (POST), or tells what was noted (GET).
func trace(w http.ResponseWriter, r *http.Request) {
	text, err := "", error(nil)
	if r.Method == http.MethodPost {
		err = watchLine(r.FormValue("line"))
	} else {
		text, err = watched()
	}
	answer(w, text, err)
}
