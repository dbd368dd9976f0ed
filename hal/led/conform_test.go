package led

import (
	"path/filepath"
	"strings"
	"testing"

	"offhook/hal"
	"offhook/hal/haltest"
)

func TestConform(t *testing.T) {
	haltest.Indicator(t, func(testing.TB) (hal.Indicator, func() bool) {
		dir := class(t, map[string]string{"red/max_brightness": "255\n", "red/brightness": "", "red/trigger": ""})
		l, err := driversIn(dir).Indicators["sysfs-led"].Open(t.Context(), hal.Params{"led": "red"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return l, func() bool { return strings.HasPrefix(content(t, filepath.Join(dir, "red/brightness")), "255") }
	})
}
