package app

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/provisioning"
	"offhook/provisioning/phonebook"
)

// phonebooks fetches the contacts that servers hold. What was fetched last is
// used until there is something newer, after a restart too.
type phonebooks struct {
	log     *slog.Logger
	sources map[string]provisioning.Source
	agent   string // how the phone names itself
	tell    func([]phone.Contact)
	kept    *keptFile[[]phone.Contact]
	wanted  chan provisioning.Document // the newest

	shelf []shelved
	told  []phone.Contact
}

// shelved is a book as it was last seen.
type shelved struct {
	provisioning.PhoneBook
	access   provisioning.Access
	tag      string
	contacts []phone.Contact
	read     bool
	due      time.Time
}

// bookAgain is after what time a book that could not be had is looked for again.
const bookAgain = 5 * time.Minute

func newPhonebooks(log *slog.Logger, d stateDir) *phonebooks {
	return &phonebooks{log: log, wanted: make(chan provisioning.Document, 1),
		kept: newKeptFile[[]phone.Contact](d, "phonebook.json", "the phone book of the servers", log)}
}

// use takes what a document says. It never waits.
func (p *phonebooks) use(doc provisioning.Document) { newest(p.wanted, doc) }

func (p *phonebooks) run(ctx context.Context) error {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case doc := <-p.wanted:
			p.arrange(doc)
		case <-timer.C:
		}
		timer.Reset(p.look(ctx))
	}
}

// arrange is the shelf of a document: books that stay are not fetched again.
func (p *phonebooks) arrange(doc provisioning.Document) {
	shelf := []shelved{}
	for _, b := range doc.PhoneBooks {
		next := shelved{PhoneBook: b, access: doc.PhoneBookAccess(b)}
		for _, old := range p.shelf {
			if old.PhoneBook == next.PhoneBook && old.access == next.access {
				next = old
			}
		}
		shelf = append(shelf, next)
	}
	p.shelf = shelf
}

// look fetches what is due, and tells when to look again.
func (p *phonebooks) look(ctx context.Context) time.Duration {
	next := time.Now().Add(24 * time.Hour)
	for i := range p.shelf {
		b := &p.shelf[i]
		if !b.due.After(time.Now()) {
			p.fetch(ctx, b)
		}
		if b.due.Before(next) {
			next = b.due
		}
	}
	p.publish()
	return max(time.Second, time.Until(next))
}

// fetch reads a book.
func (p *phonebooks) fetch(ctx context.Context, b *shelved) {
	b.due = time.Now().Add(min(bookAgain, b.Interval))
	scheme, _, _ := strings.Cut(b.URL, ":")
	source, ok := p.sources[strings.ToLower(scheme)]
	if !ok {
		return
	}
	response, err := source.Fetch(ctx, provisioning.Request{URL: b.URL, Access: b.access, ETag: b.tag, UserAgent: p.agent})
	if err == nil && response.NotModified {
		b.due = time.Now().Add(b.Interval)
		return
	}
	var entries []phonebook.Entry
	if err == nil {
		entries, err = phonebook.Parse(response.Data)
	}
	if err != nil {
		if ctx.Err() == nil {
			p.log.Warn("the phone book cannot be read; the one of before is used", "url", b.URL, "error", err)
		}
		return
	}
	b.contacts = nil
	for _, e := range entries {
		b.contacts = append(b.contacts, phone.Contact{Name: e.Name, Numbers: e.Numbers})
	}
	b.read, b.tag, b.due = true, response.ETag, time.Now().Add(b.Interval)
	p.log.Info("phone book", "url", b.URL, "contacts", len(b.contacts))
}

// publish tells of all books, once each has been read: until then those of before
// the restart are the better ones.
func (p *phonebooks) publish() {
	var all []phone.Contact
	for _, b := range p.shelf {
		if !b.read {
			return
		}
		all = append(all, b.contacts...)
	}
	if p.shelf == nil || slices.EqualFunc(all, p.told, sameContact) {
		return
	}
	p.told = all
	p.tell(all)
}

func sameContact(a, b phone.Contact) bool {
	return a.Name == b.Name && slices.Equal(a.Numbers, b.Numbers)
}

// load is what was kept.
func (p *phonebooks) load() phone.Contacts {
	p.told = p.kept.load()
	return phone.Contacts{All: p.told}
}

// readPhonebooks is the part that has the telephone told of them, and keeps them.
func (a *App) readPhonebooks(ctx context.Context) error {
	a.phonebooks.tell = func(all []phone.Contact) {
		post(ctx, a.desk.inbox, phone.Contacts{All: all})
		a.phonebooks.kept.save(all)
	}
	return a.phonebooks.run(ctx)
}
