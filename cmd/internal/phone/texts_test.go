package phone

import (
	"bytes"
	"compress/flate"
	"flag"
	"fmt"
	"io"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "pack texts.txt")

func TestTexts_are_packed(t *testing.T) {
	text, err := os.ReadFile("texts.txt")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		var out bytes.Buffer
		w, err := flate.NewWriter(&out, flate.BestCompression)
		if err == nil {
			_, err = w.Write(text)
		}
		if err == nil {
			err = w.Close()
		}
		if err == nil {
			err = os.WriteFile("texts.z", out.Bytes(), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := io.ReadAll(flate.NewReader(strings.NewReader(packedTexts)))
	if err != nil || !bytes.Equal(got, text) {
		t.Errorf("texts.z is not texts.txt: run this test with -update (%v)", err)
	}
}

// names are what texts.txt calls the strings of Texts.
func textNames(v reflect.Value, name string) (all []string) {
	switch v.Kind() {
	case reflect.Array:
		for i := range v.Len() {
			all = append(all, textNames(v.Index(i), fmt.Sprintf("%s[%d]", name, i))...)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			all = append(all, textNames(v.Field(i), v.Type().Field(i).Name)...)
		}
	default:
		all = append(all, name)
	}
	return all
}

var verbs = regexp.MustCompile(`%[a-z]|\{[a-z]+\}`)

func TestTexts_no_language_lacks_one(t *testing.T) {
	names := textNames(reflect.ValueOf(Texts{}), "")
	table := textTable()
	if len(table) != len(names) {
		t.Fatalf("%d lines, want %d", len(table), len(names))
	}
	for i, row := range table {
		name := row[0]
		if base, _, soft := strings.Cut(name, "."); soft {
			name = base
			names[i], _, _ = strings.Cut(names[i], "[")
		}
		if name != names[i] {
			t.Errorf("line %d is %s, want %s", i+1, row[0], names[i])
		}
		if len(row) != 7 {
			t.Fatalf("%s has %d columns", row[0], len(row))
		}
		for c, text := range row[2:] {
			given, want := verbs.FindAllString(text, -1), verbs.FindAllString(row[1], -1)
			switch {
			case (text == "") != (row[1] == ""):
				t.Errorf("%s is missing in %s", row[0], table[0][c+2])
			case strings.TrimSpace(text) != text:
				t.Errorf("%s in %s begins or ends with a blank", row[0], table[0][c+2])
			case row[0] != "LongDate" && row[0] != "ShortDate" && !slices.Equal(given, want):
				t.Errorf("%s in %s has %v, want %v", row[0], table[0][c+2], given, want)
			}
		}
	}
}

func TestCatalogue(t *testing.T) {
	sunday := time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)
	for tag, want := range map[string]string{
		"": "Sunday, 22 November, 22 Nov, Answer", "en-GB": "Sunday, 22 November, 22 Nov, Answer", "de": "Sonntag, 22. November, 22.11., Annehm",
		"de-AT": "Sonntag, 22. November, 22.11., Annehm", "fr": "Dimanche 22 novembre, 22/11, Rép.", "ES": "Domingo 22 de noviembre, 22/11, Resp.",
		"it": "Domenica 22 novembre, 22/11, Rispon", "nl": "Zondag 22 november, 22-11, Opnem", "xx": "Sunday, 22 November, 22 Nov, Answer",
	} {
		x := catalogue(tag)
		if got := fmt.Sprintf("%s, %s, %s", x.longDate(sunday), x.shortDate(sunday), x.label(actAnswer)); got != want {
			t.Errorf("%q: %q, want %q", tag, got, want)
		}
	}
	codes, names := languages()
	if len(codes) != 6 || len(names) != 6 || names[1] != "Deutsch" {
		t.Errorf("%v %v", codes, names)
	}
}

func TestLabels_every_action_has_one(t *testing.T) {
	x := catalogue("")
	for a := actNone + 1; a < actionCount; a++ {
		if x.label(a) == "" || a != actRedial && softLabels[a] == labelRedial {
			t.Errorf("action %d says %q", a, x.label(a))
		}
	}
}
