package tune

import (
	"math"
	"slices"
	"testing"
	"time"
)

func level(samples []int16) float64 {
	sum := 0.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return 20 * math.Log10(math.Sqrt(sum/float64(len(samples)))/32768)
}

func TestSounds_have_a_telephone_level_and_no_offset(t *testing.T) {
	for name, sound := range map[string][]int16{
		"music": Music(), "confirm": Confirm(), "unavailable": Unavailable(), "voice": Voice(10*time.Second, 1),
	} {
		sum, peak := 0.0, 0.0
		for _, s := range sound {
			sum += float64(s)
			peak = max(peak, math.Abs(float64(s)))
		}
		if l := level(sound); l < -30 || l > -8 {
			t.Errorf("%s: %.1f dBov", name, l)
		}
		if mean := sum / float64(len(sound)); math.Abs(mean) > 200 {
			t.Errorf("%s: offset %.0f", name, mean)
		}
		if peak > 30000 {
			t.Errorf("%s: peak %.0f", name, peak)
		}
		t.Logf("%s: %.1f dBov, peak %.0f, %.1f s", name, level(sound), peak, float64(len(sound))/Rate)
	}
}

func TestMusic_loops_without_a_click(t *testing.T) {
	music := Music()
	step := 0
	for i := 1; i < len(music); i++ {
		step = max(step, abs(int(music[i])-int(music[i-1])))
	}
	if seam := abs(int(music[0]) - int(music[len(music)-1])); seam > step {
		t.Errorf("a step of %d at the seam, at most %d elsewhere", seam, step)
	}
}

func TestVoice_pauses_and_is_the_same_for_a_seed(t *testing.T) {
	a, b := Voice(8*time.Second, 7), Voice(8*time.Second, 7)
	if !slices.Equal(a, b) {
		t.Fatal("two voices of one seed differ")
	}
	if slices.Equal(a, Voice(8*time.Second, 8)) {
		t.Fatal("two seeds make the same voice")
	}
	quiet := 0
	for i := 0; i+160 <= len(a); i += 160 {
		if level(a[i:i+160]) < -50 {
			quiet++
		}
	}
	if share := float64(quiet) * 160 / float64(len(a)); share < 0.1 || share > 0.6 {
		t.Errorf("%.0f %% of the voice is silence", share*100)
	}
}

func abs(n int) int { return max(n, -n) }
