package benchprov

import (
	"context"
	"os"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"
)

// TestMain lets the test binary be the phone that is killed.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == Command {
		if err := Child(context.Background(), os.Args[2:]); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

func TestKills_every_one_is_survived(t *testing.T) {
	p, err := Kills(t.Context(), os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if p.Survived != p.Tried || p.Tried < 60 {
		t.Errorf("%d of %d survived: %v", p.Survived, p.Tried, p.Worst)
	}
	t.Logf("killed at %d points", p.Tried)
}

func TestCuts_every_one_is_survived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		points, disks, err := Cuts(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if disks.Survived != disks.Tried || points < 50 {
			t.Errorf("at %d points %d of %d disks survived: %v", points, disks.Survived, disks.Tried, disks.Worst)
		}
		t.Logf("%d points for the power to go, %d disks found after them", points, disks.Tried)
	})
}
