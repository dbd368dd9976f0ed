package benchmedia

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Each rating is a bar, but for those below the picture; baresip's only where it played.
func TestBars(t *testing.T) {
	r := &result{trace: flat(func(int, time.Duration) time.Duration { return 0 })}
	r.optimum.R, r.fixed.R, r.neteq.R, r.ours.R = 90, 80, 10, 85
	played := &real{trace: r.trace, optimum: r.optimum, neteq: r.neteq, ours: r.ours.Outcome}
	played.program.R = 70
	for _, tt := range []struct {
		baresip []*real
		bars    int
	}{{nil, 3}, {[]*real{played}, 4}} {
		dir := t.TempDir()
		if err := ratings([]*result{r}, tt.baresip, 1).save(dir); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, barsFile))
		if err != nil {
			t.Fatal(err)
		}
		wide := bytes.Count(raw, []byte("<rect x=")) - bytes.Count(raw, []byte(`width="14"`))
		if wide != tt.bars || bytes.Contains(raw, []byte("baresip</text>")) != (tt.baresip != nil) {
			t.Errorf("%d bars, want %d", wide, tt.bars)
		}
	}
}
