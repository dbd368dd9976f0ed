package led

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offhook/hal"
)

func class(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestLed(t *testing.T) {
	dir := class(t, map[string]string{"red/max_brightness": "255\n", "red/brightness": "", "red/trigger": ""})
	driver := driversIn(dir).Indicators["sysfs-led"]
	lamp, err := driver.Open(t.Context(), hal.Params{"led": "red"}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if got := content(t, filepath.Join(dir, "red/trigger")); got != "none" {
		t.Errorf("trigger %q", got)
	}
	if err := lamp.Set(hal.LampOn); err != nil {
		t.Fatal(err)
	}
	if got := content(t, filepath.Join(dir, "red/brightness")); !strings.HasPrefix(got, "255") {
		t.Errorf("lit: brightness %q", got)
	}
	if err := lamp.Close(); err != nil {
		t.Fatal(err)
	}
	if got := content(t, filepath.Join(dir, "red/brightness")); !strings.HasPrefix(got, "0") {
		t.Errorf("closed: brightness %q", got)
	}
}

func TestOpen_faults(t *testing.T) {
	dir := class(t, map[string]string{"odd/max_brightness": "none", "odd/brightness": ""})
	driver := driversIn(dir).Indicators["sysfs-led"]
	cases := []struct{ name, led, want string }{
		{"no such lamp -> how to list them", "blue", "does not exist"},
		{"nonsense from the kernel -> said", "odd", `max_brightness says "none"`},
		{"path for a name -> refused", "../odd", "is not the name of a lamp"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := driver.Open(t.Context(), hal.Params{"led": c.led}, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}
