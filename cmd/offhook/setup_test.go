package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offhook/board"
)

// machine is a system that is set up, and what stands for its programs.
type machine struct {
	root, bin string
}

// newMachine has the package's unit, and a program that detects a board.
func newMachine(t *testing.T) machine {
	t.Helper()
	m := machine{t.TempDir(), t.TempDir()}
	m.put(t, "usr/lib/systemd/system/offhook.service", "[Service]\nExecStart=/usr/bin/offhook run\n")
	m.systemctl(t, "0")
	self, err := filepath.Abs(os.Args[0]) // which starts it where it is emulated, too
	if err != nil {
		t.Fatal(err)
	}
	m.program(t, "offhook", asProgram+"=yes exec "+self+" \"$@\"\n")
	return m
}

func (m machine) put(t *testing.T, name, data string) {
	t.Helper()
	path := filepath.Join(m.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (m machine) program(t *testing.T, name, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(m.bin, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
}

// systemctl stands for the real one, and writes down how it was called.
func (m machine) systemctl(t *testing.T, status string) {
	m.program(t, "systemctl", "echo \"$@\" >>"+m.bin+"/calls\nexit "+status+"\n")
}

func (m machine) calls() string {
	data, _ := os.ReadFile(filepath.Join(m.bin, "calls")) // not called at all
	return string(data)
}

// files are those below /etc, by name.
func (m machine) files(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(filepath.Join(m.root, "etc"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // nothing was written at all
		}
		data, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, m.root)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// setup runs the package's script on the machine.
func (m machine) setup(t *testing.T, input string, args ...string) (status int, out, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // of a script that asks forever
	defer cancel()
	c := exec.CommandContext(ctx, "../../buildroot/debian/setup", append([]string{"setup", "--root", m.root}, args...)...)
	c.Env = append(os.Environ(), "PATH="+m.bin+":"+os.Getenv("PATH"), "OFFHOOK="+m.bin+"/offhook")
	var o, e bytes.Buffer
	c.Stdin, c.Stdout, c.Stderr = strings.NewReader(input), &o, &e
	if err := c.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), o.String(), e.String()
}

func TestSetup(t *testing.T) {
	dir := t.TempDir()
	password, mine := filepath.Join(dir, "password"), filepath.Join(dir, "mine.yaml")
	for name, text := range map[string]string{
		password: "two \"words\"\\\n",
		mine:     "offhook-board: 1\nname: mine\nhook: {compatible: gpio-hook, line: GPIO21}\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cases := []struct {
		name, input string
		args        []string
		config      []string // parts of the agent's file; none: nothing is written
		wrong       string   // part of the complaint
	}{
		{"an image, all by default -> detects at its start, network tells", "\n\n\nyes\n", nil, []string{"agent: 1\n"}, ""},
		{"an address -> provisioned", "\nhttps://p.example/{mac}.yaml\ny\n", nil, []string{"provisioning:\n  url: \"https://p.example/{mac}.yaml\""}, ""},
		{"an account -> registers", "rpi3-deskphone\n\n0123@pbx.example\nudp\n pass#\"word \nyes\n", nil,
			[]string{"board: \"rpi3-deskphone\"", "user: \"0123\"", "domain: \"pbx.example\"", "transport: \"udp\"", `password: " pass#\"word "`}, ""},
		{"flags of one dash, with = -> as with two", "", []string{"-yes", "-account=a@c.example"}, []string{"user: \"a\"", "domain: \"c.example\""}, ""},
		{"a flag that is said to be false -> asked", "\n\n\nno\n", []string{"--yes=false"}, nil, "nothing was written"},
		{"an account that is none -> said", "", []string{"--yes", "--account", "a@b@c.example"}, nil, "is not a number or user name"},
		{"flags -> nothing is asked", "", []string{"--yes", "--account", "1001@pbx.example", "--password-file", password},
			[]string{"user: \"1001\"", `password: "two \"words\"\\"`, "transport: \"tls\""}, ""},
		{"a file -> copied", "", []string{"--yes", "--board", mine}, []string{"board: \"board.yaml\""}, ""},
		{"no at the end -> nothing", "\n\n\nno\n", nil, nil, "nothing was written"},
		{"the input ends -> nothing", "", nil, nil, "nothing was written"},
		{"an unknown board -> said", "", []string{"--yes", "--board", "nokia"}, nil, `board "nokia" is neither a file nor one of`},
		{"a board with faults -> said", "", []string{"--yes", "--board", password + "/../offhook.go"}, nil, "offhook.go"},
		{"a draft for an image -> said", "", []string{"--yes", "--board", "draft"}, nil, "name its board"},
		{"no account -> said", "", []string{"--yes", "--account", "1001"}, nil, `the account "1001" is not user@domain`},
		{"a bad transport -> said", "", []string{"--yes", "--account", "1@x.y", "--transport", "sctp"}, nil, "transport"},
		{"a control character -> said", "\n\n1@x.y\ntls\na\tb\nyes\n", nil, nil, "control character"},
		{"a bad address -> said", "", []string{"--yes", "--provisioning-url", "http://x.y/"}, nil, "is plain http"},
		{"both -> said", "", []string{"--yes", "--provisioning-url", "https://x.y/", "--account", "1@x.y"}, nil, "give one of them"},
		{"no password file -> said", "", []string{"--yes", "--account", "1@x.y", "--password-file", "/none"}, nil, "/none"},
		{"an empty password file -> said", "", []string{"--yes", "--account", "1@x.y", "--password-file", "/dev/null"}, nil, "/dev/null is empty"},
		{"a dry run -> shown", "", []string{"--yes", "--dry-run", "--account", "1@x.y", "--password-file", password}, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			status, out, stderr := m.setup(t, c.input, c.args...)
			if (status == exitOK) != (c.wrong == "") || !strings.Contains(stderr, c.wrong) {
				t.Errorf("status %d: %s\n%s", status, stderr, out)
			}
			if strings.Contains(out, "words") || strings.Contains(out, "pass#") {
				t.Errorf("it shows the password:\n%s", out)
			}
			files := m.files(t)
			if len(c.config) == 0 {
				if len(files) > 0 || m.calls() != "" {
					t.Errorf("it wrote %v and called %q", files, m.calls())
				}
				return
			}
			for _, part := range c.config {
				if !strings.Contains(files[defaultConfig], part) {
					t.Errorf("no %s in\n%s", part, files[defaultConfig])
				}
			}
			if want := "--root=" + m.root + " enable offhook.service\n"; m.calls() != want {
				t.Errorf("systemctl was called with %q, want %q", m.calls(), want)
			}
		})
	}
}

const (
	boardFile = "/etc/offhook/board.yaml"
	dropIn    = "/etc/systemd/system/offhook.service.d/devices.conf"
)

func TestSetup_takes_the_board_that_was_wired(t *testing.T) {
	m := newMachine(t)
	const mine = "offhook-board: 1\nname: mine\nhook: {compatible: gpio-hook, line: GPIO21}\n"
	m.put(t, boardFile, mine)
	if status, out, stderr := m.setup(t, "", "--yes", "--account", "1@pbx.example"); status != exitOK {
		t.Fatal(out, stderr)
	}
	files := m.files(t)
	if files[boardFile] != mine || !strings.Contains(files[defaultConfig], "board: \"board.yaml\"\n") || !strings.Contains(files[dropIn], "DeviceAllow=char-gpiochip rw\n") {
		t.Errorf("wrote %v", files)
	}
	for name, mode := range map[string]fs.FileMode{defaultConfig: 0o640, boardFile: 0o644, dropIn: 0o644} {
		info, err := os.Stat(filepath.Join(m.root, name))
		if err != nil || info.Mode() != mode {
			t.Errorf("%s: %v %v, want %v", name, info.Mode(), err, mode)
		}
	}
	if status, out, _ := offhook(t, "check", filepath.Join(m.root, defaultConfig)); status != exitOK {
		t.Error(out)
	}
}

func TestSetup_replaces_nothing_unasked(t *testing.T) {
	cases := []struct {
		name, input string
		args        []string
		replaced    bool
		status      int
	}{
		{"asked, no -> kept, the rest is written", "rpi3-deskphone\n\n\nno\nyes\n", nil, false, exitOK},
		{"asked, nothing said -> kept", "rpi3-deskphone\n\n\n\nyes\n", nil, false, exitOK},
		{"asked, yes -> replaced", "\n\n\nyes\nyes\n", nil, true, exitOK},
		{"nobody to ask -> refused", "", []string{"--yes"}, false, exitFailed},
		{"nobody to ask, --overwrite -> replaced", "", []string{"--yes", "--overwrite"}, true, exitOK},
		{"dry run -> kept", "", []string{"--yes", "--overwrite", "--dry-run"}, false, exitOK},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			const mine = "agent: 1\n# mine\n"
			m.put(t, defaultConfig, mine)
			status, out, stderr := m.setup(t, c.input, c.args...)
			files := m.files(t)
			if status != c.status || (files[defaultConfig] != mine) != c.replaced {
				t.Errorf("status %d, %q\n%s%s", status, files[defaultConfig], out, stderr)
			}
			if c.status != exitOK && len(files) != 1 {
				t.Errorf("it refused and wrote %v", files)
			}
		})
	}
}

func TestSetup_again_changes_nothing(t *testing.T) {
	m := newMachine(t)
	for range 2 {
		if status, out, stderr := m.setup(t, "", "--yes", "--board", "rpi4-deskphone"); status != exitOK {
			t.Fatal(out, stderr)
		}
	}
}

func TestSetup_a_service_that_is_not_enabled_is_told(t *testing.T) {
	m := newMachine(t)
	m.systemctl(t, "5")
	if status, _, _ := m.setup(t, "", "--yes"); status != 5 {
		t.Errorf("status %d", status)
	}
}

func TestSetup_without_the_package_the_service_is_not_enabled(t *testing.T) {
	m := newMachine(t)
	if err := os.Remove(filepath.Join(m.root, "usr/lib/systemd/system/offhook.service")); err != nil {
		t.Fatal(err)
	}
	status, out, stderr := m.setup(t, "", "--yes")
	if status != exitOK || m.calls() != "" || !strings.Contains(out, "offhook.service is not installed") {
		t.Errorf("status %d, %q: %s%s", status, m.calls(), out, stderr)
	}
}

func TestSetup_every_flag_is_read_by_the_script(t *testing.T) {
	script, err := os.ReadFile("../../buildroot/debian/setup")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range flagsOf(setupCommand()) {
		if f.Name != "unit" && !bytes.Contains(script, []byte("\n\t"+f.Name+") ")) {
			t.Errorf("it does not read --%s", f.Name)
		}
	}
}

func TestDevicesOf(t *testing.T) {
	cases := []struct {
		parts string
		want  string // beside the head; + is a device
	}{
		{"", ""},
		{"audio: {compatible: alsa-pcm}\nmixer: {compatible: alsa-mixer, outputs: {speaker: {volume: x}}}", "+char-alsa"},
		{"hook: {compatible: gpio-hook, line: GPIO21}", "+char-gpiochip"},
		{"hook: {compatible: evdev-hook, name: x, key: KEY_A}", "+char-input"},
		{"display: {compatible: ssd1306-i2c, bus: 3}", "+/dev/i2c-3"},
		{"display: {compatible: linux-fb}", "+char-fb +/dev/tty0 AmbientCapabilities CapabilityBoundingSet ProtectKernelTunables +/dev/fb0"},
		{"display: {compatible: drm}", "+char-drm +char-fb +/dev/tty0 AmbientCapabilities CapabilityBoundingSet ProtectKernelTunables"},
		{"display: {compatible: st7789-spi, dc: GPIO1, spi: spidev1.0}", "+char-gpiochip +/dev/spidev1.0"},
		{"lamps: {message: {compatible: sysfs-led, led: 'x:y'}}", "ProtectKernelTunables"},
		{"lamps: {message: {compatible: ws2812, pixel: 0}}", "+/dev/spidev0.0"},
		{"watchdog: {compatible: linux-watchdog, device: /dev/watchdog1}", "+/dev/watchdog1"},
		{"expanders: [{compatible: mcp23017, name: front, address: 0x20}]\nhook: {compatible: gpio-hook, line: 'front:1'}", "+/dev/i2c-1"},
	}
	for _, c := range cases {
		b, err := board.Load("b.yaml", []byte("offhook-board: 1\nname: b\n"+c.parts+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		_, body, ok := strings.Cut(devicesOf(b), "# By offhook setup, for b.\n[Service]\nDeviceAllow=\n")
		if !ok {
			t.Errorf("its head is missing")
		}
		var got []string
		for line := range strings.Lines(body) {
			if node, ok := strings.CutPrefix(line, "DeviceAllow="); ok {
				got = append(got, "+"+strings.TrimSuffix(node, " rw\n"))
				continue
			}
			name, _, _ := strings.Cut(line, "=")
			got = append(got, name)
		}
		if want := strings.Fields(c.want); !sameWords(got, want) {
			t.Errorf("%s -> %q, want %q", c.parts, got, want)
		}
	}
}

func sameWords(a, b []string) bool {
	for _, w := range b {
		if !strings.Contains(" "+strings.Join(a, " ")+" ", " "+w+" ") {
			return false
		}
	}
	return len(a) == len(b)
}

func TestSetup_unit_prints_the_drop_in_alone(t *testing.T) {
	status, out, stderr := offhook(t, "setup", "--unit", "--board", "rpi5-deskphone")
	if status != exitOK || !strings.HasPrefix(out, "# By offhook setup, for rpi5-deskphone.\n[Service]\n") || stderr != "" {
		t.Errorf("%d %s%s", status, out, stderr)
	}
}

// Every driver that opens a device the parameters do not name must be in needs.
func TestDevicesOf_every_part_of_every_board_opens_something(t *testing.T) {
	for _, name := range board.Names() {
		b, err := board.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range b.Parts {
			if strings.HasPrefix(part.Compatible, "faceplate-") {
				continue // a page
			}
			alone := *b
			alone.Parts = []board.Part{part}
			if strings.HasSuffix(devicesOf(&alone), "DeviceAllow=\n") && !onExpander(b, part) {
				t.Errorf("%s: %s (%s) opens no device", name, part.Path, part.Compatible)
			}
		}
	}
}

// onExpander: its lines are another part's, whose bus is opened.
func onExpander(b *board.Board, part board.Part) bool {
	for _, other := range b.Parts {
		if other.Kind == board.Expander {
			return true
		}
	}
	return false
}
