package updates

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
	goleak.VerifyTestMain(m)
}

func TestRun(t *testing.T) {
	var progress strings.Builder
	f, err := Run(t.Context(), Config{Progress: &progress, Cuts: 1, Seed: 1})
	t.Logf("%+v\n%s", f, progress.String())
	if err != nil {
		t.Fatal(err)
	}
	if f.Installs != 3 || f.Committed != 3 || f.Bad != 4 || f.RolledBack != 1 || f.Refused != 3 || f.Cuts != 1 || f.Survived != 1 {
		t.Errorf("%+v", f)
	}
}
