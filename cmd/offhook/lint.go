package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/makers"
	"offhook/provisioning/native"
	"offhook/provisioning/sealed"
	"offhook/provisioning/source/https"
	"offhook/ua"
)

// linted is the verdict on the files of one phone.
type linted struct {
	Dialect  string               `json:"dialect"` // "native", or a maker's
	Files    []string             `json:"files"`
	Count    map[dialect.Fate]int `json:"count"`
	Faults   []string             `json:"faults"` // for which the phone would refuse them
	Warnings []dialect.Notice     `json:"warnings"`
	Entries  []dialect.Entry      `json:"parameters"`
}

func lintCommand() command {
	return command{name: "lint", args: "FILE|URL…", least: 1, most: -1,
		summary: "Tells what the phone makes of a configuration, of another maker's phones too, and what should be mended in it.",
		details: "Several files are those of one phone, each laid over those before it: first the common one, then\n" +
			"the phone's own. Files that they include are read too, from the same place.\n" +
			"Exit status 4: the phone would refuse them (with --strict: or there are warnings).",
		prepare: func(fs *flag.FlagSet) action {
			l := linter{makers: makers.Config{Base: provisioning.Default()}}
			fs.StringVar(&l.dialect, "dialect", "", "read as `NAME`: "+strings.Join(dialectNames(), ", ")+" (empty: by what is in them)")
			fs.StringVar(&l.makers.Device.Model, "model", "", "the `MODEL` that reads them, for parts that are for one model")
			fs.StringVar(&l.makers.Device.MAC, "mac", "", "the MAC `ADDRESS` that reads them, for parts that are for one phone")
			fs.StringVar(&l.ca, "ca", "", "PEM `FILE` of who vouches for the server (empty: the system's)")
			fs.StringVar(&l.key, "key", "", "`FILE` with the key or password of encrypted files")
			fs.StringVar(&l.user, "user", "", "`NAME[:PASSWORD]` for the server")
			all := fs.Bool("all", false, "list what has no effect, too: blank, idle and replaced parameters")
			strict := fs.Bool("strict", false, "warnings are faults")
			asJSON := jsonFlag(fs)
			return func(ctx context.Context, t terminal, args []string) error {
				found, err := l.run(ctx, args)
				if err != nil {
					return err
				}
				if *asJSON {
					err = printJSON(t.out, found)
				} else {
					err = printLinted(t.out, found, *all)
				}
				if err == nil && (len(found.Faults) > 0 || *strict && len(found.Warnings) > 0) {
					return errFaults
				}
				return err
			}
		}}
}

func dialectNames() []string {
	names := []string{"native"}
	for _, d := range makers.All() {
		names = append(names, d.Name)
	}
	return names
}

type linter struct {
	makers                 makers.Config
	dialect, ca, key, user string
}

// mostIncluded bounds the files that others ask for.
const mostIncluded = 32

func (l *linter) run(ctx context.Context, names []string) (linted, error) {
	var d dialect.Dialect
	foreign := l.dialect != "" && l.dialect != "native"
	if foreign {
		var ok bool
		if d, ok = dialect.ByName(makers.All(), l.dialect); !ok {
			return linted{}, usageError(fmt.Sprintf("there is no dialect %q; use one of %s", l.dialect, strings.Join(dialectNames(), ", ")))
		}
	}
	var files []dialect.File
	for _, name := range names {
		data, err := l.read(ctx, name)
		if err != nil {
			return linted{}, err
		}
		files = append(files, dialect.File{Name: name, Data: data, Device: l.makers.Device})
	}
	if l.dialect == "" {
		d, foreign = l.makers.Detect(files)
	}
	if !foreign {
		return lintNative(files), nil
	}
	files = l.included(ctx, d, files)
	doc, report, err := l.makers.Read(d, files)
	d.Lint(&report)
	out := linted{Dialect: d.Name, Files: report.Files, Count: report.Count(), Faults: []string{}, Warnings: report.Warnings, Entries: report.Entries}
	if err != nil {
		out.Faults = strings.Split(err.Error(), "\n")
		return out, nil
	}
	out.Warnings = append(out.Warnings, dialect.Weak(doc)...)
	return out, nil
}

// lintNative judges documents of our own: each by itself.
func lintNative(files []dialect.File) linted {
	out := linted{Dialect: "native", Faults: []string{}, Count: map[dialect.Fate]int{}}
	for _, f := range files {
		out.Files = append(out.Files, f.Name)
		if native.Sniff(f.Data) == native.KindUnknown && !bytes.HasPrefix(bytes.TrimSpace(f.Data), []byte("{")) {
			out.Dialect = "unknown"
			out.Faults = append(out.Faults, f.Name+": is neither a document (offhook: 1) nor of a maker that is known here; name it by --dialect")
			continue
		}
		doc, err := native.Parse(f.Data, f.Name)
		if err != nil {
			out.Faults = append(out.Faults, strings.Split(err.Error(), "\n")...)
			continue
		}
		for _, e := range doc.Explain("") {
			if e.Set {
				out.Count[dialect.Mapped]++
			}
		}
		out.Warnings = append(out.Warnings, dialect.Weak(doc)...)
	}
	return out
}

// included adds the files that files ask for, each behind the one that asks.
// One that is not there is told of when they are read.
func (l *linter) included(ctx context.Context, d dialect.Dialect, files []dialect.File) []dialect.File {
	var out []dialect.File
	had := map[string]bool{}
	var add func(f dialect.File, deep int)
	add = func(f dialect.File, deep int) {
		if had[f.Name] || len(out) >= mostIncluded {
			return
		}
		had[f.Name] = true
		out = append(out, f)
		reading, err := d.Read(f)
		if err != nil || deep == 4 {
			return
		}
		for _, include := range reading.Includes {
			name := includedName(f.Name, include.Name)
			if data, err := l.read(ctx, name); err == nil {
				add(dialect.File{Name: name, Data: data, Device: f.Device}, deep+1)
			}
		}
	}
	for _, f := range files {
		add(f, 0)
	}
	return out
}

// includedName is a name as one that is beside another: in the same folder or server.
func includedName(file, name string) string {
	if isURL(name) {
		return name
	}
	if u, err := url.Parse(file); err == nil && isURL(file) {
		u.Path, u.RawQuery = path.Join(path.Dir(u.Path), name), ""
		return u.String()
	}
	return filepath.Join(filepath.Dir(file), filepath.FromSlash(name))
}

func isURL(name string) bool {
	return strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://")
}

// read gets a file and takes off what it is wrapped in.
func (l *linter) read(ctx context.Context, name string) ([]byte, error) {
	data, err := l.fetch(ctx, name)
	if err != nil || len(data) > dialect.MaxSize { // too large: its reader tells
		return data, err
	}
	keys := sealed.Keys{MAC: l.makers.Device.MAC}
	if l.key != "" {
		secret, err := readKey(l.key)
		if err != nil {
			return nil, err
		}
		keys.Secrets = []ua.Secret{secret}
	}
	opened, err := sealed.Open(data, keys)
	switch {
	case errors.Is(err, sealed.ErrNoKey):
		return nil, fmt.Errorf("%s: is encrypted (%s); give its key by --key", name, opened.Form)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return opened.Data, nil
}

func (l *linter) fetch(ctx context.Context, name string) ([]byte, error) {
	if !isURL(name) {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, dialect.MaxSize+1)) // one byte more: too large
	}
	access := provisioning.Access{AllowHTTP: true} // an operator's tool: that is told, not refused
	if l.ca != "" {
		pem, err := os.ReadFile(l.ca)
		if err != nil {
			return nil, err
		}
		access.CA = string(pem)
	}
	user, password, _ := strings.Cut(l.user, ":")
	access.Username, access.Password = user, ua.NewSecret(password)
	response, err := https.New(https.Config{MaxSize: dialect.MaxSize}).Fetch(ctx, provisioning.Request{URL: name, Access: access, UserAgent: l.makers.Device.UserAgent()})
	return response.Data, err
}
