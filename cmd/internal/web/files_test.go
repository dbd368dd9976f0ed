package web

import (
	"bytes"
	"compress/gzip"
	"flag"
	"io"
	"os"
	"testing"
)

// maxSent is how large the page may become, compressed.
const maxSent = 30_000

var update = flag.Bool("update", false, "compress the page's files anew")

func pack(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func unpack(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// TestPacked holds what is served to the files that people read and change.
func TestPacked(t *testing.T) {
	total := 0
	for _, f := range files {
		source, err := os.ReadFile("page/" + f.name)
		if err != nil {
			t.Fatal(err)
		}
		name := "packed/" + f.name + ".gz"
		if *update {
			if err := os.WriteFile(name, pack(t, source), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		packed, err := os.ReadFile(name)
		if err != nil {
			t.Fatalf("%v: run go generate ./cmd/internal/web", err)
		}
		if !bytes.Equal(unpack(t, packed), source) {
			t.Errorf("%s is not page/%s: run go generate ./cmd/internal/web", name, f.name)
		}
		total += len(packed)
	}
	if total > maxSent {
		t.Errorf("the page is %d bytes as it is sent, which is more than %d", total, maxSent)
	}
	for _, dir := range []string{"page", "packed"} {
		if all, err := os.ReadDir(dir); err != nil || len(all) != len(files) {
			t.Errorf("%s has %d files, want %d (%v)", dir, len(all), len(files), err)
		}
	}
}
