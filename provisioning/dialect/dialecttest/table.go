package dialecttest

import (
	"bytes"
	"compress/gzip"
	"os"
	"testing"

	"offhook/provisioning/dialect"
)

// Packed checks that table.gz is table.txt, and that it can be read.
// OFFHOOK_UPDATE=1 writes it anew.
func Packed(t *testing.T, d dialect.Dialect) {
	t.Helper()
	text, err := os.ReadFile("table.txt")
	if err != nil {
		t.Fatal(err)
	}
	if update() {
		if err := os.WriteFile("table.gz", pack(t, text), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Log("table.gz is written; run the test again without OFFHOOK_UPDATE")
		return
	}
	packed, err := dialect.Unpack(d.Table.Packed)
	if err != nil {
		t.Fatal(err)
	}
	if packed != string(text) {
		t.Error("table.gz is not table.txt: run OFFHOOK_UPDATE=1 go test here, and then the test again")
	}
	fresh := &dialect.Table{Converters: d.Table.Converters, Family: d.Table.Family}
	if err := fresh.Parse(string(text)); err != nil {
		t.Errorf("table.txt: %v", err)
	}
}

func pack(t *testing.T, text []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression) // without a name and a time it is always the same
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
