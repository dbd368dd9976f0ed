package localapi

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"offhook/media"
)

var (
	sampleLine = regexp.MustCompile(`^([a-z_]+)(\{([a-z_]+="(?:[^"\\\n]|\\["\\n])*")(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? (-?[0-9.e+-]+)$`)
	typeLine   = regexp.MustCompile(`^# TYPE ([a-z_]+) (gauge|counter)$`)
	helpLine   = regexp.MustCompile(`^# HELP ([a-z_]+) .+\.$`)
)

// exposed reads what a strict reader reads: each family told of first and in one
// piece, no series twice.
func exposed(t *testing.T, text string, open bool) map[string]string {
	t.Helper()
	series, kinds, family := map[string]string{}, map[string]string{}, ""
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if open {
		if lines[len(lines)-1] != "# EOF" {
			t.Error("no end is told")
		}
		lines = lines[:len(lines)-1]
	}
	for i, line := range lines {
		if m := helpLine.FindStringSubmatch(line); m != nil {
			if _, twice := kinds[m[1]]; twice {
				t.Errorf("%s begins twice", m[1])
			}
			family = m[1]
			continue
		}
		if m := typeLine.FindStringSubmatch(line); m != nil {
			if m[1] != family || !strings.HasPrefix(lines[i-1], "# HELP") {
				t.Errorf("%q is not after its help", line)
			}
			if counts := strings.HasSuffix(m[1], "_total"); counts != (m[2] == "counter" && !open) {
				t.Errorf("%q is not named as a %s is", line, m[2])
			}
			kinds[m[1]] = m[2]
			continue
		}
		m := sampleLine.FindStringSubmatch(line)
		if m == nil {
			t.Errorf("line %d is none: %q", i+1, line)
			continue
		}
		name := m[1]
		if open && kinds[family] == "counter" {
			name = strings.TrimSuffix(name, "_total")
		}
		if name != family {
			t.Errorf("%q stands among %s", line, family)
		}
		if _, twice := series[m[1]+m[2]]; twice {
			t.Errorf("%s twice", m[1]+m[2])
		}
		series[m[1]+m[2]] = m[4]
	}
	return series
}

func TestMetrics(t *testing.T) {
	call := func(id uint64, mos float64) Call {
		return Call{ID: id, Account: "a", Remote: "sip:nobody@else.example", Answered: time.Unix(1, 0),
			Media: &media.Stats{Encoding: "PCMA", Received: 100, Lost: 3, Jitter: 2 * time.Millisecond, MOSConversational: mos}}
	}
	ended := call(9, 4)
	ended.Ended = time.Unix(2, 0)
	s := Status{Version: "v1\"\\\n", Started: time.Unix(1767225600, 0), Accounts: []Account{{ID: "a", State: "registered", Transport: "tls", New: 2}, {ID: "b", State: "failed"}},
		Calls: []Call{call(7, 4.2), call(8, 0), ended, {ID: 10}}, Totals: Totals{Incoming: Outcomes{1, 2, 3}, Poor: 4, Seconds: 5.5},
		Dropped: Dropped{Source: 6}, Audio: Audio{State: "running"}, Devices: []Device{{Part: "screen"}}, Provisioning: Provisioning{State: "configured", OnTrial: time.Unix(3, 0)}}
	for _, open := range []bool{false, true} {
		text := metrics(s, process{cpu: time.Second, resident: 4096, files: 9, goroutines: 8}, open)
		series := exposed(t, text, open)
		for name, want := range map[string]string{
			`offhook_build_info{version="v1\"\\\n",board="",model=""}`: "1",
			`offhook_start_time_seconds`:                               "1.7672256e+09",
			`offhook_account_registered{account="a",transport="tls"}`:  "1",
			`offhook_account_registered{account="b",transport=""}`:     "0",
			`offhook_account_new_messages{account="a"}`:                "2",
			`offhook_calls`: "3",
			`offhook_call_packets_lost{call="7",account="a",codec="PCMA"}`:         "3",
			`offhook_call_mos_conversational{call="7",account="a",codec="PCMA"}`:   "4.2",
			`offhook_calls_ended_total{direction="incoming",outcome="unanswered"}`: "2",
			`offhook_calls_poor_total`:                                          "4",
			`offhook_calls_talked_seconds_total`:                                "5.5",
			`offhook_sip_dropped_total{reason="source"}`:                        "6",
			`offhook_audio_running`:                                             "1",
			`offhook_part_broken{part="screen"}`:                                "1",
			`offhook_configuration_on_trial`:                                    "1",
			`process_cpu_seconds_total`:                                         "1",
			`process_resident_memory_bytes`:                                     "4096",
			`offhook_audio_xruns_total{direction="capture"}`:                    "0",
			`offhook_configuration_info{hash="",state="configured",verdict=""}`: "1",
			`offhook_provisioning_last_fetch_time_seconds`:                      "0",
		} {
			if got := series[name]; got != want {
				t.Errorf("open %t: %s is %q, want %q", open, name, got, want)
			}
		}
		for _, none := range []string{`call="9"`, `mos_conversational{call="8"`, "sip:nobody"} {
			if strings.Contains(text, none) {
				t.Errorf("open %t: tells of %s", open, none)
			}
		}
	}
}

func TestMetrics_as_asked(t *testing.T) {
	for accept, want := range map[string]string{
		"": "text/plain; version=0.0.4; charset=utf-8", "text/plain;q=0.5": "text/plain; version=0.0.4; charset=utf-8",
		"application/openmetrics-text;version=1.0.0,*/*;q=0.1": "application/openmetrics-text; version=1.0.0; charset=utf-8",
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/metrics", nil)
		r.Header.Set("Accept", accept)
		Metrics(&fakeBackend{}).ServeHTTP(w, r)
		if got := w.Header().Get("Content-Type"); got != want || w.Code != http.StatusOK {
			t.Errorf("%q: %d, %s", accept, w.Code, got)
		}
		exposed(t, w.Body.String(), strings.Contains(want, "openmetrics"))
	}
	p := processOf()
	if p.cpu <= 0 || p.resident <= 0 || p.files < 3 || p.goroutines < 1 {
		t.Errorf("%+v", p)
	}
}
