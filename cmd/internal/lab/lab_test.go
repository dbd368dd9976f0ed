package lab

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/cmd/internal/lab/page"
	"offhook/cmd/internal/lab/provserver"
	"offhook/cmd/internal/lab/stream"
	"offhook/provisioning/native"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func start(t *testing.T, c Config) *Lab {
	t.Helper()
	l, err := Start(t.Context(), c)
	must(t, err)
	t.Cleanup(func() { must(t, l.Close()) })
	return l
}

// client trusts the workbench's authority alone.
func client(t *testing.T, l *Lab) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(l.Addresses().CAPEM)) {
		t.Fatal("no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// get fetches; headers are pairs.
func do(t *testing.T, c *http.Client, method, url, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	must(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.Do(req)
	must(t, err)
	defer res.Body.Close()
	content, err := io.ReadAll(res.Body)
	must(t, err)
	return res, string(content)
}

func TestProvisioning_hands_out_a_valid_document(t *testing.T) {
	l := start(t, Config{})
	c, url := client(t, l), strings.ReplaceAll(l.Addresses().ProvisioningURL, "{mac}", "0200c0ffee01")
	res, body := do(t, c, "GET", url, "")
	if res.StatusCode != 200 || res.Header.Get("ETag") == "" {
		t.Fatal(res.Status)
	}
	document, err := native.Parse([]byte(body), "workbench")
	must(t, err)
	must(t, document.Validate())
	accounts := document.SIPAccounts()
	if a := accounts[0]; a.User != "1001" || a.Registrar != l.Addresses().SIPTLS || !strings.Contains(a.TLS.CA, "BEGIN CERTIFICATE") || a.Password.Reveal() != "offhook-1001" {
		t.Errorf("%+v", a)
	}
	res, body = do(t, c, "GET", url, "", "If-None-Match", `"other", `+res.Header.Get("ETag"))
	if res.StatusCode != 304 || body != "" {
		t.Errorf("%s %q", res.Status, body)
	}
	if _, body := do(t, c, "GET", url+"?extension=1003", ""); !strings.Contains(body, "offhook-1003") {
		t.Error("the extension that was asked for is not in the document")
	}
	if fetches := l.Fetches(); len(fetches) != 3 || fetches[1].Status != 304 || fetches[0].MAC != "0200c0ffee01" || fetches[0].TLS != "TLS 1.3" {
		t.Errorf("%+v", fetches)
	}
}

func TestProvisioning_faults_on_purpose(t *testing.T) {
	l := start(t, Config{})
	c, url := client(t, l), strings.ReplaceAll(l.Addresses().ProvisioningURL, "{mac}", "02:00:C0:FF:EE:01")
	for mode, status := range map[provserver.Mode]int{provserver.Bad: 200, provserver.Failing: 500, provserver.Missing: 404, provserver.Good: 200} {
		must(t, l.SetProvisioning(mode))
		res, body := do(t, c, "GET", url, "")
		if res.StatusCode != status {
			t.Errorf("%s: %s", mode, res.Status)
		}
		if _, err := native.Parse([]byte(body), "x"); (err == nil) != (mode == provserver.Good) {
			t.Errorf("%s: %v", mode, err)
		}
	}
	if err := l.SetProvisioning("worse"); err == nil {
		t.Error("an unknown mode")
	}
	must(t, l.SetProvisioning(provserver.Good))
	l.SetDocument("0200c0ffee01", []byte("mine"))
	if _, body := do(t, c, "GET", url, ""); body != "mine" {
		t.Errorf("%q", body)
	}
	l.SetDocument("02-00-c0-ff-ee-01", nil)
	if _, body := do(t, c, "GET", url, ""); !strings.Contains(body, "offhook") {
		t.Errorf("%q", body)
	}
	for _, wrong := range []string{"/", "/nonsense.yaml", "/a/0200c0ffee01.yaml", "/0200c0ffee01.xml"} {
		base, _, _ := strings.Cut(l.Addresses().ProvisioningURL, "/{mac}")
		if res, _ := do(t, c, "GET", base+wrong, ""); res.StatusCode != 404 {
			t.Errorf("%s: %s", wrong, res.Status)
		}
	}
}

func TestPage_refuses_other_sites(t *testing.T) {
	l := start(t, Config{})
	url := strings.TrimSuffix(l.Addresses().PageURL, "/")
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	body := `{"mode":"500"}`
	for _, row := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"another host: refused", []string{"Host", "evil.example"}, 403},
		{"another origin: refused", []string{"Origin", "https://evil.example"}, 403},
		{"another site by its fetch metadata: refused", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"this page: allowed", []string{"Origin", url, "Sec-Fetch-Site", "same-origin"}, 204},
	} {
		t.Run(row.name, func(t *testing.T) {
			if res, text := do(t, c, "POST", url+"/api/provisioning", body, row.headers...); res.StatusCode != row.status {
				t.Errorf("%s %s", res.Status, text)
			}
		})
	}
	if res, text := do(t, c, "GET", url+"/", ""); !strings.Contains(text, "workbench") || !strings.Contains(res.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
		t.Error(res.Header)
	}
}

func TestPage_commands(t *testing.T) {
	l := start(t, Config{Seed: 7, FaceplateURL: "http://127.0.0.1:1/"})
	url := strings.TrimSuffix(l.Addresses().PageURL, "/")
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, row := range []struct {
		path, body string
		status     int
	}{
		{"mailbox", `{"extension":"1001","new":3,"old":1}`, 204},
		{"mailbox", `{"extension":"1001","new":-3,"old":1}`, 409},
		{"mailbox", `{"extension":"nobody","new":3,"old":1}`, 409},
		{"mailbox", `{"unknown":1}`, 400},
		{"mailbox", `nonsense`, 400},
		{"ring", `{"extension":"1001"}`, 409}, // not registered
		{"check-sync", `{"extension":"1001","reboot":true}`, 409},
		{"hangup", `{"call":1}`, 409},
		{"impairment", `{"delay_ms":40,"jitter_ms":5,"loss":2.5,"burst":2,"reorder":1,"duplicate":0,"seed":"18446744073709551615"}`, 204},
		{"impairment", `{"delay_ms":40,"loss":250,"burst":1,"seed":"0"}`, 409},
		{"document", `{"mac":"0200c0ffee01","body":"broken: ["}`, 204},
		{"document", `{"mac":""}`, 409},
	} {
		if res, text := do(t, c, "POST", url+"/api/"+row.path, row.body); res.StatusCode != row.status {
			t.Errorf("%s %s: %s %s", row.path, row.body, res.Status, text)
		}
	}
	if i := l.Impairment(); i.Delay != 40*time.Millisecond || i.Loss != 0.025 || i.Seed != 1<<64-1 {
		t.Errorf("%+v", i)
	}
	_, text := do(t, c, "GET", url+"/api/state", "")
	var state page.State
	must(t, json.Unmarshal([]byte(text), &state))
	if state.Mailboxes["1001"].New != 3 || state.Impairment.Loss != 2.5 || state.Faceplate == "" || state.Registrations == nil || state.Calls == nil {
		t.Errorf("%+v", state)
	}
	if _, text := do(t, c, "GET", url+"/api/document?mac=0200c0ffee01", ""); text != "broken: [" {
		t.Errorf("%q", text)
	}
}

func TestPage_pushes_what_changes(t *testing.T) {
	l := start(t, Config{})
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(t.Context(), "GET", l.Addresses().PageURL+"api/events", nil)
	must(t, err)
	res, err := c.Do(req)
	must(t, err)
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(nil, 1<<20)
	next := func(part string) {
		t.Helper()
		for lines.Scan() {
			if strings.Contains(lines.Text(), part) {
				return
			}
		}
		t.Fatalf("%q was not pushed: %v", part, lines.Err())
	}
	next("event: state")
	must(t, l.SetMessageWaiting("1001", 4, 2))
	next("1001 has 4 new and 2 old messages")
	next(`"1001":{"new":4,"old":2}`)
	l.SetFaceplate("http://127.0.0.1:9/")
	next(`"faceplate":"http://127.0.0.1:9/"`)
}

func TestNetwork_same_seed_same_fate(t *testing.T) {
	fates := func(seed uint64) (in, out []int) {
		n := &network{}
		n.now.Store(&Impairment{Loss: 0.2, Burst: 2, Seed: seed})
		a, b := n.paths()
		for i := range uint64(2000) {
			in, out = append(in, len(a(i))), append(out, len(b(i)))
		}
		return in, out
	}
	in, out := fates(1)
	again, _ := fates(1)
	other, _ := fates(2)
	if !slices.Equal(in, again) || slices.Equal(in, other) || slices.Equal(in, out) {
		t.Error("the fate does not depend on seed and direction alone")
	}
	lost := 0
	for _, copies := range in {
		if copies == 0 {
			lost++
		}
	}
	if lost < 300 || lost > 500 {
		t.Errorf("%d of 2000 packets are lost at 20 %%", lost)
	}
}

func TestNetwork_changes_during_a_call(t *testing.T) {
	l := start(t, Config{})
	in, _ := l.network.paths()
	if d := in(0); len(d) != 1 || d[0] != 0 {
		t.Errorf("%v", d)
	}
	l.SetImpairment(Impairment{Delay: time.Second})
	if d := in(1); len(d) != 1 || d[0] != time.Second {
		t.Errorf("%v", d)
	}
	if d := in(stream.ReportDelay); len(d) != 1 || d[0] != time.Second {
		t.Errorf("%v", d)
	}
	l.SetImpairment(Impairment{Loss: 1})
	if d := in(2); len(d) != 0 {
		t.Errorf("%v", d)
	}
}

func TestStart_refusals(t *testing.T) {
	if _, err := Start(t.Context(), Config{Host: "0.0.0.0"}); err == nil || !strings.Contains(err.Error(), "loopback") {
		t.Error(err)
	}
	l := start(t, Config{})
	_, port, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(l.Addresses().PageURL, "http://"), "/"), ":")
	number := 0
	for _, digit := range port {
		number = 10*number + int(digit-'0')
	}
	if _, err := Start(t.Context(), Config{Page: number}); err == nil || !strings.Contains(err.Error(), "--page-port") {
		t.Error(err)
	}
	if _, err := Start(t.Context(), Config{HTTPS: number}); err == nil || !strings.Contains(err.Error(), "--https-port") {
		t.Error(err)
	}
}

func TestClose_with_the_context_too(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	l, err := Start(ctx, Config{Dir: t.TempDir()})
	must(t, err)
	cancel()
	must(t, l.Close())
	must(t, l.Close())
	if err := l.Ring("1001"); err == nil {
		t.Error("a closed exchange rings")
	}
}
