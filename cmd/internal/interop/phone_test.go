//go:build interop || browser

package interop

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offhook/cmd/internal/lab/station"
	"offhook/cmd/internal/localapi"
	"offhook/hal"
	"offhook/hal/faceplate/remote"
)

// telephone is an offhook agent and a person in front of it.
type telephone struct {
	*station.Station
	t    *testing.T
	page *remote.Client
	ear  *ear
	said int64 // samples spoken so far
}

// newTelephone starts an agent with the lines of accounts, trusting the
// authorities in the files.
func newTelephone(t *testing.T, accounts string, authorities ...string) *telephone {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "offhook.yaml")
	must(t, os.WriteFile(file, []byte(agentFile(t, accounts, authorities)), 0o600))
	p := startTelephone(t, dir, "--config", file)
	p.configured(accounts)
	return p
}

// configured waits until the phone works by its document: it says that it is ready
// a moment before.
func (p *telephone) configured(accounts string) {
	p.t.Helper()
	if accounts == "" {
		return
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), rowTime)
	defer cancel()
	_, err := p.Until(ctx, "being configured", func(s localapi.Status) bool {
		return len(s.Accounts) > 0 && p.logged("configuration applied") > 0
	})
	must(p.t, err)
}

func startTelephone(t *testing.T, dir string, args ...string) *telephone {
	t.Helper()
	binary, err := agentBinary()
	must(t, err)
	return startTelephoneBy(t, binary, dir, args...)
}

// startTelephoneBy starts it by another program, which becomes it.
func startTelephoneBy(t *testing.T, binary, dir string, args ...string) *telephone {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	s, err := station.Start(ctx, station.Config{Binary: binary, Dir: dir, Args: args, StopTime: rowTime})
	must(t, err)
	p := &telephone{Station: s, t: t}
	t.Cleanup(func() {
		p.with(t).stop()
		if t.Failed() {
			t.Logf("the agent's log ends so:\n%s", s.LogTail())
		}
	})
	p.page, err = remote.Dial(ctx, s.Faceplate)
	must(t, err)
	return p
}

// with has the telephone's troubles be those of a row.
func (p *telephone) with(t *testing.T) *telephone {
	p.t = t
	return p
}

// listen takes the faceplate's sound.
func (p *telephone) listen(ctx context.Context) {
	p.t.Helper()
	format, err := p.page.Audio(ctx)
	must(p.t, err)
	p.ear = newEar(p.page, format)
}

// stop ends the agent once; it must end well.
func (p *telephone) stop() {
	if p.page != nil {
		_ = p.page.Close() // the agent goes anyway
		p.page = nil
	}
	if p.ear != nil {
		<-p.ear.done
	}
	select {
	case <-p.Done():
		return
	default:
	}
	if err := p.Stop(); err != nil {
		p.t.Errorf("the agent's end: %v", err)
	}
}

func agentFile(t *testing.T, accounts string, authorities []string) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("agent: 1\nlog: {level: debug}\nconfig:\n  log: {level: debug}\n")
	if len(authorities) > 0 {
		b.WriteString("  tls:\n    authorities:\n")
	}
	for i, file := range authorities {
		pem, err := os.ReadFile(file)
		must(t, err)
		fmt.Fprintf(&b, "      - name: ca%d\n        pem: |\n          %s\n", i, strings.ReplaceAll(strings.TrimSpace(string(pem)), "\n", "\n          "))
	}
	b.WriteString("  accounts:\n" + accounts)
	return b.String()
}

// account is the state of an account.
func account(s localapi.Status, id string) localapi.Account {
	for _, a := range s.Accounts {
		if a.ID == id {
			return a
		}
	}
	return localapi.Account{}
}

// bound waits until an account is registered.
func (p *telephone) bound(ctx context.Context, id string) localapi.Account {
	p.t.Helper()
	return p.accountIs(ctx, id, "registered")
}

func (p *telephone) accountIs(ctx context.Context, id, state string) localapi.Account {
	p.t.Helper()
	s, err := p.Until(ctx, id+" being "+state, func(s localapi.Status) bool { return account(s, id).State == state })
	must(p.t, err)
	return account(s, id)
}

// callIs waits until the newest call has come to a state.
func (p *telephone) callIs(ctx context.Context, state string) localapi.Call {
	p.t.Helper()
	return p.callThat(ctx, "is "+state, func(c localapi.Call) bool { return c.State == state })
}

// callThat waits until the newest call is as wanted.
func (p *telephone) callThat(ctx context.Context, what string, ok func(localapi.Call) bool) (found localapi.Call) {
	p.t.Helper()
	_, err := p.Until(ctx, "a call that "+what, func(s localapi.Status) bool {
		newest, have := newestCall(s)
		found = newest
		return have && ok(newest)
	})
	must(p.t, err)
	return found
}

func newestCall(s localapi.Status) (newest localapi.Call, have bool) {
	for _, c := range s.Calls {
		if !have || c.ID > newest.ID {
			newest, have = c, true
		}
	}
	return newest, have
}

// lastCall is the id of the newest call so far.
func (p *telephone) lastCall(ctx context.Context) uint64 {
	p.t.Helper()
	s, err := p.Control().Status(ctx)
	must(p.t, err)
	newest, _ := newestCall(s)
	return newest.ID
}

// newCall waits for a call younger than one, in a state.
func (p *telephone) newCall(ctx context.Context, after uint64, state string) localapi.Call {
	p.t.Helper()
	return p.callThat(ctx, fmt.Sprintf("is newer than %d and %s", after, state), func(c localapi.Call) bool { return c.ID > after && c.State == state })
}

// quiet waits until no call is up.
func (p *telephone) quiet(ctx context.Context) {
	p.t.Helper()
	_, err := p.Until(ctx, "no call", func(s localapi.Status) bool {
		for _, c := range s.Calls {
			if c.Ended.IsZero() {
				return false
			}
		}
		return true
	})
	must(p.t, err)
}

// logged is how often the agent's log has a text.
func (p *telephone) logged(text string) int {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(filepath.Dir(p.Socket()), "agent.log"))
	must(p.t, err)
	return strings.Count(string(data), text)
}

// logs waits until the log has a text so often.
func (p *telephone) logs(ctx context.Context, text string, times int) {
	p.t.Helper()
	_, err := p.Until(ctx, fmt.Sprintf("%d times %q in the log", times, text), func(localapi.Status) bool { return p.logged(text) >= times })
	must(p.t, err)
}

// dial lifts the handset and, once the telephone asks for a number, dials by
// keys: hook and keys are devices of their own, and a key that overtook the
// hook would be a number to be dialled by lifting.
func (p *telephone) dial(number string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), rowTime)
	defer cancel()
	before := p.shown()
	must(p.t, p.page.Hook(hal.OffHook))
	must(p.t, p.page.WaitScreen(ctx, func(img image.Image) bool { return picture(img) != before }))
	var err error
	for _, digit := range number {
		err = errors.Join(err, p.page.Tap(hal.Key(digit)))
	}
	must(p.t, errors.Join(err, p.page.Tap(hal.KeyOK)))
}

// lift answers; cradle hangs up.
func (p *telephone) lift()   { p.t.Helper(); must(p.t, p.page.Hook(hal.OffHook)) }
func (p *telephone) cradle() { p.t.Helper(); must(p.t, p.page.Hook(hal.OnHook)) }

// hangUp puts the handset down and waits for the end of every call.
func (p *telephone) hangUp(ctx context.Context) {
	p.t.Helper()
	p.cradle()
	p.quiet(ctx)
}
