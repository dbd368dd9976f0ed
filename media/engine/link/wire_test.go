package link

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/keying"
)

// kinds is every message.
func kinds() (all []message) {
	for k := range 256 {
		if m := blank(kind(k)); m != nil {
			all = append(all, m)
		}
	}
	return all
}

// fill gives every field of a value something, so that one that the wire
// forgets shows: a new field of Spec, Stats or Patch is a new line in plain.go.
func fill(t *testing.T, v reflect.Value, n *int) {
	t.Helper()
	*n++
	switch x := v.Addr().Interface().(type) {
	case *netip.AddrPort:
		*x = netip.AddrPortFrom(netip.MustParseAddr("192.0.2.7"), uint16(*n))
		return
	case *time.Time:
		*x = time.Unix(1_700_000_000, int64(*n))
		return
	case *keying.Crypto:
		var err error
		if *x, err = keying.Generate(*n, keying.AES256GCM); err != nil {
			t.Fatal(err)
		}
		x.MKI = "ab"
		return
	case *media.Direction:
		*x = media.RecvOnly
		return
	case *engine.Route:
		*x = engine.Headset
		return
	case *map[string]any:
		*x = map[string]any{"card": "hw", "n": -3, "f": 0.5, "on": true, "none": nil, "list": []any{1, "two"}, "in": map[string]any{"deep": []any{}}}
		return
	case *slog.Level:
		*x = slog.LevelWarn
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), n)
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.String:
		v.SetString(fmt.Sprint("text ", *n))
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(*n%7 + 1))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.Float64:
		v.SetFloat(float64(*n) / 4)
	default:
		t.Fatalf("a %s in a message", v.Type())
	}
}

func TestMessages_come_as_they_went(t *testing.T) {
	n := 0
	for _, m := range kinds() {
		for _, filled := range []bool{false, true} {
			if filled {
				fill(t, reflect.ValueOf(m).Elem(), &n)
			} else if m.kind() == kindReady {
				continue // no rate, no period: not in order
			}
			b, err := appendMessage(nil, m)
			if err != nil {
				t.Fatalf("%T: %v", m, err)
			}
			got, err := parse(b)
			if err != nil || !same(got, m) {
				t.Errorf("%T: %v\ngot  %+v\nwant %+v", m, err, got, m)
			}
			for cut := range len(b) {
				if _, err := parse(b[:cut]); err == nil {
					t.Errorf("%T: cut to %d of %d octets it is taken", m, cut, len(b))
				}
			}
			if _, err := parse(append(b, 0)); !errors.Is(err, ErrMessage) {
				t.Errorf("%T: with an octet too many: %v", m, err)
			}
		}
	}
	if len(kinds()) != 17 {
		t.Errorf("%d kinds of message", len(kinds()))
	}
}

// same compares what has no nil lists and empty lists to tell apart.
func same(a, b message) bool {
	x, errX := appendMessage(nil, a)
	y, errY := appendMessage(nil, b)
	return errX == nil && errY == nil && string(x) == string(y) && reflect.TypeOf(a) == reflect.TypeOf(b) &&
		strings.ReplaceAll(fmt.Sprintf("%+v", a), "[]", "<nil>") == strings.ReplaceAll(fmt.Sprintf("%+v", b), "[]", "<nil>")
}

func TestParse_refuses(t *testing.T) {
	for _, row := range []struct{ name, raw string }{
		{"nothing", ""}, {"a version alone", "\x07"}, {"an unknown kind", "\x07\x3f"}, {"kind 0", "\x07\x00"},
		{"a bool of 2", "\x07\x46\x02\x00\x00"},
		{"a direction of 4", "\x07\x03\x00\x00\x00\x01\x00\x00\x00\x01\x02\x00\x00\x02\x00\x00\x00\x04"},
		{"a text that says it is longer", "\x07\x47\x00\x00\x00\x01\xff\xff"},
		{"too long", strings.Repeat("\x07", maxMessage+1)},
	} {
		if m, err := parse([]byte(row.raw)); !errors.Is(err, ErrMessage) {
			t.Errorf("%s: %+v, %v", row.name, m, err)
		}
	}
	if _, err := parse([]byte("\x07\x06\x00\x00\x00\x04")); err == nil || !strings.Contains(err.Error(), "not a route") {
		t.Errorf("a route of 4: %v", err)
	}
	var v *VersionError
	if _, err := parse([]byte{9, 1}); !errors.As(err, &v) || v.Got != 9 {
		t.Errorf("another version: %v", err)
	}
}

func TestAppend_refuses(t *testing.T) {
	deep := any(1)
	for range maxDepth + 2 {
		deep = []any{deep}
	}
	for name, m := range map[string]message{
		"a type that no board file has": &hello{Audio: Audio{Params: map[string]any{"x": uint8(1)}}},
		"too deep":                      &hello{Audio: Audio{Params: map[string]any{"x": deep}}},
		"too long a list":               &hello{Audio: Audio{Params: map[string]any{"x": make([]any, maxList+1)}}},
		"too long a text":               &failed{Text: strings.Repeat("x", maxText+1)},
	} {
		if _, err := appendMessage(nil, m); !errors.Is(err, ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A key that is refused is not in what is said of it.
func TestKeys_do_not_show(t *testing.T) {
	c, err := keying.Generate(1, keying.AES128GCM)
	if err != nil {
		t.Fatal(err)
	}
	m := &update{ID: 1}
	m.Spec.LocalKey = c
	b, err := appendMessage(nil, m)
	if err != nil {
		t.Fatal(err)
	}
	_, inline, _ := strings.Cut(c.Attribute(), "inline:")
	i := strings.Index(string(b), inline)
	if i < 0 {
		t.Fatal("the key does not go along")
	}
	b[i] = '?'
	if _, err := parse(b); err == nil || strings.Contains(err.Error(), inline[1:9]) {
		t.Errorf("%v", err)
	}
	if strings.Contains(fmt.Sprintf("%+v", m), inline[:9]) {
		t.Error("a message shows the key")
	}
}

func FuzzParse(f *testing.F) {
	for _, m := range kinds() {
		if b, err := appendMessage(nil, m); err == nil {
			f.Add(b)
		}
	}
	m := &hello{Audio: Audio{Compatible: "alsa-pcm", Params: map[string]any{"card": 0, "x": []any{1.5, nil}}}}
	b, _ := appendMessage(nil, m)
	f.Add(b)
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parse(raw)
		if err != nil {
			return
		}
		again, err := appendMessage(nil, m)
		if err != nil {
			t.Fatalf("read but not written: %v of %+v", err, m)
		}
		if got, err := parse(again); err != nil || !same(got, m) {
			t.Fatalf("%v: read %+v, then %+v", err, m, got)
		}
	})
}
