package chaos

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// TestRun_short makes the short faults against the telephone that this program is.
// Who may make no namespaces is told so.
func TestRun_short(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // against one that hangs
	defer cancel()
	var progress strings.Builder
	c := Config{Progress: &progress, Program: self, Order: Order{Kills: 5, Seed: 1,
		Only: []string{"killed", "exchange: one restart", "disk: full", "codec", "GPIO"}}}
	figures, err := Run(ctx, c)
	if os.Getuid() != 0 {
		if err == nil || !strings.Contains(err.Error(), "need root") {
			t.Errorf("without root: %v", err)
		}
		return
	}
	if err != nil || figures.Faults != 5 || figures.Survived != 5 || figures.ScreenLies != 0 || figures.Kills != 5 || figures.Looks == 0 {
		t.Errorf("%+v, %v\n%s", figures, err, progress.String())
	}
}

func TestRun_refuses(t *testing.T) {
	if _, err := Run(t.Context(), Config{Order: Order{Offhook: "/nowhere/offhook"}}); err == nil || !strings.Contains(err.Error(), "make build") {
		t.Error(err)
	}
	for _, args := range [][]string{nil, {"a", "b"}, {"no order"}} {
		if err := Inside(t.Context(), args, nil, nil); err == nil {
			t.Errorf("%q is an order", args)
		}
	}
	for _, args := range [][]string{nil, {"dir"}, {"dir", "check"}, {"dir", "run", "--no-flag"}, {"dir", "run", "--config", "/nowhere/offhook.yaml"}} {
		if err := Agent(t.Context(), args, nil, nil); err == nil {
			t.Errorf("%q is a telephone", args)
		}
	}
}
