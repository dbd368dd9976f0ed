package app

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"offhook/media"
	"offhook/provisioning"
)

func encodings(codecs []media.Codec) string {
	var names []string
	for _, c := range codecs {
		names = append(names, c.Formats()[0].Encoding)
	}
	return strings.Join(names, " ")
}

func TestCodecs(t *testing.T) {
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, "G722 PCMA PCMU"},
		{[]string{"pcmu", "l16", "g722"}, "PCMU L16 G722"},
		{[]string{"a codec of tomorrow"}, "G722 PCMA PCMU"},
	} {
		if got := encodings(codecs(c.names)); got != c.want {
			t.Errorf("%v: %s, want %s", c.names, got, c.want)
		}
	}
}

// The document accepts the names of what there is, and no other.
func TestCodecNames(t *testing.T) {
	field, ok := reflect.TypeFor[provisioning.Account]().FieldByName("Codecs")
	if !ok {
		t.Fatal("an account has no codecs")
	}
	accepted := strings.Fields(field.Tag.Get("oneof"))
	var named []string
	for _, c := range codecTable {
		named = append(named, c.name)
	}
	if !slices.Equal(accepted, named) {
		t.Errorf("a document may say %v, there are %v", accepted, named)
	}
	for _, f := range engineCodecs() {
		if _, err := f.NewDecoder(f.Formats()[0]); err != nil {
			t.Error(err)
		}
	}
}
