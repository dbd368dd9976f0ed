package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/cmd/internal/localapi"
	"offhook/media"
	"offhook/provisioning"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// asProgram in the environment makes of this test the program that it tests.
const asProgram = "OFFHOOK_TEST_AS_PROGRAM"

// offhook runs a command line.
func offhook(t *testing.T, args ...string) (status int, out, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // of a command that should have ended
	defer cancel()
	var o, e bytes.Buffer
	status = execute(ctx, terminal{strings.NewReader(""), &o, &e}, args)
	return status, o.String(), e.String()
}

func TestExecute(t *testing.T) {
	nowhere := filepath.Join(t.TempDir(), "none.sock")
	cases := []struct {
		args        string
		status      int
		out, stderr string // parts of; "" means that nothing is printed there
	}{
		{"", 2, "", "Usage: offhook COMMAND"},
		{"help", 0, "Usage: offhook COMMAND", ""},
		{"--help", 0, "Usage: offhook COMMAND", ""},
		{"-h", 0, "Usage: offhook COMMAND", ""},
		{"help dial", 0, "Usage: offhook dial [flags] NUMBER|URI", ""},
		{"help fly", 2, "", `there is no command "fly"`},
		{"fly", 2, "", `there is no command "fly"; offhook help lists them`},
		{"dial --help", 0, "Usage: offhook dial", ""},
		{"dial", 2, "", "NUMBER|URI is missing"},
		{"dial 1 2", 2, "", `"2" is one argument too many`},
		{"status extra", 2, "", `"extra" is one argument too many`},
		{"dial 600 --fast", 2, "", "flag provided but not defined: -fast"},
		{"status --socket " + nowhere, 3, "", "offhook is not running here (nothing answers at " + nowhere + "): start it with offhook run"},
		{"dial 600 --json --socket " + nowhere, 3, "", "not running"},
		{"hangup --socket " + nowhere, 3, "", "not running"},
		{"answer --socket " + nowhere, 3, "", "not running"},
		{"reprovision --socket " + nowhere, 3, "", "not running"},
		{"history one", 2, "", "wanted is nothing, show N or diff N M"},
		{"history show x", 2, "", `"x" is not the number of a document`},
		{"rollback -- -1", 2, "", `"-1" is not the number of a document`},
		{"set phone.name", 2, "", "PATH VALUE is missing"},
		{"history --socket " + nowhere, 3, "", "not running"},
		{"explain accounts --socket " + nowhere, 3, "", "not running"},
		{"logs -f --socket " + nowhere, 3, "", "not running"},
		{"screen x.png --socket " + nowhere, 3, "", "not running"},
		{"door open --socket " + nowhere, 3, "", "not running"},
		{"door shut", 2, "", "wanted is open, open RELAY, log or log --verify"},
		{"door log --state /nowhere", 1, "", "the door's log: open /nowhere/door.log"},
		{"version", 0, "offhook development (go", ""},
		{"--version", 0, "offhook development (go", ""},
		{"version --json", 0, `"version": "development"`, ""},
		{"check", 2, "", "FILE… is missing"},
		{"check /nowhere.yaml", 4, "/nowhere.yaml: no such file", ""},
		{"completion", 2, "", "bash|zsh|fish is missing"},
		{"completion tcsh", 2, "", `no completion for "tcsh"`},
		{"board", 2, "", "is missing"},
		{"board fly", 2, "", `"fly" is none of list, detect, probe, show, test and audio`},
		{"board list", 0, "workbench", ""},
		{"board list --json", 0, `"name": "workbench"`, ""},
		{"board show workbench", 0, "sample-rate=16000", ""},
		{"board show workbench --json", 0, `"audio faceplate-audio"`, ""},
		{"board show nothing-like-it", 1, "", `board "nothing-like-it" is neither a file nor one of`},
		{"board test workbench --only noses", 2, "", `there are no "noses"`},
		{"run --config /nowhere.yaml", 1, "", "/nowhere.yaml"},
		{"run --board nothing-like-it", 1, "", "nothing-like-it"},
		{"run --provisioning-ca /nowhere.pem", 1, "", "--provisioning-ca: open /nowhere.pem"},
		{"run --provisioning-url https://phone:secret@x.example/", 1, "", "holds a user name or password"},
		{"run now", 2, "", `"now" is one argument too many`},
	}
	for _, c := range cases {
		t.Run(c.args, func(t *testing.T) {
			status, out, stderr := offhook(t, strings.Fields(c.args)...)
			wrong := status != c.status || !strings.Contains(out, c.out) || !strings.Contains(stderr, c.stderr)
			if wrong || (c.out == "") != (out == "") || (c.stderr == "") != (stderr == "") {
				t.Errorf("status %d, want %d\nstdout %q\nstderr %q", status, c.status, out, stderr)
			}
		})
	}
}

func TestExecute_every_command_has_help_and_a_summary(t *testing.T) {
	_, list, _ := offhook(t, "help")
	for _, c := range commands() {
		status, out, stderr := offhook(t, c.name, "--help")
		if status != 0 || stderr != "" || !strings.HasPrefix(out, c.summary+"\n") || !strings.Contains(list, c.summary) {
			t.Errorf("%s: status %d\n%s%s", c.name, status, out, stderr)
		}
	}
}

func TestParseAnywhere(t *testing.T) {
	cases := []struct{ args, rest, account string }{
		{"600", "600", ""},
		{"600 --account a", "600", "a"},
		{"--account a 600", "600", "a"},
		{"--account=a 600 --json", "600", "a"},
		{"-- --account", "--account", ""},
		{"1 -- --account a", "1 --account a", ""},
	}
	for _, c := range cases {
		fs := flag.NewFlagSet("x", flag.ContinueOnError)
		account := fs.String("account", "", "")
		jsonFlag(fs)
		rest, err := parseAnywhere(fs, strings.Fields(c.args))
		if err != nil || strings.Join(rest, " ") != c.rest || *account != c.account {
			t.Errorf("%s -> %q, account %q, %v", c.args, rest, *account, err)
		}
	}
}

func TestRun_a_bad_file_is_told_by_line(t *testing.T) {
	file := write(t, "offhook.yaml", "agent: 1\nbord: workbench\nprovisioning:\n  url: gopher://x\n")
	status, _, stderr := offhook(t, "run", "--config", file)
	if status != 1 || !strings.Contains(stderr, file+":2") || !strings.Contains(stderr, file+":4") || !strings.Contains(stderr, "bord") {
		t.Errorf("status %d: %s", status, stderr)
	}
	bad := write(t, "board.yaml", "offhook-board: 1\nname: x\nhook: {compatible: none-such}\n")
	status, _, stderr = offhook(t, "run", "--board", bad)
	if status != 1 || !strings.Contains(stderr, bad+":3") || !strings.Contains(stderr, "none-such") {
		t.Errorf("status %d: %s", status, stderr)
	}
}

func TestBeside(t *testing.T) {
	for _, c := range []struct{ board, state, wantBoard, wantState string }{
		{"workbench", "/var/lib/offhook", "workbench", "/var/lib/offhook"},
		{"mine.yaml", "state", "/etc/offhook/mine.yaml", "/etc/offhook/state"},
		{"/boards/mine.yaml", "/state", "/boards/mine.yaml", "/state"},
		{"", "../state", "", "/etc/state"},
	} {
		config := provisioning.AgentConfig{Board: c.board, State: c.state}
		if beside(&config, "/etc/offhook/offhook.yaml"); config.Board != c.wantBoard || config.State != c.wantState {
			t.Errorf("%+v: %q, %q", c, config.Board, config.State)
		}
	}
}

func TestStayAt(t *testing.T) {
	cases := []struct{ page, args, want string }{
		{"", "offhook run", "offhook run"},
		{"http://127.0.0.1:8470/", "offhook run", "offhook run --faceplate=127.0.0.1:8470"},
		{"http://127.0.0.1:8470/", "offhook run --faceplate=127.0.0.1:0", "offhook run --faceplate=127.0.0.1:0 --faceplate=127.0.0.1:8470"},
		{"http://127.0.0.1:8470/", "offhook run --faceplate=127.0.0.1:8470", "offhook run --faceplate=127.0.0.1:8470"},
	}
	for _, c := range cases {
		if got := strings.Join(stayAt(c.page, strings.Fields(c.args)), " "); got != c.want {
			t.Errorf("%s at %s -> %s", c.args, c.page, got)
		}
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestCheck(t *testing.T) {
	cases := []struct {
		name, text string
		kind       string
		faults     []string // parts of each, in order
	}{
		{"good board -> 0", "offhook-board: 1\nname: x\nhook: {compatible: faceplate-hook}\n", "board", nil},
		{"bad board -> its lines", "offhook-board: 1\nname: x\nhook: {compatible: none}\nlamps:\n  a: {compatible: faceplate-lamp, lamp: message, colour: red}\n", "board", []string{":3: hook.compatible:", ":5: lamps.a.colour:"}},
		{"good document -> 0", "offhook: 1\nphone:\n  name: Hall\n", "document", nil},
		{"bad document -> its lines", "offhook: 1\nphone:\n  nane: Hall\n  country: zz9\n", "document", []string{":3", ":4"}},
		{"good agent file -> 0", "agent: 1\nboard: workbench\n", "agent configuration", nil},
		{"bad agent file -> its line", "agent: 1\nlog:\n  level: loud\n", "agent configuration", []string{":3"}},
		{"agent file of an unknown board -> its line", "agent: 1\nboard: nix\n", "agent configuration", []string{`:2: board: board "nix" is neither a file nor one of`}},
		{"agent file with a board file that is not there -> its line", "agent: 1\nboard: mine.yaml\n", "agent configuration", []string{":2: board: open /"}},
		{"agent file with a relay that the board has not -> its line", "agent: 1\nboard: rpi-zero2w-intercom\nconfig:\n  door: {relay: dor, code: \"2580\"}\n", "agent configuration",
			[]string{`:4: config.door.relay: the board rpi-zero2w-intercom has no relay "dor" (it has: door)`}},
		{"something else -> said", "hello: world\n", "file", []string{"is neither a board file"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file := write(t, "f.yaml", c.text)
			want := 0
			if c.faults != nil {
				want = exitFaults
			}
			status, out, stderr := offhook(t, "check", file)
			lines := strings.Split(strings.TrimSpace(out), "\n")
			if status != want || stderr != "" || (want == 0 && out != file+": a good "+c.kind+"\n") {
				t.Errorf("status %d\n%s%s", status, out, stderr)
			}
			status, out, _ = offhook(t, "check", "--json", file)
			var all []checked
			if err := json.Unmarshal([]byte(out), &all); err != nil || status != want || len(all) != 1 || all[0].File != file || all[0].Kind != c.kind {
				t.Fatalf("status %d, %v in %s", status, err, out)
			}
			if len(all[0].Faults) != len(c.faults) || want != 0 && len(lines) != len(c.faults) {
				t.Fatalf("faults %q, printed %q", all[0].Faults, lines)
			}
			for i, part := range c.faults {
				if !strings.HasPrefix(lines[i], file) || !strings.Contains(lines[i], part) || all[0].Faults[i] != lines[i] {
					t.Errorf("fault %q, printed %q", all[0].Faults[i], lines[i])
				}
			}
		})
	}
	good, bad := write(t, "a.yaml", "offhook: 1\n"), write(t, "b.yaml", "offhook: 2\n")
	if status, out, _ := offhook(t, "check", good, bad); status != exitFaults || !strings.Contains(out, "a good document") || !strings.Contains(out, bad) {
		t.Errorf("one good and one bad: status %d\n%s", status, out)
	}
}

func TestCompletion_scripts_parse(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		_, script, _ := offhook(t, "completion", shell)
		for _, c := range commands() {
			if !strings.Contains(script, c.name) {
				t.Errorf("%s does not complete %s", shell, c.name)
			}
		}
		if strings.Contains(script, "`") {
			t.Errorf("%s: a mark of the flags' texts is in the script", shell)
		}
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("no %s here", shell)
			continue
		}
		if out, err := exec.Command(shell, "-n", write(t, "script", script)).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", shell, err, out)
		}
	}
}

func TestCompletion_bash_completes(t *testing.T) {
	_, script, _ := offhook(t, "completion", "bash")
	cases := []struct{ line, want string }{
		{"offhook sta", "status"},
		{"offhook rep", "reprovision"},
		{"offhook dial --acc", "--account"},
		{"offhook board sh", "show"},
		{"offhook completion f", "fish"},
		{"offhook logs -", "--f --json --socket"},
	}
	for _, c := range cases {
		words := strings.Fields(c.line)
		ask := script + "\nCOMP_WORDS=(" + c.line + ")\nCOMP_CWORD=" + string(rune('0'+len(words)-1)) + "\n_offhook\necho \"${COMPREPLY[*]}\""
		out, err := exec.Command("bash", "-c", ask).CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != c.want {
			t.Errorf("%s -> %s, want %s (%v)", c.line, out, c.want, err)
		}
	}
}

// fixture is a status with everything in it, strangers' escapes included.
func fixture(now time.Time) localapi.Status {
	stats := &media.Stats{Received: 4711, Lost: 3, Jitter: 1234 * time.Microsecond, PlayoutDelay: 60 * time.Millisecond,
		Concealed: 40 * time.Millisecond, Encoding: "PCMU", Suite: "AEAD_AES_128_GCM"}
	plainStats := *stats
	plainStats.Suite = ""
	plainStats.HandsFree = media.HandsFree{Canceller: "converged", ERL: media.Figure(4.25), ERLE: media.Figure(31), Delay: media.Figure(12), DoubleTalk: media.Figure(0), Gain: media.Figure(-3)}
	return localapi.Status{
		Version: "v1.2.3", Board: "workbench", Started: now.Add(-3 * time.Hour),
		Accounts: []localapi.Account{
			{ID: "home", AOR: "sip:1001@pbx.example", Transport: "tls", State: "registered", Server: "192.0.2.1:5061", Expires: now.Add(9 * time.Minute), New: 2,
				Ways: []localapi.Way{
					{State: "registered", Server: "pbx.example", Transport: "tls", Local: "192.0.2.7:40000", Remote: "192.0.2.1:5061", Public: "198.51.100.7:1024", Outbound: true, GRUU: "sip:1001@pbx.example;gr=x\x1b"},
					{State: "failed", Server: "backup.example"},
				},
				Watched:  []localapi.Watched{{Resource: "1002", State: "idle"}, {Resource: "sip:1003@pbx.example", Name: "Door\x1b", State: "early", Incoming: true, Remote: "sip:1004@pbx.example"}},
				Features: []localapi.Feature{{Name: "dnd"}, {Name: "forward-busy", On: true, Target: "1005"}},
				Missing:  []localapi.Subscription{{Event: "dialog", Resource: "1006", Cause: "the server refuses the subscription (403 Forbidden)", Retry: now.Add(time.Minute)}}},
			{ID: "work", AOR: "sip:7@work.example", Transport: "udp", State: "failed", Cause: "403 Forbidden\x1b[31m", Retry: now.Add(30 * time.Second)},
		},
		Calls: []localapi.Call{
			{ID: 7, State: "confirmed", Remote: "sip:600@pbx.example", Answered: now.Add(-65 * time.Second), Media: stats},
			{ID: 6, Incoming: true, Name: "Eve\x1b]0;gotcha\x07", Remote: "sip:eve@pbx.example", State: "confirmed", Answered: now.Add(-time.Second), Media: &plainStats},
			{ID: 5, Incoming: true, Remote: "sip:602@pbx.example", State: "early"},
			{ID: 4, Remote: "sip:603@pbx.example", State: "terminated", Reason: "486 Busy\x1b", Ended: now.Add(-time.Hour), Media: &media.Stats{}},
			{ID: 3, Remote: "sip:600@pbx.example", State: "terminated", Answered: now.Add(-61 * time.Minute), Ended: now.Add(-time.Hour)},
		},
		Provisioning: localapi.Provisioning{State: "provisioned", Source: "https://prov.example/00005e005301.yaml", Error: "500\nfrom the server", Pending: true,
			StoreError: "no space left on device", Attempts: []localapi.Attempt{
				{Step: "pinned", Why: "provisioning.url is not set in the agent's file"},
				{Step: "document", URL: "https://old.example/x.yaml", Why: "provisioning.url of the document in force", Error: "DNS: there is no host"},
				{Step: "static", URL: "https://prov.example/x.yaml", Why: "provisioning.static of the agent's file"},
			}},
		Audio:     localapi.Audio{SampleRate: 16000, Period: 160, State: "running", CaptureXruns: 1, PlaybackXruns: 2},
		Devices:   []localapi.Device{{Part: "display", Error: "open /dev/fb0: no such file"}},
		Diverting: localapi.Diverting{DoNotDisturb: true, Forward: "1007"},
		Listening: []localapi.Listener{{Transport: "udp", Address: "[::]:5060"}}, ListenError: "tcp [::]:5060: taken\ntls: taken",
		Faceplate: "http://127.0.0.1:8470/",
	}
}

func TestPrintStatus(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, s := range map[string]localapi.Status{
		"status-full.txt":  fixture(now),
		"status-empty.txt": {Version: "v1.2.3", Board: "workbench", Started: now, Provisioning: localapi.Provisioning{State: "unprovisioned"}, Audio: localapi.Audio{State: "absent"}},
	} {
		var out bytes.Buffer
		if err := printStatus(&out, s, now); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || out.String() != string(want) {
			t.Errorf("%s (%v): got\n%s", name, err, out.String())
		}
	}
}

func TestPrintRecord(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	clock := at.Local().Format("15:04:05.000")
	cases := []struct{ line, want string }{
		{`{"time":"2026-11-22T12:00:00Z","level":"INFO","msg":"ready","board":"x","took":1500000}`, clock + " INFO  ready board=x took=1500000"},
		{`{"time":"2026-11-22T12:00:00Z","level":"ERROR","msg":"bad","error":"a b","empty":""}`, clock + ` ERROR bad empty="" error="a b"`},
		{`{"time":"2026-11-22T12:00:00Z","level":"WARN","msg":"a\u001b[2J","reason":"x\u001b]0;y\u0007\nz"}`, clock + ` WARN  a` + "\uFFFD" + `[2J reason="x\x1b]0;y\a\nz"`},
		{"not JSON\x1b[2J", "not JSON\uFFFD[2J"},
	}
	for _, c := range cases {
		var out bytes.Buffer
		if err := printRecord(&out, []byte(c.line)); err != nil || out.String() != c.want+"\n" {
			t.Errorf("%s -> %q, %v", c.line, out.String(), err)
		}
	}
}

// answering is an agent in which everything works.
type answering struct{ asked []string }

func (a *answering) note(what string) error { a.asked = append(a.asked, what); return nil }

func (a *answering) Status(context.Context) (localapi.Status, error) {
	return fixture(time.Now()), nil
}
func (a *answering) Call(_ context.Context, id uint64) (localapi.CallDetail, error) {
	if id != 7 {
		return localapi.CallDetail{}, errors.New("there is no call 8 (offhook calls lists those of late)")
	}
	began := time.Date(2026, 1, 2, 14, 2, 0, 0, time.UTC)
	d := localapi.CallDetail{Call: localapi.Call{ID: 7, Account: "office", Remote: "sip:600@pbx.example", State: "terminated", Answered: began, Ended: began.Add(4 * time.Second),
		Grade: "bad", Verdict: "6 % lost on wlan0 all along", Media: &media.Stats{Encoding: "PCMA", Received: 190, Lost: 10}}, Link: "wlan0", Began: began}
	for i := range 4 {
		d.Seconds = append(d.Seconds, media.Second{Expected: 50, Lost: uint16(i), MOS: uint8(42 - i), Level: -30})
	}
	return d, nil
}
func (a *answering) Dial(_ context.Context, r localapi.DialRequest) error {
	if r.Target == "666" {
		return errors.New("the digit map has no such number")
	}
	return a.note("dial " + r.Account + " " + r.Target)
}
func (a *answering) Answer(context.Context) error { return a.note("answer") }
func (a *answering) Hangup(context.Context) error { return a.note("hangup") }
func (a *answering) Record(_ context.Context, r localapi.Switch) error {
	return a.note(fmt.Sprint("record ", r.On))
}
func (a *answering) Conference(_ context.Context, r localapi.Switch) error {
	return a.note(fmt.Sprint("conference ", r.On))
}
func (a *answering) Play(_ context.Context, r localapi.PlayRequest) error {
	return a.note("play " + filepath.Base(r.File))
}
func (a *answering) DoNotDisturb(_ context.Context, r localapi.Switch) error {
	return a.note(fmt.Sprint("dnd ", r.On))
}
func (a *answering) Forward(_ context.Context, r localapi.ForwardRequest) error {
	return a.note("forward " + r.Target)
}
func (a *answering) Message(_ context.Context, r localapi.MessageRequest) error {
	return a.note("message " + r.Account + " " + r.Target + " " + r.Text)
}
func (a *answering) OpenDoor(_ context.Context, r localapi.DoorRequest) error {
	if r.Relay == "cellar" {
		return errors.New("there is no door with the relay \"cellar\"")
	}
	return a.note("door " + r.Relay)
}
func (a *answering) Reprovision(context.Context) error { return a.note("reprovision") }
func (a *answering) Explain(context.Context) ([]localapi.Setting, error) {
	return []localapi.Setting{{Path: "phone.name", Value: "Hall", Origin: "default"}, {Path: "log.level", Value: "info", Origin: "default"}}, nil
}
func (a *answering) Logs(_ context.Context, _ bool, line func([]byte) error) error {
	return line([]byte(`{"time":"2026-11-22T12:00:00Z","level":"INFO","msg":"ready"}`))
}
func (a *answering) History(context.Context) (localapi.History, error) {
	return localapi.History{Damaged: "document.1 is not whole", Documents: []localapi.Kept{
		{Number: 3, Verdict: "rolled back", Step: "pinned", URL: "https://prov.example/x", Why: "no account is registered"},
		{Number: 2, InForce: true, Verdict: "confirmed", Step: "pinned", URL: "https://prov.example/x"}}}, nil
}
func (a *answering) Kept(_ context.Context, n int) (localapi.KeptDocument, error) {
	return localapi.KeptDocument{Kept: localapi.Kept{Number: n, Verdict: "confirmed", Step: "pinned", URL: "https://prov.example/x", Hash: "ab"}, Document: "offhook: 1\n"}, nil
}
func (a *answering) Differences(_ context.Context, from, to int) ([]string, error) {
	if from == to {
		return nil, nil
	}
	return []string{`phone.name: "a" -> "b"`}, nil
}
func (a *answering) Rollback(_ context.Context, r localapi.RollbackRequest) (localapi.RollbackRequest, error) {
	return localapi.RollbackRequest{Number: max(r.Number, 1)}, a.note(fmt.Sprint("rollback ", r.Number))
}
func (a *answering) InstallFirmware(_ context.Context, r localapi.InstallRequest) error {
	return a.note("firmware " + r.File)
}
func (a *answering) FirmwareBack(context.Context) error { return a.note("firmware back") }
func (a *answering) Set(_ context.Context, r localapi.SetRequest) error {
	return a.note("set " + r.Path + "=" + r.Value)
}
func (a *answering) Unset(_ context.Context, r localapi.SetRequest) error {
	return a.note("unset " + r.Path)
}
func (a *answering) Screen(context.Context) ([]byte, error) { return []byte("PNG"), nil }

func TestControl(t *testing.T) {
	dir, err := os.MkdirTemp("", "ctl") // short: a socket's path is at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := localapi.Bind(filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	agent := &answering{}
	server := localapi.Serve(l, agent, discard())
	defer server.Close()
	t.Setenv("OFFHOOK_SOCKET", filepath.Join(dir, "s"))
	cases := []struct {
		args        string
		status      int
		out, stderr string
	}{
		{"dial 600", 0, "dialling\n", ""},
		{"dial --account a 600 --json", 0, "{\n  \"ok\": true\n}\n", ""},
		{"dial 666", 1, "", "offhook dial: the digit map has no such number\n"},
		{"answer", 0, "answered\n", ""},
		{"hangup", 0, "hung up\n", ""},
		{"record start", 0, "done\n", ""},
		{"record stop", 0, "done\n", ""},
		{"record later", 2, "", "offhook record: \"later\" is neither start nor stop\n"},
		{"conference join", 0, "done\n", ""},
		{"play ding.wav", 0, "done\n", ""},
		{"dnd on", 0, "done\n", ""},
		{"dnd maybe", 2, "", "offhook dnd: \"maybe\" is neither on nor off\n"},
		{"forward 1007", 0, "done\n", ""},
		{"forward off", 0, "done\n", ""},
		{"door open", 0, "opened\n", ""},
		{"door open gate", 0, "opened\n", ""},
		{"door open cellar", 1, "", "offhook door: there is no door with the relay \"cellar\"\n"},
		{"message --account a 1002 back door", 0, "delivered\n", ""},
		{"reprovision", 0, "fetching\n", ""},
		{"history", 0, "3    -  rolled back  pinned, https://prov.example/x  no account is registered\n2 *  -  confirmed    pinned, https://prov.example/x  \ndamaged, and passed over: document.1 is not whole\n", ""},
		{"history show 2", 0, "# document 2, confirmed, fetched - from https://prov.example/x (pinned), SHA-256 ab\noffhook: 1\n", ""},
		{"history diff 1 2", 0, "phone.name: \"a\" -> \"b\"\n", ""},
		{"history diff 1 1", 0, "they say the same\n", ""},
		{"rollback", 0, "going back to document 1\n", ""},
		{"rollback 3 --json", 0, "{\n  \"number\": 3\n}\n", ""},
		{"set phone.name Back door", 0, "set\n", ""},
		{"unset phone.name", 0, "given back\n", ""},
		{"firmware install /var/lib/offhook/new", 0, "it starts once nobody uses the telephone, and is on trial then\n", ""},
		{"firmware back", 0, "the version of before starts once nobody uses the telephone\n", ""},
		{"firmware forward", 2, "", "offhook firmware: it is offhook firmware, offhook firmware install FILE or offhook firmware back\n"},
		{"explain phone", 0, "phone.name  Hall  default\n", ""},
		{"explain pho", 1, "", "offhook explain: there is no setting \"pho\" (offhook explain without a path lists them)\n"},
		{"call 8", 1, "", "offhook call: there is no call 8 (offhook calls lists those of late)\n"},
		{"call x", 2, "", "offhook call: \"x\" is not a call's number\n"},
		{"screen -", 0, "PNG", ""},
		{"logs --json", 0, `{"time":"2026-11-22T12:00:00Z","level":"INFO","msg":"ready"}` + "\n", ""},
		{"screen " + filepath.Join(dir, "s.png"), 0, "", ""},
		{"screen /nowhere/s.png", 1, "", "offhook screen: open /nowhere/s.png: no such file or directory\n"},
	}
	for _, c := range cases {
		if status, out, stderr := offhook(t, strings.Fields(c.args)...); status != c.status || out != c.out || stderr != c.stderr {
			t.Errorf("%s: status %d\nstdout %q\nstderr %q", c.args, status, out, stderr)
		}
	}
	if got := strings.Join(agent.asked, ", "); got != "dial  600, dial a 600, answer, hangup, record true, record false, conference true, play ding.wav, dnd true, forward 1007, forward , door , door gate, message a 1002 back door, reprovision, rollback 0, rollback 3, set phone.name=Back door, unset phone.name, firmware /var/lib/offhook/new, firmware back" {
		t.Errorf("asked %s", got)
	}
	status, out, _ := offhook(t, "call", "7", "--plot")
	for _, want := range []string{"heard                  bad: 6 % lost on wlan0 all along", "sound                  PCMA, not encrypted", "packets_lost           10", "lost, late  ▁▃▅█  0 to 6 %", "MOS         █▅▃▁  3.9 to 4.2"} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d: no %q in\n%s", status, want, out)
		}
	}
	if status, out, _ = offhook(t, "calls"); status != 0 || strings.Count(out, "\n") != 5 {
		t.Errorf("status %d: %s", status, out)
	}
	status, out, _ = offhook(t, "status", "--json")
	var s localapi.Status
	if err := json.Unmarshal([]byte(out), &s); err != nil || status != 0 || len(s.Calls) != 5 {
		t.Errorf("status %d: %v", status, err)
	}
	if status, out, _ := offhook(t, "status"); status != 0 || !strings.Contains(out, "up 3h0m0s") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestCredential_systemd_gives_file(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "offhook-state"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]string{"": "", dir: filepath.Join(dir, "offhook-state"), t.TempDir(): ""} {
		t.Setenv("CREDENTIALS_DIRECTORY", given)
		if got := credential("offhook-state"); got != want {
			t.Errorf("%q: %q, not %q", given, got, want)
		}
	}
}
