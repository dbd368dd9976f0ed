//go:build interop && interoppeers

package interop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"offhook/media/mediatest"
)

// exchange has Asterisk be all that a telephone's user agent asks for, by every
// transport, and tell each message that it sends or gets.
func exchange(a *asterisk) {
	a.Load = append(a.Load, strings.Fields(exchangeModules)...)
}

// newExchange starts one. Its waiting music, and what it says before an answer, is
// the melody far.
func newExchange(t *testing.T, endpoints ...endpoint) *asterisk {
	t.Helper()
	return newAsterisk(t, endpoints, exchange, func(a *asterisk) {
		a.UDP, a.Mutual = freePort(t), freePort(t)
		dir := filepath.Join(a.Dir, "song")
		must(t, os.Mkdir(dir, 0o700))
		must(t, mediatest.SaveWAV(filepath.Join(dir, "far.wav"), far.repeated(8000, 20), 8000))
	})
}

// line is an account's by a transport.
func (a *asterisk) line(user, transport string, more ...string) string {
	port := a.UDP
	if transport == "tls" {
		port = a.TLS
	}
	return accountLine(usually(append([]string{"user: " + user, "domain: " + domain, "transport: " + transport}, more...),
		"password: secret-"+user, "mwi: false", "srtp: off", "codecs: [pcmu]", fmt.Sprintf("registrar: '127.0.0.1:%d'", port))...)
}

// loggedMessage is the line before each SIP message, by pjsip's logger.
var loggedMessage = regexp.MustCompile(`<--- (Received|Transmitting) SIP`)

// wire are the SIP messages after a mark, each behind the line that tells whether it
// was received or transmitted, and by which transport.
func (a *asterisk) wire(from int) []string {
	a.mu.Lock()
	lines := a.lines[min(from, len(a.lines)):]
	a.mu.Unlock()
	var all []string
	open := false
	for _, line := range lines {
		switch {
		case loggedMessage.MatchString(line):
			all, open = append(all, line), true
		case open:
			all[len(all)-1] += "\n" + strings.TrimRight(line, "\r")
		}
	}
	return all
}

// message waits for one that every expression matches.
func (a *asterisk) message(t *testing.T, ctx context.Context, from int, expressions ...string) string {
	t.Helper()
	var found string
	must(t, a.poll(ctx, fmt.Sprintf("log a message with %q", expressions), func() error {
		for _, m := range a.wire(from) {
			if matches(m, expressions) {
				found = m
				return nil
			}
		}
		return errors.New("no such message")
	}))
	return found
}

func matches(text string, expressions []string) bool {
	for _, e := range expressions {
		if !regexp.MustCompile(e).MatchString(text) {
			return false
		}
	}
	return true
}

// field is a header field's value in a message that was logged.
func field(message, name string) string {
	if found := regexp.MustCompile(`(?mi)^` + name + `: *(.*)$`).FindStringSubmatch(message); found != nil {
		return found[1]
	}
	return ""
}
