package benchmedia

import (
	"os"
	"path/filepath"
	"testing"

	"offhook/media/mediatest"
)

// Concealment is better than anything simple, and no worse than Appendix I's rules, on speakers that
// nothing was tuned on; more loss is worse.
func TestQuality(t *testing.T) {
	q, curves, err := listening(t.Context(), heldOut()[:2], t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range curves {
		if i > 0 && c.loss > 0 && c.ours > curves[i-1].ours+0.05 { // P.862 is not strict about one loss more
			t.Errorf("more loss, better: %+v", c)
		}
		if c.loss < 0.03 || c.loss > 0.1 {
			continue
		}
		if c.ours < c.appendix || c.ours < c.silence+0.1 || c.ours < c.repeated+0.05 || !c.burst && c.ours < c.repeated+0.2 {
			t.Errorf("concealment is too little better: %+v", c)
		}
	}
	if q.Clean < 4.2 || q.Stretched < 3.8 || q.Buffer < 2.8 {
		t.Errorf("%+v", q)
	}
}

func TestSpokenIn(t *testing.T) {
	name := filepath.Join(t.TempDir(), "speech.wav")
	if _, err := spokenIn(name); err == nil {
		t.Error("speech of a file that is not there")
	}
	sound := mediatest.Speakers()[0].Say(16000, 5e9)
	if err := mediatest.SaveWAV(name, sound, 16000); err != nil {
		t.Fatal(err)
	}
	voices, err := spokenIn(name)
	if err != nil || len(voices[0]) < 5*8000-200 || len(voices[0])%160 != 0 {
		t.Error(len(voices), err)
	}
	if err := mediatest.SaveWAV(name, sound[:16000], 16000); err != nil {
		t.Fatal(err)
	}
	if _, err := spokenIn(name); err == nil {
		t.Error("a second is enough")
	}
	if err := os.WriteFile(name, []byte("no sound"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := spokenIn(name); err == nil {
		t.Error("no sound is enough")
	}
}
