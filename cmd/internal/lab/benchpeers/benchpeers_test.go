package benchpeers

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offhook/media/mediatest"
)

// seen are samples of programs whose calls cost as much as is said, in ms a
// minute.
func seen(costs map[string][]float64) samples {
	all := samples{}
	for program, values := range costs {
		for _, v := range values {
			for _, c := range codecs() {
				key := [2]string{program, c.name}
				all[key] = append(all[key], sample{inCall: v, call: memory{RSS: 10 * v}})
			}
		}
	}
	return all
}

func TestFigures(t *testing.T) {
	f := seen(map[string][]float64{"offhook": {300, 900, 350}, "baresip": {500, 600, 520}, "pjsua": {480, 700}}).figures()
	for name, want := range map[string]float64{
		"cpu_ms_per_min_offhook_g711": 350, // the median, not the mean
		"cpu_ms_per_min_pjsua_opus":   590, // of two, what is between
		"cpu_ratio_g722":              0.673,
		"rss_ratio":                   0.673,
	} {
		if f[name] == nil || *f[name] != want {
			t.Errorf("%s is %v, want %v", name, f.text(name, 1), want)
		}
	}
}

// A program that is not there has no figures, and is nobody's best.
func TestFigures_of_who_is_missing(t *testing.T) {
	f := seen(map[string][]float64{"offhook": {300}, "pjsua": {600}}).figures()
	if f["cpu_ms_per_min_baresip_g711"] != nil || f["rss_ratio"] != nil || *f["cpu_ratio_g711"] != 0.5 {
		t.Errorf("%v, %v and %v", f["cpu_ms_per_min_baresip_g711"], f["rss_ratio"], *f["cpu_ratio_g711"])
	}
	text, err := json.Marshal(f)
	if err != nil || !strings.Contains(string(text), `"rss_ratio":null`) {
		t.Errorf("%s and %v", text, err)
	}
	var table bytes.Buffer
	f.Table(&table)
	if !strings.Contains(table.String(), "| baresip | – |") {
		t.Error(table.String())
	}
}

// The delay that is known is the one that is measured, whatever the clocks of
// the two files begin with.
func TestDelayBetween(t *testing.T) {
	const rate, delay = 8000, 47 * time.Millisecond
	said := line{sound: mediatest.Voice(rate, 8*time.Second, 3), rate: rate, zero: time.Hour}
	heard := line{rate: rate, zero: time.Hour - 1500*time.Millisecond}
	heard.sound = append(heard.sound, make([]int16, heard.sample(said.zero+delay))...)
	heard.sound = append(heard.sound, said.sound...)
	got, err := delayBetween(said, heard)
	if err != nil || math.Abs(milliseconds(got-delay)) > 0.2 {
		t.Errorf("%s and %v, want %s", got, err, delay)
	}
	heard.sound = mediatest.Voice(rate, 10*time.Second, 4)
	if got, err := delayBetween(said, heard); err == nil {
		t.Errorf("what was not heard came after %s", got)
	}
}

func TestUsage_of_this_process(t *testing.T) {
	pids := family(os.Getpid())
	if len(pids) == 0 || pids[0] != os.Getpid() {
		t.Fatalf("%v", pids)
	}
	before, err := processorTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	mediatest.Voice(48000, 2*time.Second, 1) // work
	after, err := processorTime(os.Getpid())
	if err != nil || after <= before {
		t.Errorf("%s, then %s and %v", before, after, err)
	}
	m, err := memoryOf(pids[:1])
	if err != nil || m.RSS <= 0 || m.Anonymous <= 0 || m.PSS > m.RSS {
		t.Errorf("%+v and %v", m, err)
	}
	if _, err := processorTime(-7); err == nil {
		t.Error("a process that is not there has used some time")
	}
}

func TestSpeech(t *testing.T) {
	dir := t.TempDir()
	own := filepath.Join(dir, "own.wav")
	if err := mediatest.SaveWAV(own, mediatest.Voice(16000, time.Second, 1), 16000); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, recording string
		rate, channels  int
	}{{"a voice made here", "", 8000, 1}, {"a recording, again and again", own, 48000, 1}, {"both ears", own, 48000, 2}} {
		name, err := makeSpeech(dir, c.recording, c.rate, c.channels, 3*time.Second)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		sound, rate, err := mediatest.LoadWAV(name)
		if err != nil || rate != c.rate || len(sound) != 3*c.rate || mediatest.Level(sound[2*c.rate:]) < -40 {
			t.Errorf("%s: %d samples at %d Hz, %v", c.name, len(sound), rate, err)
		}
	}
}

// Our clock is read from the log, another's from what its card wrote.
func TestReadLine(t *testing.T) {
	dir := t.TempDir()
	p := place{dir: dir, codec: codecs()[0], speech: filepath.Join(dir, "speech.wav")}
	for name, text := range map[string]string{
		"program.log":  "level=DEBUG msg=\"sound files run\" rate=8000 zero-monotonic-ns=5\nlevel=DEBUG msg=\"sound files run\" zero-monotonic-ns=2000000000\n",
		"heard.starts": "0 1000000000 8000 160 640\n8000 4000000000 8000 160 640\n", "heard.raw": "\x01\x00\x02\x00",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := mediatest.SaveWAV(p.speech, []int16{1, 2, 3}, 8000); err != nil {
		t.Fatal(err)
	}
	if l, err := readLine(p, "said", true); err != nil || l.zero != 2*time.Second || len(l.sound) != 3 {
		t.Errorf("%+v and %v", l, err)
	}
	if l, err := readLine(p, "heard", false); err != nil || l.zero != 3*time.Second || len(l.sound) != 2 || l.sound[1] != 2 {
		t.Errorf("%+v and %v", l, err)
	}
	if _, err := readLine(p, "said", false); err == nil {
		t.Error("a card that never started has a clock")
	}
}
