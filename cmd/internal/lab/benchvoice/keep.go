package benchvoice

import (
	"os"
	"path/filepath"

	"offhook/media/mediatest"
)

// keep writes what is to be listened to: of each scene what is played, captured and
// sent by each canceller.
func (b *bench) keep(attempts []attempt) error {
	dir := filepath.Join(b.cfg.Out, "voice")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	r := attempts[0].Recording
	name := func(what string) string { return filepath.Join(dir, r.Scene.Name+"-"+what+".wav") }
	if err := mediatest.SaveWAV(name("far"), r.Far, rate); err != nil {
		return err
	}
	if err := mediatest.SaveWAV(name("near"), r.near.frame(), rate); err != nil {
		return err
	}
	for i, a := range attempts {
		what := b.all[i].key
		if what == "none" {
			what = "microphone"
		}
		if err := mediatest.SaveWAV(name(what), a.scene.out.frame(), rate); err != nil {
			return err
		}
		if a.scene.linear != nil && what == "ours" {
			if err := mediatest.SaveWAV(name("ours-linear"), a.scene.linear.frame(), rate); err != nil {
				return err
			}
		}
	}
	return b.picture(attempts)
}
