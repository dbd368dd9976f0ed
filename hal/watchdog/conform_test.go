package watchdog

import (
	"testing"
	"time"

	"offhook/hal"
	"offhook/hal/haltest"
)

func TestConform(t *testing.T) {
	haltest.Watchdog(t, func(testing.TB) hal.Watchdog {
		w, err := open(config{"/dev/watchdog", 15 * time.Second}, &kernel{granted: 15})
		if err != nil {
			t.Fatal(err)
		}
		return w
	})
}
