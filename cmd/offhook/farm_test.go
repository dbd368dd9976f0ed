package main

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"offhook/cmd/internal/farm"
)

// phoneServer has a common file and one for each of five phones, and tells who asked.
func phoneServer(t *testing.T) (address, ca string, asked func() map[string]int) {
	t.Helper()
	var mu sync.Mutex
	agents := map[string]int{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		agents[r.UserAgent()]++
		mu.Unlock()
		if r.URL.Path != "/y000000000108.cfg" && (!strings.HasPrefix(r.URL.Path, "/020f0000000") || r.URL.Path > "/020f00000004.cfg") {
			http.NotFound(w, r)
			return
		}
		_, _ = io.WriteString(w, "#!version:1.0.0.1\n")
	}))
	t.Cleanup(server.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, ca, func() map[string]int { mu.Lock(); defer mu.Unlock(); return agents }
}

func TestFarm(t *testing.T) {
	address, ca, asked := phoneServer(t)
	status, out, stderr := offhook(t, "farm", "--persona", "yealink", "--code", "108", "--count", "5", "--spread", "0s", "--interval", "0s", "--ca", ca, "--json", address+"/")
	var got farm.Result
	if err := json.Unmarshal([]byte(out), &got); status != 0 || err != nil || len(got.Phases) != 3 || got.Failed() != 0 {
		t.Fatalf("status %d, %v\n%s%s", status, err, out, stderr)
	}
	if !strings.Contains(stderr, "check-sync   5 of 5") || strings.Contains(stderr, "\r") {
		t.Errorf("progress is %q", stderr)
	}
	if got.Phases[0].Bytes == 0 || asked()["Yealink SIP-T46U 108.86.0.20 02:0f:00:00:00:04"] == 0 {
		t.Errorf("%+v by %v", got.Phases[0], asked())
	}
}

func TestFarm_failures(t *testing.T) {
	address, ca, _ := phoneServer(t)
	for _, c := range []struct {
		arrow  string
		args   []string
		status int
		want   string
	}{
		{"phones without a file -> counted, and failed", []string{"--count", "7", "--ca", ca, address + "/{mac}.cfg"}, 1, "2 × 404: no file for this phone at " + address + "/{mac}.cfg"},
		{"nobody vouches -> told once", []string{"--count", "3", address + "/{mac}.cfg"}, 1, "3 × HTTPS: certificate signed by unknown authority"},
		{"no such maker -> which there are", []string{"--persona", "acme", address}, 2, "use one of cisco, fanvil, grandstream, poly, snom, yealink"},
		{"no URL -> how to write it", []string{"phones"}, 2, "give https://host/path"},
		{"none -> how many", []string{"--count", "0", address}, 2, "from 1 to 100000"},
		{"an unknown macro -> told", []string{address + "/{mac_address}.cfg"}, 1, "mac_address"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			status, out, stderr := offhook(t, append([]string{"farm", "--spread", "0s", "--polls", "0", "--check-sync=false"}, c.args...)...)
			if status != c.status || !strings.Contains(out+stderr, c.want) {
				t.Errorf("status %d\n%s%s", status, out, stderr)
			}
		})
	}
}
