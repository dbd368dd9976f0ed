package benchmedia

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// R as ITU-T G.107 (2015) has it, with all other parameters at their defaults: the delay
// impairments Idte, Idle and Idd in full.
func fullR(delay time.Duration, loss float64) float64 {
	const ro, is = 94.77, 1.41
	ta := float64(delay) / float64(time.Millisecond)
	terv := 65 - 40*math.Log10((1+ta/10)/(1+ta/150)) + 6*math.Exp(-0.3*ta*ta)
	roe, re := -1.5*(-61.18-2), 80+2.5*(terv-14)
	idte := ((roe-re)/2 + math.Sqrt((roe-re)*(roe-re)/4+100) - 1) * (1 - math.Exp(-ta))
	rle := 10.5 * (110 + 7) * math.Pow(2*ta+1, -0.25)
	idle := (ro-rle)/2 + math.Sqrt((ro-rle)*(ro-rle)/4+169)
	idd := 0.0
	if ta > 100 {
		x := math.Log10(ta/100) / math.Log10(2)
		idd = 25 * (math.Pow(1+math.Pow(x, 6), 1.0/6) - 3*math.Pow(1+math.Pow(x/3, 6), 1.0/6) + 2)
	}
	return ro - is - idte - idle - idd - 95*loss/(loss+bpl)
}

func TestRating(t *testing.T) {
	for _, d := range []time.Duration{0, 40 * ms, 100 * ms, 150 * ms, 240 * ms} {
		for _, loss := range []float64{0, 0.01, 0.05} {
			got, want := Rating(d, loss), fullR(baseDelay+d, 100*loss)
			t.Logf("%v and %v: %.2f, by all of G.107 %.2f", d, loss, got, want)
			if math.Abs(got-want) > 0.3 {
				t.Errorf("%v and %v: %.2f, by all of G.107 %.2f", d, loss, got, want)
			}
		}
	}
}

// A seed always makes the same trace, and another another; each network is what its name says.
func TestNetworks(t *testing.T) {
	for _, n := range Networks() {
		a, b, c := n.Record(1), n.Record(1), n.Record(2)
		same := true
		for i := range a.Arrival {
			if a.Arrival[i] != b.Arrival[i] {
				t.Fatalf("%s: packet %d differs", n.Name, i)
			}
			same = same && a.Arrival[i] == c.Arrival[i]
			if !a.Lost(i) && a.Lateness(i) < 0 {
				t.Fatalf("%s: packet %d is faster than the fastest", n.Name, i)
			}
		}
		if same {
			t.Errorf("%s: two seeds, one trace", n.Name)
		}
		if name, ok := strings.CutSuffix(n.Name, " % loss"); ok {
			percent, err := strconv.ParseFloat(name[strings.LastIndexByte(name, ' ')+1:], 64)
			if err != nil {
				t.Fatal(err)
			}
			want := percent / 100
			if got := a.lossShare(); math.Abs(got-want) > 0.5*want {
				t.Errorf("%s: %.4f lost", n.Name, got)
			}
		}
	}
}

// The goals, on a seed of each network to tune with.
func TestGoals(t *testing.T) {
	var all []*result
	for _, n := range Networks() {
		r, err := listen(t.Context(), n, Tuning()[:1], speech())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, r...)
	}
	f := summed(all[:len(Core())])
	f.beyond(summed(all))
	t.Logf("%+v", f)
	goals := []struct {
		name      string
		got, most float64
	}{
		{"mean deficit", f.DeficitMean, 1.5}, {"worst deficit", f.DeficitMax, 4.5},
		{"mean deficit of all", f.AllDeficitMean, 1.5}, {"worst deficit of all", f.AllDeficitMax, 4.5},
		{"against NetEQ's rules", f.DeficitMean - f.NetEQDeficitMean, 0}, {"delay to fixed", f.DelayToFixed, 1.25},
		{"step", f.StepRecover, 1.5}, {"stretch", f.Stretch, 3}, {"outage", f.OutageLag, 20}, {"discarded", float64(f.DiscardElsewhere), 0},
	}
	for _, g := range goals {
		if g.got > g.most {
			t.Errorf("%s: %.3f, at most %v wanted", g.name, g.got, g.most)
		}
	}
	w, err := wander(speech())
	if err != nil || w > 7 {
		t.Errorf("wander %v ms, %v", w, err)
	}
	if n, err := allocations(speech()); err != nil || n != 0 {
		t.Errorf("%v allocations, %v", n, err)
	}
	pictures(t, all)
}

// pictures: each is well-formed XML, with lines in it.
func pictures(t *testing.T, all []*result) {
	dir := t.TempDir()
	voices := heldOut()[:1]
	curves, err := quality(t.Context(), voices)
	if err != nil {
		t.Fatal(err)
	}
	files, err := draw(dir, all, curves, voices[0])
	if err != nil || len(files) != 8 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(bytes.NewReader(raw))
		for err == nil {
			_, err = d.Token()
		}
		if !errors.Is(err, io.EOF) || bytes.Count(raw, []byte("<path")) < 3 || bytes.Contains(raw, []byte("NaN")) {
			t.Errorf("%s: %v", f, err)
		}
	}
}
