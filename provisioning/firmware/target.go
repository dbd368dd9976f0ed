package firmware

import (
	"runtime"
	"runtime/debug"
	"strings"
)

// Target is what this program was built for: linux/arm64, linux/arm/6.
func Target() string {
	target := runtime.GOOS + "/" + runtime.GOARCH
	info, ok := debug.ReadBuildInfo()
	if !ok || runtime.GOARCH != "arm" {
		return target
	}
	for _, s := range info.Settings {
		if s.Key == "GOARM" {
			version, _, _ := strings.Cut(s.Value, ",") // 6,softfloat
			return target + "/" + version
		}
	}
	return target
}

// fits tells whether a program of one target runs where one of the other does: on
// ARM, what is made for an older processor.
func fits(program, here string) bool {
	const arm = "linux/arm/"
	version, ok := strings.CutPrefix(program, arm)
	own, here32 := strings.CutPrefix(here, arm)
	if ok && here32 {
		return len(version) == 1 && version <= own
	}
	return program == here
}
