package persona

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"offhook/provisioning"
	"offhook/provisioning/source/bundle"
)

// Includes tells which files a file asks for, in the order in which they are laid
// over it. A file that cannot be read asks for none.
type Includes func(name string, data []byte) []string

// Config is what a Source needs.
type Config struct {
	Persona  Persona
	Device   provisioning.Device
	Includes Includes            // nil: files ask for none
	Inner    provisioning.Source // that fetches
}

// Source fetches what another maker's telephone would fetch. An address that ends
// with a slash is a folder, whose files are asked for by the persona's names; any
// other is one file. What comes is all files as one, see package bundle.
type Source struct {
	cfg    Config
	player player
}

var _ provisioning.Source = (*Source)(nil)

// New makes a Source of a persona that Check has nothing against.
func New(cfg Config) *Source { return &Source{cfg, cfg.Persona.player(cfg.Device)} }

// deepest bounds how far includes may lead.
const deepest = 4

// missing is of errors that say there is no such file.
type missing interface{ NotFound() bool }

func isMissing(err error) bool {
	m, ok := errors.AsType[interface {
		error
		missing
	}](err)
	return ok && m.NotFound()
}

// Fetch gets the files. What the server has none of is passed over, but at least
// one of the files must be there.
func (s *Source) Fetch(ctx context.Context, r provisioning.Request) (provisioning.Response, error) {
	r.UserAgent = s.player.macros.Replace(s.player.agent)
	u, err := url.Parse(r.URL)
	if err != nil {
		return provisioning.Response{}, errors.New("URL: it cannot be read; write it as https://host/folder/")
	}
	r.ETag, r.LastModified = "", "" // they are of one file; all of them tell what is new
	visit := &visit{source: s, request: r, seen: map[string]bool{}}
	if u.Path != "" && !strings.HasSuffix(u.Path, "/") {
		err = visit.file(ctx, r.URL, 0)
	} else {
		err = visit.folder(ctx, u)
	}
	if err != nil {
		return provisioning.Response{}, err
	}
	visit.out.URL = r.URL
	visit.out.Data = bundle.Join(visit.files)
	return visit.out, nil
}

// visit is one Fetch.
type visit struct {
	source  *Source
	request provisioning.Request
	files   []bundle.File
	seen    map[string]bool
	out     provisioning.Response
}

func (v *visit) folder(ctx context.Context, base *url.URL) error {
	var asked []string
	var last error
	for _, t := range v.source.player.turns {
		names := v.source.player.names(t)
		asked = append(asked, names...)
		found, err := v.turn(ctx, base, names)
		switch {
		case err != nil && !isMissing(err):
			return err
		case err != nil:
			last = err
		}
		if found && t.last {
			return nil
		}
	}
	if len(v.files) == 0 {
		return fmt.Errorf("the server has none of %s; put one there, or mend provisioning.url and provisioning.persona: %w", strings.Join(asked, ", "), last)
	}
	return nil
}

// turn takes the first of the names that the server has. What is wrong with one
// name, except that there is no such file, ends the fetch: a server in trouble
// must not make the phone believe it has less.
func (v *visit) turn(ctx context.Context, base *url.URL, names []string) (found bool, err error) {
	for _, name := range names {
		at := *base
		at.Path = path.Join("/", base.Path, name)
		if err = v.file(ctx, at.String(), 0); err == nil || !isMissing(err) {
			return err == nil, err
		}
	}
	return false, err
}

// file fetches a file and what it includes.
func (v *visit) file(ctx context.Context, address string, depth int) error {
	if v.seen[address] {
		return nil
	}
	v.seen[address] = true
	if len(v.files) == bundle.Most {
		return fmt.Errorf("more than %d files are asked for; mend the includes", bundle.Most)
	}
	r := v.request
	r.URL = address
	response, err := v.source.cfg.Inner.Fetch(ctx, r)
	if err != nil {
		return err
	}
	v.out.ClockBehind = v.out.ClockBehind || response.ClockBehind
	v.files = append(v.files, bundle.File{Name: withoutQuery(address), Data: response.Data})
	if v.source.cfg.Includes == nil {
		return nil
	}
	return v.includes(ctx, response, depth)
}

func (v *visit) includes(ctx context.Context, of provisioning.Response, depth int) error {
	names := v.source.cfg.Includes(withoutQuery(of.URL), of.Data)
	if len(names) > 0 && depth == deepest {
		return fmt.Errorf("files include one another more than %d deep (%s); mend the includes", deepest, withoutQuery(of.URL))
	}
	for _, name := range names {
		at, err := v.beside(of.URL, name)
		if err != nil {
			return err
		}
		if err := v.file(ctx, at, depth+1); err != nil && !isMissing(err) {
			return err
		}
	}
	return nil
}

// beside is where an included file is. It must be of the same server: the password
// that was given for it is not for others.
func (v *visit) beside(of, name string) (string, error) {
	from, err := url.Parse(of)
	if err != nil {
		return "", err
	}
	to, err := from.Parse(v.source.player.macros.Replace(name))
	if err != nil {
		return "", fmt.Errorf("the file name %q cannot be read; mend the include in %s", name, withoutQuery(of))
	}
	if to.Scheme != from.Scheme || to.Host != from.Host {
		return "", fmt.Errorf("%s includes a file of another server (%s), which is refused; put it beside", withoutQuery(of), to.Host)
	}
	return to.String(), nil
}

func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}
