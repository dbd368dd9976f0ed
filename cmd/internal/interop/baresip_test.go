//go:build interop

package interop

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"text/template"

	_ "embed"

	"offhook/media"
	"offhook/media/mediatest"
)

//go:embed testdata/baresip.conf
var baresipConfig string

// baresip is a far end. What it tells over its control port are events to wait
// for, what it does is asked for there and at its console.
type baresip struct {
	*process
	dir     string
	control net.Conn
	console net.Conn

	heardRate int // Hz of what heard returned

	mu     sync.Mutex
	events []event
	more   chan struct{}

	Host, Source, Player string
	Codecs, Answers      string
	Rate                 int // Hz of its sound
	SIP, Control, Cons   int
	Cert, CA, Dir        string
}

// Listen is where it takes calls.
func (b *baresip) Listen() string { return at(b.Host, b.SIP) }

// event is what baresip tells.
type event struct {
	Event bool   `json:"event"`
	Type  string `json:"type"`
	Param string `json:"param"`
	Peer  string `json:"peeruri"`
	ID    string `json:"id"`
}

// newBaresip starts one with one account at the proxy and waits for its
// registration. Its microphone sings the melody far, again and again.
func newBaresip(t *testing.T, k *kamailio, user, transport string, params string, options ...func(*baresip)) *baresip {
	t.Helper()
	dir := t.TempDir()
	b := &baresip{dir: dir, Dir: dir, more: make(chan struct{}), Host: "127.0.0.1", CA: k.CA,
		SIP: freePort(t), Control: freePort(t), Cons: freePort(t), Player: "aubridge,ear",
		Codecs: "PCMU/8000,PCMA/8000", Answers: "manual", Rate: 8000}
	song := filepath.Join(dir, "far.wav")
	must(t, mediatest.SaveWAV(song, far.repeated(8000, 40), 8000))
	b.Source = "aufile," + song
	for _, o := range options {
		o(b)
	}
	b.certify(t, k)
	b.configure(t, k, user, transport, params)
	b.process = start(t, dir, "baresip", "-f", dir)
	b.first()
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	b.connect(t, ctx)
	return b
}

func (b *baresip) certify(t *testing.T, k *kamailio) {
	pair, err := k.authority.Server(b.Host)
	must(t, err)
	certFile, keyFile := writePair(t, b.dir, pair)
	both := ""
	for _, f := range []string{certFile, keyFile} {
		data, err := os.ReadFile(f)
		must(t, err)
		both += string(data)
	}
	b.Cert = filepath.Join(b.dir, "both.pem")
	must(t, os.WriteFile(b.Cert, []byte(both), 0o600))
}

func (b *baresip) configure(t *testing.T, k *kamailio, user, transport, params string) {
	var text strings.Builder
	must(t, template.Must(template.New("").Parse(baresipConfig)).Execute(&text, b))
	account := fmt.Sprintf("<sip:%s@%s;transport=%s>;auth_pass=secret-%s;outbound=\"sip:%s;transport=%s\";regint=600;answermode=%s;audio_codecs=%s%s\n",
		user, domain, transport, user, at(b.Host, k.port(transport)), transport, b.Answers, b.Codecs, params)
	for name, data := range map[string]string{"config": text.String(), "accounts": account, "contacts": ""} {
		must(t, os.WriteFile(filepath.Join(b.dir, name), []byte(data), 0o600))
	}
}

// connect takes the control port and the console, then waits for the binding.
func (b *baresip) connect(t *testing.T, ctx context.Context) {
	t.Helper()
	var err error
	b.control, err = connect(ctx, b.process, "127.0.0.1", b.Control)
	must(t, err)
	b.console, err = connect(ctx, b.process, "127.0.0.1", b.Cons)
	must(t, err)
	var reading sync.WaitGroup
	reading.Go(func() { b.readEvents(bufio.NewReader(b.control)) })
	reading.Go(func() { _, _ = io.Copy(io.Discard, b.console) }) // an echo of keys
	t.Cleanup(func() {
		_ = b.control.Close() // baresip goes anyway
		_ = b.console.Close()
		reading.Wait()
	})
	_, err = b.process.await(ctx, 0, `\[\d+ binding|200 OK|registered successfully`)
	must(t, err)
}

// readEvents reads netstrings of JSON.
func (b *baresip) readEvents(r *bufio.Reader) {
	for {
		head, err := r.ReadString(':')
		if err != nil {
			return
		}
		n, err := strconv.Atoi(strings.TrimSuffix(head, ":"))
		if err != nil {
			return
		}
		body := make([]byte, n+1)
		if _, err := io.ReadFull(r, body); err != nil {
			return
		}
		var e event
		if json.Unmarshal(body[:n], &e) != nil || !e.Event {
			continue
		}
		b.mu.Lock()
		b.events = append(b.events, e)
		close(b.more)
		b.more = make(chan struct{})
		b.mu.Unlock()
	}
}

// happened is how many events there were: a mark for until.
func (b *baresip) happened() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.events)
}

// until waits for an event of a type, after a mark.
func (b *baresip) until(ctx context.Context, from int, kind string) (event, error) {
	for {
		b.mu.Lock()
		events, more := b.events, b.more
		b.mu.Unlock()
		for ; from < len(events); from++ {
			if events[from].Type == kind {
				return events[from], nil
			}
		}
		select {
		case <-more:
		case <-b.done:
			return event{}, fmt.Errorf("baresip ended (%v) before %s:\n%s", b.err, kind, b.tail())
		case <-ctx.Done():
			return event{}, fmt.Errorf("baresip did not tell of %s but of %+v: %w", kind, events, ctx.Err())
		}
	}
}

// after is a mark behind the next event of a type.
func (b *baresip) after(mark int, kind string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := mark; i < len(b.events); i++ {
		if b.events[i].Type == kind {
			return i + 1
		}
	}
	return len(b.events)
}

// command is a word of its menu.
func (b *baresip) command(t *testing.T, word, params string) {
	t.Helper()
	data, err := json.Marshal(map[string]string{"command": word, "params": params})
	must(t, err)
	_, err = fmt.Fprintf(b.control, "%d:%s,", len(data), data)
	must(t, err)
}

// release lets the key go that was pressed: its event ends.
const release = "\x04"

// press presses keys of its console: x holds, X resumes, digits are sent.
func (b *baresip) press(t *testing.T, keys string) {
	t.Helper()
	_, err := io.WriteString(b.console, keys)
	must(t, err)
}

// heard is what came out of its jitter buffer in the last call: read when the
// call is over.
func (b *baresip) heard(t *testing.T) media.Frame {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(b.dir, "dump-*.wav"))
	must(t, err)
	var sound media.Frame
	for _, f := range files { // by time: the last is the newest
		if strings.HasSuffix(f, "-dec.wav") {
			sound, b.heardRate, err = wav(f)
			must(t, err)
		}
		must(t, os.Remove(f))
	}
	if len(sound) == 0 {
		t.Fatal("baresip kept no sound")
	}
	return sound
}

// soFar is what came out of its jitter buffer until now, in a call that goes on;
// nothing if it has not begun to keep it.
func (b *baresip) soFar(t *testing.T) (sound media.Frame, rate int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(b.dir, "dump-*-dec.wav"))
	must(t, err)
	if len(files) == 0 {
		return nil, 1
	}
	sound, rate, err = wav(files[len(files)-1]) // by time: the last is the newest
	if err != nil {
		return nil, 1 // it has no header yet
	}
	return sound, rate
}

// samplesOf is the sound of a WAV file whose header is not finished yet.
func samplesOf(wav []byte) media.Frame {
	_, data, ok := bytes.Cut(wav, []byte("data"))
	if !ok || len(data) < 4 {
		return nil
	}
	return pcmOf(data[4:])
}

func pcmOf(data []byte) media.Frame {
	var out media.Frame
	for ; len(data) >= 2; data = data[2:] {
		out = append(out, int16(binary.LittleEndian.Uint16(data)))
	}
	return out
}

// accepts has it answer the call that comes after a mark.
func (b *baresip) accepts(t *testing.T, ctx context.Context, mark int) {
	t.Helper()
	_, err := b.until(ctx, mark, "CALL_INCOMING")
	must(t, err)
	b.command(t, "accept", "")
}

// closed waits for the end of its call.
func (b *baresip) closed(t *testing.T, ctx context.Context, mark int) event {
	t.Helper()
	e, err := b.until(ctx, mark, "CALL_CLOSED")
	must(t, err)
	return e
}
