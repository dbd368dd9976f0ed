package app

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"offhook/media/keying"
	"offhook/ua"
)

func TestKeyingMethods(t *testing.T) {
	if keyingMethods(nil) != nil {
		t.Error("nothing named is not a choice")
	}
	if got := keyingMethods([]string{"dtls", "sdes"}); !slices.Equal(got, []keying.Method{keying.DTLS, keying.SDES}) {
		t.Error(got)
	}
}

func TestCallbook_tells_why_a_call_was_ended(t *testing.T) {
	b := newCallbook(slog.New(slog.DiscardHandler))
	b.fail(7, fmt.Errorf("%w: of 192.0.2.1", keying.ErrFingerprint))
	if call := <-b.failed; call != 7 {
		t.Error(call)
	}
	end := func(id ua.CallID, state ua.CallState) ua.Call {
		e := b.explain(ua.CallChanged{Call: ua.Call{ID: id, State: state, Cause: ua.LocalBye}})
		return e.(ua.CallChanged).Call
	}
	for _, test := range []struct {
		id    ua.CallID
		state ua.CallState
		cause ua.Cause
		text  string
	}{
		{7, ua.Confirmed, ua.LocalBye, ""},
		{8, ua.Terminated, ua.LocalBye, ""},
		{7, ua.Terminated, ua.CauseError, "the far end's DTLS certificate is not the one"},
	} {
		c := end(test.id, test.state)
		if c.Cause != test.cause || !strings.HasPrefix(c.Reason, test.text) || test.text == "" && c.Reason != "" {
			t.Errorf("%+v: %s %q", test, c.Cause, c.Reason)
		}
	}
	b.observe(ua.CallChanged{Call: end(7, ua.Terminated)})
	if len(b.failures) != 0 {
		t.Error("kept for ever")
	}
}

func TestPush_does_not_wait(t *testing.T) {
	b := newCallbook(slog.New(slog.DiscardHandler))
	for i := range ua.CallID(2 * callQueue) {
		push(b.log, b.secured, i)
	}
	if len(b.secured) != callQueue {
		t.Error(len(b.secured))
	}
}

func TestIdentity_is_one_a_run(t *testing.T) {
	b := newCallbook(slog.New(slog.DiscardHandler))
	first := b.identity()
	if first == nil || b.identity() != first {
		t.Error("not one")
	}
}
