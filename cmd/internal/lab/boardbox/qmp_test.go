package boardbox

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

type spoken struct {
	io.Reader
	io.Writer
}

func TestMonitor(t *testing.T) {
	for _, row := range []struct {
		name, says string
		want       error
	}{
		{"greeting, event, return: done", `{"QMP":{}} {"return":{}} {"event":"STOP"} {"return":{}}`, nil},
		{"error: refused", `{"QMP":{}} {"return":{}} {"error":{"class":"GenericError","desc":"no screen"}}`, errMonitor},
		{"gone: end", `{"QMP":{}} {"return":{}} {"event":"SHUTDOWN"}`, io.EOF},
	} {
		var asked bytes.Buffer
		m, err := newMonitor(spoken{strings.NewReader(row.says), &asked})
		if err != nil {
			t.Fatal(row.name, err)
		}
		if err := m.command("screendump", map[string]any{"filename": "x.png"}); !errors.Is(err, row.want) {
			t.Errorf("%s: %v", row.name, err)
		}
		want := `{"execute":"qmp_capabilities"}` + "\n" + `{"arguments":{"filename":"x.png"},"execute":"screendump"}` + "\n"
		if asked.String() != want {
			t.Errorf("%s: asked %s", row.name, asked.String())
		}
	}
	if _, err := newMonitor(spoken{strings.NewReader(`{"hello":1}`), io.Discard}); err == nil {
		t.Error("somebody else's greeting is taken")
	}
}
