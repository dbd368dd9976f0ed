package localapi

import (
	"io"
	"net/http"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// openMetrics is the form that a reader may ask for; else it is Prometheus's of
// before, version 0.0.4.
const openMetrics = "application/openmetrics-text"

// Metrics serves a status as Prometheus and others read it (GET alone).
func Metrics(b Backend) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := b.Status(r.Context())
		if err != nil {
			refuse(w, http.StatusServiceUnavailable, err)
			return
		}
		open := strings.Contains(r.Header.Get("Accept"), openMetrics)
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		if open {
			w.Header().Set("Content-Type", openMetrics+"; version=1.0.0; charset=utf-8")
		}
		_, _ = io.WriteString(w, metrics(s, processOf(), open)) // the reader may be gone
	})
}

// process is what this program takes.
type process struct {
	cpu        time.Duration
	resident   int64 // bytes
	files      int
	goroutines int
}

func processOf() (p process) {
	p.goroutines = runtime.NumGoroutine()
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) == nil {
		p.cpu = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	if text, err := os.ReadFile("/proc/self/statm"); err == nil {
		if fields := strings.Fields(string(text)); len(fields) > 1 {
			pages, _ := strconv.ParseInt(fields[1], 10, 64) // the kernel's own
			p.resident = pages * int64(os.Getpagesize())
		}
	}
	if dir, err := os.ReadDir("/proc/self/fd"); err == nil {
		p.files = len(dir)
	}
	return p
}

// exposition is a text of families; the samples of each come together.
type exposition struct {
	strings.Builder
	open    bool
	escapes *strings.Replacer // of labels' values
}

// family begins one. A counter's name is without _total.
func (e *exposition) family(name, kind, help string) {
	if kind == "counter" && !e.open {
		name += "_total"
	}
	e.WriteString("# HELP " + name + " " + help + "\n# TYPE " + name + " " + kind + "\n")
}

// sample adds one: labels are names and values in turn.
func (e *exposition) sample(name string, value float64, labels ...string) {
	e.WriteString(name)
	for i := 0; i < len(labels); i += 2 {
		e.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
		e.WriteString(labels[i] + `="` + e.escapes.Replace(strings.ToValidUTF8(labels[i+1], "\uFFFD")) + `"`)
	}
	if len(labels) > 0 {
		e.WriteString("}")
	}
	e.WriteString(" " + strconv.FormatFloat(value, 'g', -1, 64) + "\n")
}

func (e *exposition) gauge(name, help string, value float64, labels ...string) {
	e.family(name, "gauge", help)
	e.sample(name, value, labels...)
}

func (e *exposition) counter(name, help string, value float64) {
	e.family(name, "counter", help)
	e.sample(name+"_total", value)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// metrics names nobody who calls or is called: who reads them need not know.
func metrics(s Status, p process, open bool) string {
	e := &exposition{open: open, escapes: strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)}
	e.gauge("offhook_build_info", "The program and the board.", 1, "version", s.Version, "board", s.Board, "model", s.Model)
	e.gauge("offhook_start_time_seconds", "When the program started.", seconds(s.Started))
	e.accounts(s.Accounts)
	e.calls(s.Calls)
	e.totals(s.Totals)
	e.dropped(s.Dropped)
	e.provisioning(s.Provisioning)
	e.gauge("offhook_audio_running", "Whether the sound device works.", truth(s.Audio.State == "running"))
	e.family("offhook_audio_xruns", "counter", "Periods of sound that came or went too late.")
	e.sample("offhook_audio_xruns_total", float64(s.Audio.CaptureXruns), "direction", "capture")
	e.sample("offhook_audio_xruns_total", float64(s.Audio.PlaybackXruns), "direction", "playback")
	e.family("offhook_part_broken", "gauge", "Parts of the board that do not work.")
	for _, d := range s.Devices {
		e.sample("offhook_part_broken", 1, "part", d.Part)
	}
	e.counter("process_cpu_seconds", "Processor time.", p.cpu.Seconds())
	e.gauge("process_resident_memory_bytes", "Memory.", float64(p.resident))
	e.gauge("process_open_fds", "Open files.", float64(p.files))
	e.gauge("go_goroutines", "Goroutines.", float64(p.goroutines))
	if open {
		e.WriteString("# EOF\n")
	}
	return e.String()
}

func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

func (e *exposition) accounts(all []Account) {
	e.family("offhook_account_registered", "gauge", "Whether the account is registered.")
	for _, a := range all {
		e.sample("offhook_account_registered", truth(a.State == "registered"), "account", a.ID, "transport", a.Transport)
	}
	e.family("offhook_account_new_messages", "gauge", "Voice messages that nobody has heard.")
	for _, a := range all {
		e.sample("offhook_account_new_messages", float64(a.New), "account", a.ID)
	}
}

// calls are those that are up, with their figures.
func (e *exposition) calls(all []Call) {
	up, values := 0, map[string][]func(){}
	for _, c := range all {
		if !c.Ended.IsZero() {
			continue
		}
		up++
		if c.Media == nil || c.Answered.IsZero() {
			continue
		}
		c.Media.Figures(func(name string, value float64) {
			values[name] = append(values[name], func() {
				e.sample("offhook_call_"+name, value, "call", strconv.FormatUint(c.ID, 10), "account", c.Account, "codec", c.Media.Encoding)
			})
		})
	}
	e.gauge("offhook_calls", "Calls that are up.", float64(up))
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		e.family("offhook_call_"+name, "gauge", "Of each call that is up.")
		for _, sample := range values[name] {
			sample()
		}
	}
}

func (e *exposition) totals(t Totals) {
	e.family("offhook_calls_ended", "counter", "Calls by what became of them.")
	for _, way := range []struct {
		name string
		Outcomes
	}{{"incoming", t.Incoming}, {"outgoing", t.Outgoing}} {
		e.sample("offhook_calls_ended_total", float64(way.Answered), "direction", way.name, "outcome", "answered")
		e.sample("offhook_calls_ended_total", float64(way.Unanswered), "direction", way.name, "outcome", "unanswered")
		e.sample("offhook_calls_ended_total", float64(way.Failed), "direction", way.name, "outcome", "failed")
	}
	e.counter("offhook_calls_poor", "Ended calls whose sound was bad.", float64(t.Poor))
	e.counter("offhook_calls_talked_seconds", "Time talked, of ended calls.", t.Seconds)
	e.counter("offhook_rtp_received_packets", "Packets of sound, of ended calls.", float64(t.Received))
	e.counter("offhook_rtp_lost_packets", "Packets of sound that never came, of ended calls.", float64(t.Lost))
	e.counter("offhook_rtp_late_packets", "Packets of sound that came too late, of ended calls.", float64(t.Late))
}

func (e *exposition) dropped(d Dropped) {
	e.family("offhook_sip_dropped", "counter", "SIP messages that were dropped before they were read, by why.")
	e.sample("offhook_sip_dropped_total", float64(d.Source), "reason", "source")
	e.sample("offhook_sip_dropped_total", float64(d.All), "reason", "all")
	e.sample("offhook_sip_dropped_total", float64(d.Muted), "reason", "muted")
	e.sample("offhook_sip_dropped_total", float64(d.Large), "reason", "large")
}

func (e *exposition) provisioning(p Provisioning) {
	e.gauge("offhook_configuration_info", "The document in force.", 1, "hash", p.Hash, "state", p.State, "verdict", p.Verdict)
	e.gauge("offhook_provisioning_failures", "Fetches that failed, in a row.", float64(p.Failures))
	e.gauge("offhook_provisioning_last_fetch_time_seconds", "When a server answered last; 0: never.", seconds(p.LastFetch))
	e.gauge("offhook_configuration_on_trial", "Whether the document in force has yet to prove itself.", truth(!p.OnTrial.IsZero()))
}
