package soundfile

import (
	"testing"
	"time"
)

// Whoever interrupts between the two readings, now does not lag the kernel,
// whose beats it waits for.
func TestTogether_interrupted_does_not_lag(t *testing.T) {
	const interrupted = 200 * time.Microsecond
	begin, since := time.Now(), time.Duration(0)
	pass := func() { since += interrupted }
	zero, at, err := together(
		func() time.Time { defer pass(); return begin.Add(since) },
		func() (time.Duration, error) { defer pass(); return time.Hour + since, nil })
	if err != nil {
		t.Fatal(err)
	}
	ours, kernels := at+begin.Add(since).Sub(zero), time.Hour+since
	if ours < kernels {
		t.Errorf("now is %v behind the kernel's clock", kernels-ours)
	}
}
