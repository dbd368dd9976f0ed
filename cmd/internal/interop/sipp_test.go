//go:build interop

package interop

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"offhook/media"
	"offhook/media/g711"
)

//go:embed testdata/sipp
var scenarios embed.FS

// script is a sipp scenario at work.
type script struct {
	*process
	t        *testing.T
	messages string // file
	port     int
	over     string // transport
	words    int    // that it was given to go on
}

// blanks are what a scenario's text may ask for.
type blanks struct{ Song, Status, Header, Answer string }

// sipp starts a scenario on a port of 127.0.0.1 and waits until it has it.
func sipp(t *testing.T, ctx context.Context, scenario, transport string, port int, b blanks, args ...string) *script {
	t.Helper()
	dir := t.TempDir()
	var text strings.Builder
	tmpl, err := template.New(scenario+".xml").Funcs(sippWords).ParseFS(scenarios, "testdata/sipp/"+scenario+".xml")
	must(t, err)
	must(t, tmpl.Execute(&text, b))
	file := filepath.Join(dir, scenario+".xml")
	must(t, os.WriteFile(file, []byte(text.String()), 0o600))
	s := &script{t: t, messages: filepath.Join(dir, "messages"), port: port, over: transport}
	args = append([]string{"-sf", file, "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", strconv.Itoa(port), "-t", map[string]string{"udp": "u1", "tcp": "t1"}[transport],
		"-ci", "127.0.0.1", "-cp", strconv.Itoa(freePort(t)), "-mp", strconv.Itoa(freePorts(t)), "-m", "1", "-nostdin",
		"-timeout", "30s", "-timeout_error", "-trace_msg", "-message_file", s.messages, "-trace_logs", "-log_file", s.messages + ".log", "-trace_err", "-error_file", filepath.Join(dir, "errors")}, args...)
	s.process = start(t, dir, "sipp", args...)
	t.Cleanup(func() {
		if t.Failed() {
			data, _ := os.ReadFile(s.messages) // there may be none
			t.Logf("sipp's messages:\n%s", data)
		}
	})
	return s
}

// freePorts are four in a row: sipp binds those of a video, too.
func freePorts(t *testing.T) int {
	t.Helper()
	for {
		port := freePort(t)
		if _, known := given.LoadOrStore(port+2, true); !known && isFree(port+2) && isFree(port+3) {
			return port
		}
	}
}

// served is a scenario that waits for a call.
func served(t *testing.T, ctx context.Context, scenario, transport string, port int, b blanks, args ...string) *script {
	t.Helper()
	s := sipp(t, ctx, scenario, transport, port, b, args...)
	must(t, awaitBound(ctx, s.process, transport, port))
	return s
}

// passes waits for the scenario's end, which must be a good one.
func (s *script) passes(ctx context.Context) {
	s.t.Helper()
	select {
	case <-s.done:
	case <-ctx.Done():
		s.t.Fatalf("sipp has not ended: %v", ctx.Err())
	}
	if s.err != nil {
		s.t.Fatalf("sipp: %v\n%s", s.err, s.errors())
	}
}

// saw waits for a message that the expression matches.
func (s *script) saw(ctx context.Context, expression string) error {
	re := regexp.MustCompile(expression)
	return s.poll(ctx, "see "+expression, func() error {
		data, err := os.ReadFile(s.messages)
		if err == nil && !re.Match(data) {
			err = errors.New("no such message")
		}
		return err
	})
}

// wordless is what a scenario logs that waits for the word to go on.
const wordless = "waits for the word"

// goOn gives a scenario the word, a request in its call: no pause is long enough for
// what is to be seen meanwhile, on a busy machine.
func (s *script) goOn(ctx context.Context) {
	s.t.Helper()
	s.words++
	must(s.t, s.poll(ctx, "wait for the word", func() error {
		data, err := os.ReadFile(s.messages + ".log")
		if err == nil && strings.Count(string(data), wordless) < s.words {
			err = errors.New("it does something else")
		}
		return err
	}))
	data, err := os.ReadFile(s.messages)
	must(s.t, err)
	id := regexp.MustCompile(`(?mi)^(?:Call-ID|i): *(\S+)`).FindSubmatch(data)
	if id == nil {
		s.t.Fatalf("no call in %s", data)
	}
	conn, err := net.Dial(s.over, at("127.0.0.1", s.port))
	must(s.t, err)
	s.t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "GO sip:sipp SIP/2.0\r\nVia: SIP/2.0/%s 127.0.0.1;branch=z9hG4bK%d\r\nFrom: <sip:go@%s>\r\nTo: <sip:sipp@%s>\r\nCall-ID: %s\r\nCSeq: 1 GO\r\nContent-Length: 0\r\n\r\n",
		strings.ToUpper(s.over), time.Now().UnixNano(), domain, domain, id[1])
	must(s.t, err)
}

func (s *script) errors() string {
	data, _ := os.ReadFile(filepath.Join(filepath.Dir(s.messages), "errors")) // there may be none
	return string(data)
}

// song is the melody far as sipp plays it: G.711 µ-law, nothing else.
func song(t *testing.T) string {
	t.Helper()
	format := g711.PCMU.Formats()[0]
	encoder, err := g711.PCMU.NewEncoder(format)
	must(t, err)
	sound := far.repeated(8000, 13)
	data := make([]byte, len(sound))
	for i := 0; i+160 <= len(sound); i += 160 {
		_, err := encoder.Encode(data[i:i+160], media.Frame(sound[i:i+160]))
		must(t, err)
	}
	dir, err := os.MkdirTemp("", "offhook-interop-") // its name must not have a comma
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := filepath.Join(dir, "far.ul")
	must(t, os.WriteFile(file, data, 0o600))
	return file
}

// sippWords are the words that scenarios are written in.
var sippWords = template.FuncMap{
	"called": func(more ...string) string {
		return `<recv request="INVITE"><action>
    <ereg regexp=".*" search_in="hdr" header="From:" assign_to="remote"/>
    <ereg regexp=".*" search_in="hdr" header="To:" assign_to="local"/>
    <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="target"/>
    ` + remember + strings.Join(more, "") + `
    <log message="[$remote][$local][$target]"/>
  </action></recv>`
	},
	// ended is a BYE that is answered later.
	"ended": func() string { return `<recv request="BYE"><action>` + remember + `</action></recv>` },
	"credentials": func(header string) string {
		return `<ereg regexp=".*" search_in="hdr" header="` + header + `" check_it="true" assign_to="found"/><log message="[$found]"/>
    <verifyauth assign_to="known" username="peer" password="secret-peer"/>`
	},
	// reply answers what came last.
	"reply": func(status, tag string, more ...string) string {
		to := "[last_To:]"
		if tag != "" {
			to += ";tag=" + tag
		}
		return message("", "SIP/2.0 "+status, "[last_Via:]", "[last_From:]", to, "[last_Call-ID:]", "[last_CSeq:]", more)
	},
	// late answers the INVITE that was remembered, whatever came after it.
	"late": func(status, tag string, more ...string) string { return late("INVITE", status, ";tag="+tag, more) },
	// lateBye answers the BYE.
	"lateBye": func(status, tag string) string { return late("BYE", status, ";tag="+tag, nil) },
	// inside is a request of the called side.
	"inside": func(method, number, tag string, more ...string) string {
		return message(repeat(method), method+" [$target] SIP/2.0", "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
			"From:[$local];tag="+tag, "To:[$remote]", "Call-ID: [call_id]", "CSeq: "+number+" "+method, more)
	},
	// outside is a request of the calling side.
	"outside": func(method, number string, more ...string) string {
		return outside(method, number, "[branch]", "[peer_tag_param]", more)
	},
	// apart is one that belongs to no dialog.
	"apart": func(method, number string, more ...string) string {
		return outside(method, number, "[branch]", "", more)
	},
	// odd has a branch that is no token (RFC 3261 §25.1): it must come back as it
	// is all the same.
	"odd": func(method, number string, more ...string) string {
		return outside(method, number, "z9hG4bK-"+method+"-[call_id]", "[peer_tag_param]", more)
	},
	// routed goes the way that the answer showed.
	"routed": func(method, number string, more ...string) string {
		return message(repeat(method), method+" [next_url] SIP/2.0", "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]",
			"From: <sip:9001@"+domain+">;tag=sipp", "To: <sip:[service]@"+domain+">[peer_tag_param]", "Call-ID: [call_id]", "CSeq: "+number+" "+method, append([]string{"[routes]"}, more...))
	},
	"go": func() string {
		return `<nop><action><log message="` + wordless + `"/></action></nop><recv request="GO"/>`
	},
	"remember": func() string { return remember },
	// check is within an action.
	"check": func(header, expression string) string {
		return `<ereg regexp="` + expression + `" search_in="hdr" header="` + header + `" check_it="true" assign_to="found"/><log message="[$found]"/>`
	},
	// asked is a request within the dialog, of a description.
	"asked": func(method, expression string) string {
		return `<recv request="` + method + `"><action>` + remember + `<ereg regexp="` + expression + `" search_in="body" check_it="true" assign_to="found"/><log message="[$found]"/></action></recv>`
	},
	"expect": func(header, expression string) string {
		return `<action><ereg regexp="` + expression + `" search_in="hdr" header="` + header + `" check_it="true" assign_to="found"/><log message="[$found]"/></action>`
	},
	"expectBody": func(expression string) string {
		return `<action><ereg regexp="` + expression + `" search_in="body" check_it="true" assign_to="found"/><log message="[$found]"/></action>`
	},
}

// remember keeps what an answer needs.
const remember = `<ereg regexp=".*" search_in="hdr" header="Via:" assign_to="via"/>
    <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="number"/>
    <log message="[$via][$number]"/>`

func late(method, status, tag string, more []string) string {
	return message("", "SIP/2.0 "+status, "Via:[$via]", "From:[$remote]", "To:[$local]"+tag, "Call-ID: [call_id]", "CSeq: [$number] "+method, more)
}

func outside(method, number, branch, tag string, more []string) string {
	return message(repeat(method), method+" sip:[service]@[remote_ip]:[remote_port] SIP/2.0", "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch="+branch,
		"From: <sip:9001@"+domain+">;tag=sipp", "To: <sip:[service]@"+domain+">"+tag, "Call-ID: [call_id]", "CSeq: "+number+" "+method, more)
}

// repeat is how a request is sent again until there is an answer.
func repeat(method string) string {
	if method == "ACK" {
		return ""
	}
	return ` retrans="500"`
}

// message puts one together. More may be "sdp" (or "echo", "echo-pcma": of sipp's port
// that throws sound back), a direction for it, and fields.
func message(how, first, via, from, to, callID, cseq string, more []string) string {
	lines := []string{first, via, from, to, callID, cseq, "Max-Forwards: 70"}
	if !strings.HasPrefix(first, "SIP/2.0 ") || first < "SIP/2.0 3" { // a refusal's Contact would be another address to try
		lines = append(lines, "Contact: <sip:9001@[local_ip]:[local_port];transport=[transport]>")
	}
	var body []string
	for _, m := range more {
		switch {
		case m == "sdp" || m == "echo" || m == "echo-pcma":
			port, payload, name := "[rtpstream_audio_port]", "0", "PCMU"
			if m != "sdp" {
				port = "[media_port]"
			}
			if m == "echo-pcma" {
				payload, name = "8", "PCMA"
			}
			body = append(body, "v=0", "o=- 7 [cseq] IN IP[local_ip_type] [local_ip]", "s=-", "c=IN IP[media_ip_type] [media_ip]", "t=0 0",
				"m=audio "+port+" RTP/AVP "+payload+" 101", "a=rtpmap:"+payload+" "+name+"/8000", "a=rtpmap:101 telephone-event/8000")
		case strings.HasPrefix(m, "send") || strings.HasPrefix(m, "recv"):
			body = append(body, "a="+m)
		case m != "":
			lines = append(lines, m)
		}
	}
	if body != nil {
		lines = append(lines, "Content-Type: application/sdp")
	}
	lines = append(append(lines, "Content-Length: [len]", ""), body...)
	return fmt.Sprintf("<send%s><![CDATA[\n%s\n]]></send>", how, strings.Join(lines, "\n"))
}
