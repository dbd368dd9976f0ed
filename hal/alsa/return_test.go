package alsa

import (
	"errors"
	"strings"
	"testing"

	"offhook/hal"
)

// A card that was unplugged is found again by its id, whatever its number is then.
func TestPCM_plugged_in_again(t *testing.T) {
	for _, c := range []struct{ name, card string }{{"named by id -> found", "wm8960soundcard"}, {"named by number -> found", "1"}} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			drivers := driversOn(m)
			open := func() (hal.AudioIO, error) {
				return drivers.Audio["alsa-pcm"].Open(t.Context(), part(hal.Params{"card": c.card}), silentLog)
			}
			a, err := open()
			if err != nil {
				t.Fatal(err)
			}
			echo(t, a, 3)
			m.unplug()
			if err := a.ReadPeriod(make([]int16, a.Format().Period)); !errors.Is(err, hal.ErrGone) {
				t.Errorf("unplugged: %v", err)
			}
			closeIt(t, a)
			m.ids = map[int]string{1: "Webcam"} // has the number now
			if _, err := open(); err == nil || !strings.Contains(err.Error(), "does not exist; there are: 1 (Webcam)") || !strings.Contains(err.Error(), "wm8960soundcard") {
				t.Errorf("away: %v", err)
			}
			m.ids[3], m.gone = "wm8960soundcard", false
			again, err := open()
			if err != nil {
				t.Fatal(err)
			}
			if m.opened != 3 {
				t.Errorf("card %d was opened", m.opened)
			}
			echo(t, again, 10)
			if record, play := again.Xruns(); record+play > 0 {
				t.Errorf("%d and %d xruns", record, play)
			}
			closeIt(t, again)
		})
	}
}
