package benchprov

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"offhook/provisioning/store"
)

// phase is a part of a phone's life with its server.
type phase struct {
	good string // the document in force when the phase is done
	live func(context.Context, *phone) error
}

// language is what the user sets in one phase; it stays.
const language = "de"

// story is every kind of change there is: documents that work and one that does
// not, something set by the user, a person who goes back.
func story() []phase {
	comes := func(name, stored string) func(context.Context, *phone) error {
		return func(ctx context.Context, p *phone) error {
			p.serve(name)
			return p.await(ctx, stored)
		}
	}
	return []phase{
		{"A", comes("A", "A confirmed")},
		{"B", comes("B", "B confirmed")},
		{"B", comes(bad, bad+" rolled back")},
		{"B", func(ctx context.Context, p *phone) error { return p.SetUser(ctx, "phone.language", language) }},
		{"A", func(ctx context.Context, p *phone) error {
			if _, err := p.Rollback(1); err != nil {
				return err
			}
			return p.await(ctx, "A confirmed")
		}},
		{"D", comes("D", "D confirmed")},
		{newest, comes(newest, newest+" confirmed")},
	}
}

const (
	newest     = "E"
	before     = "D" // what comes back when the newest crashes
	nobody     = ""  // is served: no server answers
	crashes    = 3   // in a row put the newest aside
	userPhase  = 4   // phases after which the user's setting is there
	storyTime  = 20 * time.Second
	withoutOne = "offhook" // the name of a phone without a document
)

var errStory = errors.New("the phone does not come to the end of its story")

// await waits until the store has promised something.
func (p *phone) await(ctx context.Context, what string) error {
	for {
		select {
		case got := <-p.stored:
			if got == what {
				return nil
			}
		case <-ctx.Done():
			return fmt.Errorf("%w: waited for %q", errStory, what)
		}
	}
}

// live lives the story on a disk; done hears of each phase that is over.
func live(ctx context.Context, d store.Disk, dir string, done func(int)) error {
	ctx, cancel := context.WithTimeout(ctx, storyTime)
	defer cancel()
	phases := story()
	p, err := start(d, dir, "A", io.Discard)
	if err != nil {
		return err
	}
	for i, phase := range phases {
		if err := phase.live(ctx, p); err != nil {
			p.end()
			return err
		}
		done(i + 1)
	}
	p.end()
	return crash(ctx, d, dir, func(n int) { done(len(phases) + n) })
}

// crash lives the end of the story: the newest document ends the program after
// each start, until the one before it comes back.
func crash(ctx context.Context, d store.Disk, dir string, done func(int)) error {
	for life := 1; life <= crashes+1; life++ {
		p, err := start(d, dir, nobody, io.Discard)
		if err != nil {
			return err
		}
		for _, begun := p.first(); !begun && err == nil; _, begun = p.first() {
			select {
			case <-p.Updates():
			case <-ctx.Done():
				err = errStory
			}
		}
		if store := p.Status().StoreError; store != "" { // it was not counted
			err = fmt.Errorf("%w: %s", errStory, store)
		}
		p.crash()
		if err != nil {
			return err
		}
		done(life)
	}
	return nil
}

// good is the documents that a phone may start with after so many phases.
func good(phases int) []string {
	names := []string{withoutOne}
	for _, p := range story() {
		names = append(names, p.good)
	}
	for life := 1; life <= crashes+1; life++ {
		names = append(names, map[bool]string{true: newest, false: before}[life < crashes])
	}
	return names[phases:min(phases+2, len(names))]
}

// boot starts a phone on what is left of a disk, after so many phases were
// promised. It has to begin with a good document, have the user's setting, and
// come to the newest document.
func boot(ctx context.Context, d store.Disk, dir string, phases int) error {
	ctx, cancel := context.WithTimeout(ctx, storyTime)
	defer cancel()
	p, err := start(d, dir, newest, io.Discard)
	if err != nil {
		return err
	}
	defer p.end()
	for status := p.Status(); status.Pending != "" || p.Document().Phone.Name != newest || !status.OnTrial.IsZero(); {
		select {
		case status = <-p.Updates():
		case <-p.stored:
		case <-ctx.Done():
			return fmt.Errorf("%w: it is %+v", errStory, p.Status())
		}
	}
	first, _ := p.first()
	switch {
	case !slices.Contains(good(phases), first.Phone.Name):
		return fmt.Errorf("after %d phases it started with %q, not one of %q", phases, first.Phone.Name, good(phases))
	case phases >= userPhase && first.Phone.Language != language:
		return fmt.Errorf("after %d phases what the user has set is gone", phases)
	}
	return nil
}
