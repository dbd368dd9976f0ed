package blink

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/hal"
)

func TestSet(t *testing.T) {
	cases := []struct {
		name    string
		pattern hal.Pattern
		want    string
	}{
		{"off -> dark", hal.LampOff, "0:off"},
		{"on -> lit", hal.LampOn, "0:on"},
		{"slow -> a second each", hal.LampSlow, "0:on 1000:off 2000:on"},
		{"fast -> a quarter each", hal.LampFast, "0:on 250:off 500:on 750:off 1000:on 1250:off 1500:on 1750:off 2000:on 2250:off"},
		{"flutter -> short flashes", hal.LampFlutter, "0:on 100:off 1000:on 1100:off 2000:on 2100:off"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var seen []string
				l := New(func(on bool) error {
					seen = append(seen, fmt.Sprintf("%d:%s", time.Since(start).Milliseconds(), map[bool]string{true: "on", false: "off"}[on]))
					return nil
				}, func() error { return nil })
				if err := l.Set(c.pattern); err != nil {
					t.Fatal(err)
				}
				<-time.After(2400 * time.Millisecond)
				synctest.Wait()
				if got := strings.Join(seen, " "); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				l.Close()
			})
		})
	}
}

func TestClose_darkens_and_frees_once(t *testing.T) {
	lit, freed := true, 0
	l := New(func(on bool) error { lit = on; return nil }, func() error { freed++; return errors.New("gone") })
	if err := l.Set(hal.LampOn); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err == nil || l.Close() == nil || lit || freed != 1 {
		t.Errorf("closed with %v, lit %v, freed %d times", err, lit, freed)
	}
	if err := l.Set(hal.LampOn); !errors.Is(err, hal.ErrClosed) {
		t.Errorf("Set after Close: %v", err)
	}
}
