package benchprov

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"sync"
	"time"

	"offhook/provisioning"
	"offhook/provisioning/native"
	"offhook/provisioning/store"
	"offhook/provisioning/store/storetest"
	"offhook/ua"
)

// document is what the server has under a name. The one called bad keeps the
// phone from registering.
func document(name string) []byte {
	return fmt.Appendf(nil, `offhook: 1
phone: {name: %s}
provisioning: {confirm: 25ms}
accounts: [{user: "1001", domain: pbx.example, transport: udp, password: none}]
`, name)
}

const bad = "C"

// phone is a Manager at work: its server has one document, and its telephone
// does what it is told.
type phone struct {
	*provisioning.Manager
	stored chan string // "B confirmed": the store has promised it
	stop   context.CancelCauseFunc
	done   chan struct{}

	point func() // where the process may be killed, beside the disk

	mu      sync.Mutex
	served  []byte
	applied []provisioning.Document
}

// start runs a phone on a disk. It moves fast.
func start(d store.Disk, dir string, served string, log io.Writer) (*phone, error) {
	kept, err := store.Open(dir, d)
	if err != nil {
		return nil, err
	}
	p := &phone{stored: make(chan string, 16), done: make(chan struct{}), point: func() {}, served: document(served)}
	if served == nobody {
		p.served = nil
	}
	if deadly, ok := d.(*storetest.Deadly); ok {
		p.point = deadly.Point
	}
	const soon = time.Millisecond
	p.Manager = provisioning.NewManager(provisioning.ManagerConfig{
		Base: provisioning.Default(), Parse: native.Parse, Discover: p, Sources: map[string]provisioning.Source{"https": p},
		Store: witness{kept, p.stored}, Applier: p, Prover: p, Log: slog.New(slog.NewTextHandler(log, nil)),
		RetryMin: soon, Gap: soon, IdleRetry: soon, Settle: soon, Probe: soon, StoreRetry: soon,
	})
	ctx, cancel := context.WithCancelCause(context.Background())
	p.stop = cancel
	go func() {
		defer close(p.done)
		_ = p.Run(ctx) // nil at the end of the context
	}()
	return p, nil
}

func (p *phone) end() {
	p.stop(nil)
	<-p.done
}

// crash ends it as a program ends that is at fault.
func (p *phone) crash() {
	p.stop(errCrash)
	<-p.done
}

var errCrash = errors.New("a part of the program ended by itself")

func (p *phone) serve(name string) {
	p.mu.Lock()
	p.served = document(name)
	p.mu.Unlock()
	p.CheckSync(ua.CheckSync{})
}

// Discover knows one server.
func (p *phone) Discover(context.Context, provisioning.Document, provisioning.Meta) iter.Seq[provisioning.Finding] {
	return func(yield func(provisioning.Finding) bool) {
		yield(provisioning.Finding{Step: "pinned", URL: "https://prov.example/x", Why: "bench"})
	}
}

// Fetch has what is served.
func (p *phone) Fetch(context.Context, provisioning.Request) (provisioning.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.served == nil {
		return provisioning.Response{}, errors.New("nobody answers")
	}
	return provisioning.Response{Data: p.served}, nil
}

// Ready is always true.
func (p *phone) Ready(provisioning.Document, []provisioning.Change) error { return nil }

// Apply does as it is told.
func (p *phone) Apply(_ context.Context, doc provisioning.Document, _ []provisioning.Change) error {
	p.point()
	p.mu.Lock()
	p.applied = append(p.applied, doc)
	p.mu.Unlock()
	p.point()
	return nil
}

// Vitals is registered, but with the bad document.
func (p *phone) Vitals(context.Context) provisioning.Vitals {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.applied) == 0 || p.applied[len(p.applied)-1].Phone.Name == bad {
		return provisioning.Vitals{}
	}
	return provisioning.Vitals{Registered: []ua.AccountID{"1001"}}
}

// first is what the phone began to work with.
func (p *phone) first() (provisioning.Document, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.applied) == 0 {
		return provisioning.Document{}, false
	}
	return p.applied[0], true
}

// witness tells what its store has promised.
type witness struct {
	provisioning.Store
	stored chan<- string
}

// Save tells of what was decided.
func (w witness) Save(r provisioning.Record) (int, error) {
	n, err := w.Store.Save(r)
	if err == nil && r.Meta.Verdict != provisioning.OnTrial {
		doc, _ := native.Parse(r.Data, "") // it was applied
		w.stored <- fmt.Sprintf("%s %s", doc.Phone.Name, r.Meta.Verdict)
	}
	return n, err
}
