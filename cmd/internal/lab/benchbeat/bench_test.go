package benchbeat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Command { // one of the benchmark's processes
		if err := Role(context.Background(), os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// How late packets are is for the benchmark to say, not for a test.
func TestRun(t *testing.T) {
	var progress bytes.Buffer
	f, err := Run(t.Context(), Config{Time: time.Second, MediaKills: 2, ControlKills: 2, Accelerated: 20 * time.Second, Progress: &progress})
	if err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	t.Log(progress.String())
	if f.Frames == 0 || f.P99 == 0 || f.MediaKill == 0 || f.MediaSilence == 0 || f.Seconds != 1 || f.MediaKills < 2 || f.ControlKills != 2 || f.Accelerated.Seconds != 20 {
		t.Errorf("%+v", f)
	}
	_, noCompiler := exec.LookPath("gcc")
	if (f.CP99 == nil) != (noCompiler != nil) {
		t.Errorf("the yardstick: %v, compiler: %v", f.CP99, noCompiler)
	}
	line, err := json.Marshal(f)
	if err != nil || !strings.Contains(string(line), `"missed_frames"`) || !strings.Contains(string(line), `"accelerated_underruns"`) {
		t.Errorf("%s, %v", line, err)
	}
}

func TestRun_can_be_interrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := Run(ctx, Config{}); err == nil {
		t.Error("no error")
	}
}

func TestRole_refuses(t *testing.T) {
	if err := Role(t.Context(), nil); err == nil {
		t.Error("no role, no error")
	}
}

func TestDevice(t *testing.T) {
	d := NewDevice()
	p := make([]int16, samples)
	for range 3 {
		if err := d.ReadPeriod(p); err != nil {
			t.Fatal(err)
		}
	}
	d.next -= 10 * period // as if the reader had slept
	if err := d.ReadPeriod(p); err != nil {
		t.Fatal(err)
	}
	if lost, _ := d.Xruns(); lost < 9 || d.WritePeriod(p) != nil {
		t.Errorf("%d periods lost", lost)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if err := d.ReadPeriod(p); err == nil {
		t.Error("a closed device reads")
	}
	if got := testing.AllocsPerRun(2, func() { _ = d.ReadPeriod(p) }); got > 0 {
		t.Errorf("%v allocations", got)
	}
}

func TestLoad_works(t *testing.T) {
	certificate, err := selfSigned()
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{"JSON": documents(), "TLS": handshake(certificate), "SIP": requests(), "provisioning": provision()} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
