package dialect_test

import (
	"testing"

	"offhook/provisioning/dialect"
)

func TestLanguage(t *testing.T) {
	for in, want := range map[string]string{
		"Deutsch": "de", "English_United_States": "en", "zh-tw": "zh-TW", "de-DE": "de-DE", "en": "en", "se": "sv",
		"Automatic": "", "Klingon": "!", "": "!", "x-y-z": "!", "e1": "!",
	} {
		v, err := dialect.Language(in)
		if (want == "!") != (err != nil) || err == nil && v.Text != want {
			t.Errorf("%q -> %q, %v", in, v.Text, err)
		}
	}
}
