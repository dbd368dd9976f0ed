package bundle

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
)

func TestJoin_Split(t *testing.T) {
	for _, c := range []struct {
		arrow string
		files []File
	}{
		{"one -> itself", []File{{"a.cfg", []byte("x = 1\n")}}},
		{"two -> both", []File{{"common.cfg", []byte("x = 1\n")}, {"https://h/m.cfg", []byte("\nbinary\x00\n")}}},
		{"an empty one -> kept", []File{{"a", []byte{}}, {"b", []byte("x")}}},
		{"a bundle as a file -> kept", []File{{"a", Join([]File{{"b", nil}, {"c", nil}})}}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got, err := Split(Join(c.files), c.files[0].Name)
			if err != nil || !reflect.DeepEqual(got, c.files) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestSplit_damaged(t *testing.T) {
	whole := Join([]File{{"a", []byte("12345")}, {"b", []byte("67890")}})
	for n := len(magic); n < len(whole); n++ {
		if files, err := Split(whole[:n], "x"); err == nil && len(files) > 1 || err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at %d: %+v, %v", n, files, err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add(Join([]File{{"a", []byte("1")}, {"b", nil}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := Split(data, "x")
		if err != nil {
			return
		}
		again, err := Split(Join(files), "x")
		if err != nil || len(again) != len(files) || !bytes.Equal(again[0].Data, files[0].Data) {
			t.Errorf("%+v is not %+v: %v", again, files, err)
		}
	})
}
