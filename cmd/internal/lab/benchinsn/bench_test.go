package benchinsn

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// What a stage costs is for the benchmark to say; that counting counts, for this.
func TestRun(t *testing.T) {
	var progress bytes.Buffer
	f, err := Run(t.Context(), Config{Stages: []string{"pcmu_encode", "pcmu_decode", "g722_decode"}, Frames: 20, Profile: 3, Progress: &progress})
	if err != nil {
		t.Fatalf("%v\n%s", err, progress.String())
	}
	t.Log(progress.String())
	keys := f.Keys()
	for _, tool := range []string{"qemu-arm", "gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			if keys["armv6_insns_g711"] != nil || !strings.Contains(progress.String(), "install") {
				t.Errorf("without %s: %s", tool, progress.String())
			}
			return
		}
	}
	if len(f.Stages) != 3 || keys["armv6_insns_g711"] == nil || keys["armv6_insns_g722"] != nil {
		t.Fatalf("%+v", keys)
	}
	// An instruction a sample is the least, and a G.722 decoder needs more than 100.
	if n := *keys["armv6_insns_g711"]; n < 2*160 || n > 20_000 {
		t.Errorf("G.711: %d instructions", n)
	}
	decode, _ := f.Cost("g722_decode")
	if decode.Instructions < 100*160 || decode.Nanoseconds <= 0 {
		t.Errorf("G.722: %+v", decode)
	}
	if len(decode.Profile) != 3 || !strings.Contains(decode.Profile[0].Name, "g722") {
		t.Errorf("it is spent in %+v", decode.Profile)
	}
}

func TestRun_refuses_an_unknown_stage(t *testing.T) {
	if _, err := exec.LookPath("qemu-arm"); err != nil {
		return // says so before
	}
	if _, err := Run(t.Context(), Config{Stages: []string{"nothing"}}); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("%v", err)
	}
}

func TestRun_without_tools(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var progress bytes.Buffer
	f, err := Run(t.Context(), Config{Progress: &progress})
	if err != nil || !strings.Contains(progress.String(), "qemu-user") {
		t.Errorf("%v: %s", err, progress.String())
	}
	line, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"armv6_insns_g711", "armv6_insns_g722", "armv6_insns_opus_c0", "armv6_insns_srtp_pair", "armv6_insns_call", "call_g722_cm_48k_handsfree_percent"} {
		if !bytes.Contains(line, []byte(`"`+key+`":null`)) {
			t.Errorf("%s is not null in %s", key, line)
		}
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	f := Figures{Stages: []Stage{{Name: "g722_encode", Instructions: 130_146, Nanoseconds: 10_394}, {Name: "other", Instructions: 999}}}
	if err := f.Table(&b); err != nil {
		t.Fatal(err)
	}
	for _, row := range []string{"| g722_encode | 130 146 | 1.30 | 10 394 | 167 000 |", "| other | 999 | 0.01 | 0 |  |"} {
		if !strings.Contains(b.String(), row) {
			t.Errorf("no row %q in\n%s", row, b.String())
		}
	}
}

// A whole call is told as instructions and as a share of the board.
func TestFigures_call(t *testing.T) {
	f := Figures{Stages: []Stage{{Name: HandsFreeCall, Instructions: 2_345_678}}}
	line, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"armv6_insns_call":2345678`, `"call_g722_cm_48k_handsfree_percent":23.46`} {
		if !bytes.Contains(line, []byte(want)) {
			t.Errorf("no %s in %s", want, line)
		}
	}
}
