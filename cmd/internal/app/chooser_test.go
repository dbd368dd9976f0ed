package app

import (
	"strings"
	"testing"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
)

// settingsOf opens the telephone's own settings.
func settingsOf(w *world) {
	w.parts.keys.tap(hal.KeyMenu)
	for range 6 {
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
