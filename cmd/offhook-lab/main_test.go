package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/cmd/internal/lab"
	"offhook/cmd/internal/lab/provserver"
	"offhook/media/mediatest"
)

// binaries are the agent and the workbench, built for these tests.
var binaries string

// TestMain wants nothing left behind: no goroutine, no process, no file.
func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "lab-test-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		binaries = filepath.Join(dir, "bin")
		build := exec.Command("go", "build", "-o", binaries+"/", "offhook/cmd/offhook", "offhook/cmd/offhook-lab")
		build.Env = append(os.Environ(), "CGO_ENABLED=0") // as the firmware is
		if out, err := build.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
		temporary := filepath.Join(dir, "tmp")
		if err := errors.Join(os.Mkdir(temporary, 0o700), os.Setenv("TMPDIR", temporary)); err != nil {
			panic(err)
		}
		status := m.Run()
		left, err := os.ReadDir(temporary)
		if err := errors.Join(err, goleak.Find()); err != nil || len(left) > 0 || len(children()) > 0 {
			fmt.Fprintf(os.Stderr, "left behind: files %v, processes %v, %v\n", left, children(), err)
			return 1
		}
		return status
	}())
}

// children are the processes that this one has.
func children() (all []string) {
	files, _ := filepath.Glob("/proc/self/task/*/children")
	for _, f := range files {
		data, _ := os.ReadFile(f) // a thread that has just ended has none
		all = append(all, strings.Fields(string(data))...)
	}
	return all
}

func agentFlag() string { return "--offhook=" + filepath.Join(binaries, "offhook") }

// firstLine passes on the first line that is written.
type firstLine struct {
	once sync.Once
	line chan string
}

func newFirstLine() *firstLine { return &firstLine{line: make(chan string, 1)} }

func (f *firstLine) Write(p []byte) (int, error) {
	f.once.Do(func() { f.line <- string(p) })
	return len(p), nil
}

func (f *firstLine) get(t *testing.T, ended <-chan struct{}) string {
	t.Helper()
	select {
	case line := <-f.line:
		return line
	case <-ended:
		t.Fatal("it ended without a line")
	case <-time.After(20 * time.Second):
		t.Fatal("it printed nothing")
	}
	return ""
}

func pageIn(t *testing.T, line string) string {
	t.Helper()
	_, rest, _ := strings.Cut(line, "The telephone is at ")
	page, _, ok := strings.Cut(rest, " ")
	if !ok || !strings.HasPrefix(page, "http://127.0.0.1:") {
		t.Fatalf("printed %q", line)
	}
	return page
}

func TestRun_ends_by_SIGINT_with_nothing_left(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(filepath.Join(binaries, "offhook-lab"), "run")
	out := newFirstLine()
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := cmd.Wait(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	}()
	page := pageIn(t, out.get(t, ended))
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Error(res.Status)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	limit := time.NewTimer(2 * time.Second)
	defer limit.Stop()
	select {
	case <-ended:
	case <-limit.C:
		t.Error("it has not ended within two seconds")
		_ = cmd.Process.Kill()
		<-ended
	}
	if _, err := client.Get(page); err == nil {
		t.Error("the page is still there")
	}
}

func TestRun_interrupted_while_it_starts(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, stderr bytes.Buffer
	if status := execute(ctx, terminal{&out, &stderr}, []string{"run", agentFlag()}); status != 0 {
		t.Errorf("status %d: %s", status, stderr.String())
	}
}

func TestRun_a_taken_port_is_told(t *testing.T) {
	for _, name := range []string{"sip-tls-port", "sip-tcp-port", "https-port", "page-port", "faceplate"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			value := l.Addr().String()
			if name != "faceplate" {
				_, value, _ = net.SplitHostPort(value)
			}
			var out, stderr bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // one that runs all the same
			defer cancel()
			status := execute(ctx, terminal{&out, &stderr}, []string{"run", agentFlag(), "--" + name + "=" + value})
			text := stderr.String()
			if status != 1 || !strings.Contains(text, "taken") && !strings.Contains(text, "in use") || !strings.Contains(text, "--"+name) || !strings.Contains(text, value) {
				t.Errorf("status %d: %s", status, text)
			}
		})
	}
}

func TestExecute_usage(t *testing.T) {
	cases := []struct {
		args   string
		status int
		want   string
	}{
		{"", 2, "Usage: offhook-lab"},
		{"fly", 2, "Usage: offhook-lab"},
		{"help", 0, "Usage: offhook-lab"},
		{"--help", 0, "Usage: offhook-lab"},
		{"run --help", 0, "-page-port"},
		{"run --nonsense", 2, "nonsense"},
		{"demo more", 2, `"more" is not a flag`},
		{"demo --offhook=/nowhere/offhook", 1, "does not start"},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%q -> %d", c.args, c.status), func(t *testing.T) {
			var out bytes.Buffer
			if status := execute(t.Context(), terminal{&out, &out}, strings.Fields(c.args)); status != c.status || !strings.Contains(out.String(), c.want) {
				t.Errorf("status %d: %s", status, out.String())
			}
		})
	}
}

func TestDemo_measures(t *testing.T) {
	t.Parallel()
	speech, heard := filepath.Join(t.TempDir(), "in.wav"), filepath.Join(t.TempDir(), "out.wav")
	if err := mediatest.SaveWAV(speech, mediatest.Voice(8000, 3*time.Second, 5), 8000); err != nil {
		t.Fatal(err)
	}
	var out, stderr bytes.Buffer
	status := execute(t.Context(), terminal{&out, &stderr}, []string{"demo", agentFlag(), "--speech", speech, "--out", heard})
	if status != 0 {
		t.Fatalf("status %d: %s\n%s", status, out.String(), stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	var f figures
	decoder := json.NewDecoder(strings.NewReader(lines[len(lines)-1]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		t.Fatalf("%v in %q", err, lines[len(lines)-1])
	}
	if f.RegisteredMS <= 0 || f.InviteToFirstRTPMS <= 0 || f.MouthToEarMS <= 0 || f.RTPSent == 0 || f.RTPReceived == 0 || f.SRTP == "" || f.Codec == "" {
		t.Errorf("%+v", f)
	}
	if sound, rate, err := mediatest.LoadWAV(heard); err != nil || rate != 16000 || mediatest.Level(sound) < -45 {
		t.Errorf("what was heard: %d samples at %d Hz, %v", len(sound), rate, err)
	}
}

// docs/demo.md tells every key of the line.
func TestDemo_keys_are_documented(t *testing.T) {
	text, err := os.ReadFile("../../docs/demo.md")
	if err != nil {
		t.Fatal(err)
	}
	line, err := json.Marshal(figures{})
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(line, &keys); err != nil {
		t.Fatal(err)
	}
	for key := range keys {
		if !bytes.Contains(text, []byte("| `"+key+"` |")) {
			t.Errorf("docs/demo.md does not tell of %s", key)
		}
	}
}

func TestDemo_fails(t *testing.T) {
	wrong := func(l *lab.Lab) error {
		l.SetDocument(phoneMAC, []byte(fmt.Sprintf("offhook: 1\naccounts:\n  - {id: a, user: \"1001\", domain: pbx.offhook.test, password: wrong, registrar: %q, transport: tls, ca: $w}\ntls:\n  authorities:\n    - name: w\n      pem: |\n%s",
			l.Addresses().SIPTLS, indented(l.Addresses().CAPEM))))
		return nil
	}
	cases := []struct {
		name    string
		prepare func(*lab.Lab) error
		want    string
	}{
		{"provisioning server fails -> told", func(l *lab.Lab) error { return l.SetProvisioning(provserver.Failing) }, "provisioning did not happen"},
		{"wrong password -> told", wrong, "registration did not happen"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := demonstration{began: time.Now(), out: io.Discard, stepTime: 2 * time.Second,
				options: options{offhook: filepath.Join(binaries, "offhook"), faceplate: "127.0.0.1:0", prepare: c.prepare}}
			err := d.run(t.Context(), terminal{io.Discard, io.Discard})
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "the agent's log ends so") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func indented(text string) string {
	return "        " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n        ") + "\n"
}

func TestDemo_a_speech_that_is_not_there(t *testing.T) {
	t.Parallel()
	var out, stderr bytes.Buffer
	status := execute(t.Context(), terminal{&out, &stderr}, []string{"demo", agentFlag(), "--speech", "/nowhere/in.wav"})
	if status != 1 || !strings.Contains(stderr.String(), "/nowhere/in.wav") {
		t.Errorf("status %d: %s", status, stderr.String())
	}
}
