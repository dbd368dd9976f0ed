package benchprov

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"offhook/cmd/internal/lab"
	"offhook/cmd/internal/lab/station"
	"offhook/cmd/internal/localapi"
	"offhook/provisioning"
	"offhook/provisioning/source/https"
)

const (
	phoneMAC = "00:00:5e:00:53:05" // of the range for documentation (RFC 7042 §2.1.2)
	// gap is the least time between fetches that check-syncs ask for.
	gap = 5100 * time.Millisecond
	// changeTime bounds a change and its trial.
	changeTime = 30 * time.Second
)

// changes measures from a file that changes on the server, and the check-sync
// that tells of it, until the telephone works by it.
func (c Config) changes(ctx context.Context, f *Figures) (err error) {
	dir, err := os.MkdirTemp("", "benchprov")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l, err := lab.Start(ctx, lab.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	at := l.Addresses()
	p, err := station.Start(ctx, station.Config{Binary: c.Offhook, Dir: dir, Args: []string{
		"--faceplate", "127.0.0.1:0", "--provisioning-url", at.ProvisioningURL, "--provisioning-ca", at.CAFile, "--mac", phoneMAC}})
	if err != nil {
		return fmt.Errorf("the telephone %s: %w", c.Offhook, err)
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	if _, err := p.Until(ctx, "registration", func(s localapi.Status) bool {
		return len(s.Accounts) == 1 && s.Accounts[0].State == "registered"
	}); err != nil {
		return err
	}
	address := strings.ReplaceAll(at.ProvisioningURL, "{mac}", strings.ReplaceAll(phoneMAC, ":", ""))
	original, err := https.New(https.Config{}).Fetch(ctx, provisioning.Request{URL: address, Access: provisioning.Access{CA: at.CAPEM}})
	if err != nil {
		return err
	}
	var took []float64
	for i := range c.Changes {
		ms, err := change(ctx, l, p, fmt.Appendf(slices.Clone(original.Data), "log: {level: %s}\n", []string{"warn", "info"}[i%2]))
		if err != nil {
			return err
		}
		took = append(took, ms)
	}
	slices.Sort(took)
	f.Changes, f.ChangeToApplied, f.ChangeToAppliedMax = len(took), took[len(took)/2], took[len(took)-1]
	c.say("a change on the server is in force after %.1f ms (median), %.1f ms at most, of %d", f.ChangeToApplied, f.ChangeToAppliedMax, f.Changes)
	return nil
}

// change serves a document, tells of it, and waits until it is in force and has
// proven itself.
func change(ctx context.Context, l *lab.Lab, p *station.Station, body []byte) (ms float64, err error) {
	ctx, cancel := context.WithTimeout(ctx, changeTime)
	defer cancel()
	if _, err := p.Until(ctx, "a quiet moment", func(s localapi.Status) bool {
		return s.Provisioning.OnTrial.IsZero() && time.Since(s.Provisioning.LastFetch) > gap
	}); err != nil {
		return 0, err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	began := time.Now()
	l.SetDocument(phoneMAC, body)
	if err := l.CheckSync("1001", false); err != nil {
		return 0, err
	}
	if _, err := p.Until(ctx, "the new document", func(s localapi.Status) bool {
		return s.Provisioning.Hash == hash && s.Provisioning.OnTrial.IsZero()
	}); err != nil {
		return 0, err
	}
	for ctx.Err() == nil { // the history says when it was applied, as soon as it is kept
		h, err := p.Control().History(ctx)
		if err != nil {
			return 0, err
		}
		if i := slices.IndexFunc(h.Documents, func(k localapi.Kept) bool {
			return k.Hash == hash && k.Verdict == "confirmed" && k.Applied.After(began)
		}); i >= 0 {
			return float64(h.Documents[i].Applied.Sub(began).Microseconds()) / 1000, nil
		}
	}
	return 0, ctx.Err()
}
