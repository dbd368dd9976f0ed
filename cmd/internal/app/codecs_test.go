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

func table(t *testing.T, rate int) codecTable {
	t.Helper()
	c, err := newCodecTable(rate)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Opus is as wide as a device can make use of, and no wider than wideband.
func TestCodecsOpusRate(t *testing.T) {
	for device, want := range map[int]int{8000: 8000, 16000: 16000, 44100: 16000, 48000: 16000} {
		if f := table(t, device).of([]string{"opus"}, false)[0].Formats()[0]; f.SampleRate != want {
			t.Errorf("%d Hz for a device of %d", f.SampleRate, device)
		}
	}
}

// Fullband is for who asks for it, as wide as the device is.
func TestCodecsOpusFullband(t *testing.T) {
	for device, want := range map[int]int{8000: 8000, 16000: 16000, 32000: 24000, 44100: 24000, 48000: 48000} {
		if f := table(t, device).of([]string{"opus-fullband"}, false)[0].Formats()[0]; f.SampleRate != want {
			t.Errorf("%d Hz for a device of %d", f.SampleRate, device)
		}
	}
}

func TestCodecs(t *testing.T) {
	usual := "G722 OPUS PCMA PCMU"
	if slowest {
		usual = "G722 PCMA PCMU"
	}
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, usual},
		{[]string{"opus", "pcma"}, "OPUS PCMA"},
		{[]string{"pcmu", "l16", "g722"}, "PCMU L16 G722"},
		{[]string{"a codec of tomorrow"}, usual},
		{[]string{"opus-fullband", "g722", "opus"}, "OPUS G722"},
	} {
		if got := encodings(table(t, 48000).of(c.names, false)); got != c.want {
			t.Errorf("%v: %s, want %s", c.names, got, c.want)
		}
	}
}

// Of an account with DTX only what has silence of its own is another codec.
func TestCodecsDTX(t *testing.T) {
	codecs := table(t, 48000).of([]string{"opus", "g722"}, true)
	if f := codecs[0].Formats()[0]; !strings.Contains(f.FMTP, "usedtx=1") {
		t.Errorf("Opus asks for %q", f.FMTP)
	}
	if f := table(t, 48000).of([]string{"opus"}, false)[0].Formats()[0]; strings.Contains(f.FMTP, "usedtx") {
		t.Errorf("Opus asks for %q unasked", f.FMTP)
	}
	if encodings(codecs) != "OPUS G722" {
		t.Error(encodings(codecs))
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
	for _, c := range table(t, 8000) {
		named = append(named, c.name)
	}
	if !slices.Equal(accepted, named) {
		t.Errorf("a document may say %v, there are %v", accepted, named)
	}
	for _, f := range table(t, 16000).all() {
		if _, err := f.NewDecoder(f.Formats()[0]); err != nil {
			t.Error(err)
		}
	}
}
