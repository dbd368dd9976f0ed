// Package usage reads what processes take, of proc(5).
package usage

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Family is a process and its children.
func Family(pid int) []int {
	all := []int{pid}
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is well formed
	for _, name := range files {
		data, _ := os.ReadFile(name) // nothing of a thread that has ended
		for field := range strings.FieldsSeq(string(data)) {
			if child, err := strconv.Atoi(field); err == nil {
				all = append(all, Family(child)...)
			}
		}
	}
	return all
}

// Usage is what processes take.
type Usage struct {
	RSS int64         // bytes
	CPU time.Duration // so far
}

// ticks are the kernel's in a second, as it tells them to programs (USER_HZ).
const ticks = 100

// Of adds up what processes take.
func Of(pids []int) (sum Usage, err error) {
	for _, pid := range pids {
		statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		if err != nil {
			return sum, err
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return sum, err
		}
		one, err := parse(string(statm), string(stat))
		if err != nil {
			return sum, fmt.Errorf("process %d: %w", pid, err)
		}
		sum.RSS, sum.CPU = sum.RSS+one.RSS, sum.CPU+one.CPU
	}
	return sum, nil
}

// parse reads /proc/PID/statm and stat (proc(5)); a program's name in the
// latter may have anything in it.
func parse(statm, stat string) (u Usage, err error) {
	fields := strings.Fields(statm)
	_, rest, ok := strings.Cut(stat[strings.LastIndexByte(stat, ')')+1:], " ")
	times := strings.Fields(rest)
	if len(fields) < 2 || !ok || len(times) < 13 {
		return u, fmt.Errorf("%q, %q: not as in proc(5)", statm, stat)
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return u, err
	}
	user, err := strconv.ParseInt(times[11], 10, 64)
	if err != nil {
		return u, err
	}
	system, err := strconv.ParseInt(times[12], 10, 64)
	return Usage{RSS: pages * int64(os.Getpagesize()), CPU: time.Duration(user+system) * time.Second / ticks}, err
}
