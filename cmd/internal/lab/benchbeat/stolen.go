package benchbeat

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/stat.
const tick = 10 * time.Millisecond

// stolen is what the host of a virtual machine has taken from a core since boot;
// 0 where that is not told.
func stolen(core int) time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	return stolenIn(string(text), core)
}

func stolenIn(stat string, core int) time.Duration {
	for line := range strings.Lines(stat) {
		// Its name, then user nice system idle iowait irq softirq steal.
		fields := strings.Fields(line)
		if len(fields) > 8 && fields[0] == "cpu"+strconv.Itoa(core) {
			ticks, _ := strconv.ParseInt(fields[8], 10, 64)
			return time.Duration(ticks) * tick
		}
	}
	return 0
}
