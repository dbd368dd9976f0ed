package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"offhook/media/keying"
	"offhook/ua"
)

// callQueue is how many calls may wait to be told of.
const callQueue = 32

// newIdentity makes who this telephone is by DTLS when it is first asked for:
// a certificate for each run, which nobody can follow from one to the next.
func newIdentity(log *slog.Logger) func() *keying.Identity {
	return sync.OnceValue(func() *keying.Identity {
		id, err := keying.NewIdentity(time.Now())
		if err != nil {
			log.Error("no certificate: calls cannot be encrypted by DTLS", "error", err)
		}
		return id
	})
}

// keyingMethods reads an account's list; nil means the usual.
func keyingMethods(names []string) []keying.Method {
	var list []keying.Method
	for _, name := range names {
		switch name {
		case "sdes":
			list = append(list, keying.SDES)
		case "dtls":
			list = append(list, keying.DTLS)
		}
	}
	return list
}

// fail notes why a call's sound cannot be had, and has the call ended. Sessions
// call it: it does not wait.
func (b *callbook) fail(call ua.CallID, err error) {
	b.log.Error("the call cannot be encrypted as agreed: ending it", "call", call, "error", err)
	b.mu.Lock()
	b.failures[call] = err
	b.mu.Unlock()
	push(b.log, b.failed, call)
}

func push(log *slog.Logger, queue chan<- ua.CallID, call ua.CallID) {
	select {
	case queue <- call:
	default:
		log.Error("too many calls at once to be told of", "call", call)
	}
}

// explain completes the end of a call that we ended because its sound failed:
// the person wants to know why.
func (b *callbook) explain(e ua.Event) ua.Event {
	changed, ok := e.(ua.CallChanged)
	if !ok || changed.Call.State != ua.Terminated {
		return e
	}
	b.mu.Lock()
	err := b.failures[changed.Call.ID]
	b.mu.Unlock()
	if err == nil {
		return e
	}
	_, text, _ := strings.Cut(err.Error(), ": ") // the room's name is not for people
	changed.Call.Cause, changed.Call.Reason = ua.CauseError, text
	return changed
}

// giveUp hangs a call up; an agent that is busy is asked again.
func (a *App) giveUp(ctx context.Context, call ua.CallID) {
	for pause := 10 * time.Millisecond; ; pause *= 2 {
		err := a.agent.Hangup(call)
		if !errors.Is(err, ua.ErrBusy) {
			return
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}
