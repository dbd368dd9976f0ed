//go:build interop

package interop

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/media"
	"offhook/media/mediatest"
)

// handset is an offhook agent whose sound card is files: sample n of what it
// says belongs to the same instant as sample n of what it hears. It says ourVoice,
// round and round.
type handset struct {
	*process
	t      *testing.T
	dir    string
	rate   int
	louder float64 // dB, what its far end is known to send
}

const handsetBoard = `offhook-board: 1
name: handset
model: Handset
audio: {compatible: file, microphone: %q, loudspeaker: %q, sample-rate: %d, period-ms: 10}
`

func newHandset(t *testing.T, rate int, accounts string, authorities ...string) *handset {
	t.Helper()
	binary, err := agentBinary()
	must(t, err)
	dir := t.TempDir()
	h := &handset{t: t, dir: dir, rate: rate}
	mouth, board, config := filepath.Join(dir, "mouth.wav"), filepath.Join(dir, "board.yaml"), filepath.Join(dir, "offhook.yaml")
	must(t, mediatest.SaveWAV(mouth, said(ourVoice, rate), rate))
	must(t, os.WriteFile(board, fmt.Appendf(nil, handsetBoard, mouth, h.earFile(), rate), 0o600))
	must(t, os.WriteFile(config, []byte(agentFile(t, accounts, authorities)), 0o600))
	h.process = start(t, dir, binary, "run", "--config", config, "--board", board, "--state", filepath.Join(dir, "state"), "--socket", h.socket())
	h.first()
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	_, err = h.await(ctx, 0, "^ready$")
	must(t, err)
	return h
}

func (h *handset) socket() string             { return filepath.Join(h.dir, "sock") }
func (h *handset) earFile() string            { return filepath.Join(h.dir, "ear.wav") }
func (h *handset) control() *localapi.Client  { return localapi.NewClient(h.socket()) }
func (h *handset) with(t *testing.T) *handset { h.t = t; return h }

// until polls the status until ok holds.
func (h *handset) until(ctx context.Context, what string, ok func(localapi.Status) bool) localapi.Status {
	h.t.Helper()
	var last localapi.Status
	err := h.poll(ctx, "come to "+what, func() (err error) {
		last, err = h.control().Status(ctx)
		if err == nil && !ok(last) {
			err = fmt.Errorf("it is at %+v %+v", last.Accounts, last.Calls)
		}
		return err
	})
	must(h.t, err)
	return last
}

func (h *handset) bound(ctx context.Context, id string) {
	h.t.Helper()
	h.until(ctx, id+" being registered", func(s localapi.Status) bool { return account(s, id).State == "registered" })
}

// newest waits until the newest call is as wanted.
func (h *handset) newest(ctx context.Context, what string, ok func(localapi.Call) bool) (found localapi.Call) {
	h.t.Helper()
	h.until(ctx, "a call that "+what, func(s localapi.Status) bool {
		newest, have := newestCall(s)
		found = newest
		return have && ok(newest)
	})
	return found
}

// last is the id of the newest call so far.
func (h *handset) last(ctx context.Context) uint64 {
	h.t.Helper()
	s, err := h.control().Status(ctx)
	must(h.t, err)
	newest, _ := newestCall(s)
	return newest.ID
}

// dial calls, and returns the call when it is up.
func (h *handset) dial(ctx context.Context, account, target string) localapi.Call {
	h.t.Helper()
	before := h.last(ctx)
	must(h.t, h.control().Dial(ctx, localapi.DialRequest{Account: account, Target: target}))
	return h.up(ctx, before)
}

// up waits for the call after one to be confirmed.
func (h *handset) up(ctx context.Context, before uint64) localapi.Call {
	h.t.Helper()
	call := h.newest(ctx, "is up", func(l localapi.Call) bool {
		return l.ID > before && (l.State == "confirmed" || l.State == "terminated")
	})
	if call.State != "confirmed" {
		h.t.Fatalf("the call ended: %s, %s", call.Cause, call.Reason)
	}
	return call
}

// answers waits for a call after one and answers it.
func (h *handset) answers(ctx context.Context, before uint64) localapi.Call {
	h.t.Helper()
	h.newest(ctx, "rings", func(l localapi.Call) bool { return l.ID > before && l.State == "early" })
	must(h.t, h.control().Answer(ctx))
	return h.up(ctx, before)
}

// hangUp ends the newest call.
func (h *handset) hangUp(ctx context.Context) localapi.Call {
	h.t.Helper()
	must(h.t, h.control().Hangup(ctx))
	return h.newest(ctx, "is over", func(l localapi.Call) bool { return l.State == "terminated" })
}

// ear is all that was heard since the agent began, as far as it is in the file.
func (h *handset) ear() media.Frame {
	h.t.Helper()
	data, err := os.ReadFile(h.earFile())
	must(h.t, err)
	return samplesOf(data)
}

// hear waits for so much more sound, after a moment in which play-out settles;
// from is its place in all that was heard.
func (h *handset) hear(ctx context.Context, long time.Duration) (heard media.Frame, from int) {
	h.t.Helper()
	from = len(h.ear()) + samples(settle, h.rate)
	to := from + samples(long, h.rate)
	must(h.t, h.poll(ctx, "hear enough", func() error {
		if have := len(h.ear()); have < to {
			return fmt.Errorf("of %v of sound %v are there", h.lasts(to), h.lasts(have))
		}
		return nil
	}))
	return h.ear()[from:to], from
}

// lasts is how long so many samples last.
func (h *handset) lasts(samples int) time.Duration {
	return time.Duration(samples) * time.Second / time.Duration(h.rate)
}

// echoed is the delay of a loop: of our own voice that came back.
func (h *handset) echoed(v verdict, from int) time.Duration {
	said := time.Duration(from) * time.Second / time.Duration(h.rate) % sentence
	return ((said-v.Lag)%sentence + sentence) % sentence
}

// wav is the sound of a file that may still be written to, its channels mixed.
func wav(name string) (sound media.Frame, rate int, err error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, 0, err
	}
	if len(data) < 44 {
		return nil, 0, fmt.Errorf("%s: no WAV file", name)
	}
	channels := int(binary.LittleEndian.Uint16(data[22:]))
	if channels == 0 {
		return nil, 0, fmt.Errorf("%s: its header is not written yet", name)
	}
	all := samplesOf(data)
	for i := 0; i+channels <= len(all); i += channels {
		sum := 0
		for _, s := range all[i : i+channels] {
			sum += int(s)
		}
		sound = append(sound, int16(sum/channels))
	}
	return sound, int(binary.LittleEndian.Uint32(data[24:])), nil
}
