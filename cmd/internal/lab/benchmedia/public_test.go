package benchmedia

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestPublicTraces(t *testing.T) {
	var link strings.Builder
	for at := 0; at < 130000; at += 5 {
		if at < 1000 || at >= 1400 { // a gap of 400 ms
			fmt.Fprintln(&link, at)
		}
	}
	for name, tt := range map[string]struct {
		text    string
		ok      bool
		arrival map[int]time.Duration
		ptime   time.Duration
	}{
		"packets":          {"# a comment\n1 100 110.5\n2 120 lost\n3 160 171\n", true, map[int]time.Duration{0: 110*ms + 500*time.Microsecond, 1: lost, 2: 171 * ms}, 20 * ms},
		"a link":           {link.String(), true, map[int]time.Duration{0: 0, 1: 20 * ms, 50: 1400 * ms, 56: 1400 * ms, 57: 1405 * ms, 64: 1410 * ms, 71: 1420 * ms}, 20 * ms},
		"nothing":          {"", false, nil, 0},
		"two fields":       {"1 100\n", false, nil, 0},
		"no number":        {"1 100 110\n2 x 130\n", false, nil, 0},
		"all lost":         {"1 100 lost\n2 120 lost\n", false, nil, 0},
		"a link, backward": {"5\n4\n", false, nil, 0},
		"a short link":     {"5\n6\n", false, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "x"), []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			all, err := PublicTraces(dir)
			if (err == nil) != tt.ok {
				t.Fatal(err)
			}
			for i, want := range tt.arrival {
				if tr := all[0]; tr.Arrival[i] != want || tr.PTime != tt.ptime {
					t.Errorf("packet %d at %v, want %v; %v", i, tr.Arrival[i], want, tr.PTime)
				}
			}
		})
	}
}
