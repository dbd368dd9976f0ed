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
		p, err := Cuts(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if p.Survived != p.Tried || p.Tried < 50 || p.Disks != p.DisksSurvived {
			t.Errorf("at %d points %d of %d disks survived: %v", p.Tried, p.DisksSurvived, p.Disks, p.Worst)
		}
		t.Logf("%d points for the power to go, %d disks found after them", p.Tried, p.Disks)
	})
}

func TestFarm_every_phone_gets_its_file(t *testing.T) {
	var f Figures
	if err := (Config{Phones: 20}.withDefaults()).farm(t.Context(), &f); err != nil {
		t.Fatal(err)
	}
	if f.FarmPhones <= 0 || f.FarmP99 <= 0 || f.FarmServer == "" {
		t.Errorf("%+v", f)
	}
}

func TestDialects_are_counted(t *testing.T) {
	var f Figures
	Config{}.withDefaults().dialects(&f)
	if f.Dialects < 5 || f.Mapped < 100 || f.Unsupported < 100 {
		t.Errorf("%+v", f)
	}
}
