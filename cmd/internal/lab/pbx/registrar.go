package pbx

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	minExpires     = 30 * time.Second
	defaultExpires = 10 * time.Minute
	maxExpires     = time.Hour
	maxBindings    = 8 // of one extension
)

var (
	errOldRequest   = errors.New("an older request than the last one")
	errTooMany      = errors.New("too many bindings")
	errNotAvailable = errors.New("no phone is registered")
	errClosed       = errors.New("the exchange is closed")
)

// flow is the way to a phone: the connection, or the address, that its
// requests come from (RFC 5626 §3.3).
type flow struct {
	transport string // udp, tcp or tls
	source    string // ip:port
}

// binding is a contact of an address-of-record.
type binding struct {
	Registration
	key    string // what makes it the same contact
	target sip.Uri
	flow   flow
	callID string
	cseq   uint32
}

// registrar keeps the bindings. Its mutex is a leaf's: nothing is called while
// it is held.
type registrar struct {
	mu   sync.Mutex
	aors map[string][]binding
}

func newRegistrar() *registrar { return &registrar{aors: map[string][]binding{}} }

// update adds, refreshes and (with an Expires that is not in the future)
// removes bindings, all of them or none (RFC 3261 §10.3 step 7). It returns
// what stands then and whether one of them is new.
func (r *registrar) update(extension string, changes []binding, now time.Time) (all []binding, added bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := slices.DeleteFunc(slices.Clone(r.aors[extension]), func(b binding) bool { return !b.Expires.After(now) })
	for _, change := range changes {
		i := slices.IndexFunc(list, func(b binding) bool { return b.key == change.key })
		if i >= 0 && list[i].callID == change.callID && change.cseq <= list[i].cseq {
			return nil, false, errOldRequest
		}
		if !change.Expires.After(now) {
			if i >= 0 {
				list = slices.Delete(list, i, i+1)
			}
			continue
		}
		if i < 0 {
			added = true
			list = append(list, change)
			continue
		}
		added = added || list[i].flow != change.flow
		change.Since = list[i].Since
		list[i] = change
	}
	if len(list) > maxBindings {
		return nil, false, errTooMany
	}
	r.aors[extension] = list
	return slices.Clone(list), added, nil
}

// clear removes every binding of an extension (Contact: *).
func (r *registrar) clear(extension string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.aors, extension)
}

// lookup returns the bindings that stand, the newest first.
func (r *registrar) lookup(extension string, now time.Time) []binding {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []binding
	for _, b := range slices.Backward(r.aors[extension]) {
		if b.Expires.After(now) {
			list = append(list, b)
		}
	}
	return list
}

// drop removes the bindings for which gone is true, and returns them.
func (r *registrar) drop(gone func(binding) bool) []binding {
	r.mu.Lock()
	defer r.mu.Unlock()
	var dropped []binding
	for extension, list := range r.aors {
		r.aors[extension] = slices.DeleteFunc(list, func(b binding) bool {
			if !gone(b) {
				return false
			}
			dropped = append(dropped, b)
			return true
		})
	}
	return dropped
}

// all lists every binding by extension.
func (r *registrar) all() []Registration {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := []Registration{}
	for _, bindings := range r.aors {
		for _, b := range bindings {
			list = append(list, b.Registration)
		}
	}
	slices.SortFunc(list, func(a, b Registration) int {
		if a.Extension != b.Extension {
			return strings.Compare(a.Extension, b.Extension)
		}
		return a.Since.Compare(b.Since)
	})
	return list
}
