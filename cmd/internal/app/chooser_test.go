package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
)

// settingsOf opens the telephone's own settings.
func settingsOf(w *world) {
	w.parts.keys.tap(hal.KeyMenu)
	for range 7 {
		w.parts.keys.tap(hal.KeyDown)
	}
	w.parts.keys.tap(hal.KeyOK)
}

func TestJourney_the_language_is_chosen_at_the_telephone(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	settingsOf(w)
	w.view("the settings", func(v phone.View) bool { return v.Title == "Settings" })
	w.parts.keys.tap(hal.KeyOK)
	w.parts.keys.tap(hal.KeyDown)
	w.parts.keys.tap(hal.KeyOK)
	w.view("German", func(v phone.View) bool { return v.Title == "Einstellungen" })
	w.quiet()
}

func TestJourney_a_setting_the_document_keeps(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.serve(func(doc *provisioning.Document) { doc.Phone.UserMayChange = []string{"phone.ring-tone"} })
	w.reprovision()
	settingsOf(w)
	w.view("a padlock", func(v phone.View) bool { return len(v.List.Items) > 0 && v.List.Items[0].Icon == phone.IconLocked })
	w.parts.keys.tap(hal.KeyOK)
	w.view("why not", func(v phone.View) bool { return strings.Contains(v.Notice, "administrator") })
	w.quiet()
}

func TestChooser(t *testing.T) {
	for _, c := range []struct {
		arrow string
		err   error
		want  []phone.Input
	}{
		{"stored -> the configuration tells", nil, nil},
		{"a disk that takes nothing -> why not", errors.New("no space left on device"),
			[]phone.Input{phone.SettingRefused{Path: "phone.language", Cause: "no space left on device"}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			var set []phone.SetUser
			var told []phone.Input
			ch := newChooser()
			ch.set = func(_ context.Context, path, value string) error {
				set = append(set, phone.SetUser{Path: path, Value: value})
				return c.err
			}
			ch.tell = func(_ context.Context, in phone.Input) { told = append(told, in) }
			ctx, cancel := context.WithCancel(t.Context())
			defer synctest.Wait()
			defer cancel()
			go func() {
				if err := ch.run(ctx); err != nil {
					t.Error(err)
				}
			}()
			ch.want(phone.SetUser{Path: "phone.language", Value: "de"})
			synctest.Wait()
			if len(set) != 1 || set[0].Value != "de" || !slices.Equal(told, c.want) {
				t.Errorf("%s: set %+v, told %+v", c.arrow, set, told)
			}
		})
	}
}

// Nobody at the keys waits for a disk.
func TestChooser_want_never_blocks(t *testing.T) {
	ch := newChooser()
	for range 100 {
		ch.want(phone.SetUser{Path: "phone.language", Value: "de"})
	}
	if len(ch.wanted) != cap(ch.wanted) {
		t.Errorf("%d wait", len(ch.wanted))
	}
}
