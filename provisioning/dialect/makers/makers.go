// Package makers is the table of the makers whose files the phone reads, and the
// reading of a configuration of any of them or of the native one.
package makers

import (
	"log/slog"
	"regexp"
	"sync"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/cisco"
	"offhook/provisioning/dialect/fanvil"
	"offhook/provisioning/dialect/grandstream"
	"offhook/provisioning/dialect/poly"
	"offhook/provisioning/dialect/snom"
	"offhook/provisioning/dialect/yealink"
	"offhook/provisioning/native"
	"offhook/provisioning/source/bundle"
)

// All are the dialects.
func All() []dialect.Dialect {
	return []dialect.Dialect{yealink.Dialect(), snom.Dialect(), grandstream.Dialect(), poly.Dialect(), cisco.Dialect(), fanvil.Dialect()}
}

// Config is what reading needs.
type Config struct {
	Base     provisioning.Document // that a configuration is laid over
	Device   provisioning.Device   // the phone that reads; zero: any
	Dialects []dialect.Dialect     // nil: All
	Log      *slog.Logger          // nil: what became of parameters is not logged
}

// Parse reads a document of the native form or of another maker's, and several
// files kept as one. It is a provisioning.ManagerConfig's Parse.
func (c Config) Parse(data []byte, file string) (provisioning.Document, error) {
	parts, err := bundle.Split(data, file)
	if err != nil {
		return c.Base, &provisioning.FaultError{Position: provisioning.Position{File: file}, Msg: err.Error()}
	}
	files := make([]dialect.File, len(parts))
	for i, p := range parts {
		files[i] = dialect.File{Name: p.Name, Data: p.Data, Device: c.Device}
	}
	if d, ok := c.Detect(files); ok {
		doc, report, err := c.Read(d, files)
		c.tell(report, err)
		return doc, err
	}
	return native.Over(c.Base)(files[0].Data, files[0].Name)
}

// topKey is what a native document has.
var topKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[{ \t]*"?(offhook|agent)"?[ \t]*:`) })

// Detect tells whose files they are, by the first that shows it; not ok: native,
// or nobody's.
func (c Config) Detect(files []dialect.File) (dialect.Dialect, bool) {
	dialects := c.Dialects
	if dialects == nil {
		dialects = All()
	}
	for _, f := range files {
		if topKey().Match(f.Data[:min(len(f.Data), 4096)]) {
			return dialect.Dialect{}, false
		}
		if d, ok := dialect.Detect(dialects, f); ok {
			return d, true
		}
	}
	return dialect.Dialect{}, false
}

// Read reads files of a dialect, each laid over those before it, and what they
// come to over the base. A parameter that the document cannot take is left out.
func (c Config) Read(d dialect.Dialect, files []dialect.File) (provisioning.Document, dialect.Report, error) {
	result, err := d.Decode(c.Base, files...)
	if err != nil {
		return c.Base, result.Report, err
	}
	doc, err := provisioning.DecodeLenient(c.Base, result.Tree, files[len(files)-1].Name)
	for _, left := range doc.LeftOut() {
		result.Report.Refuse(left)
	}
	return doc, result.Report, err
}

// Includes tells which files a file asks for; see persona.Includes.
func (c Config) Includes(name string, data []byte) []string {
	f := dialect.File{Name: name, Data: data, Device: c.Device}
	d, ok := c.Detect([]dialect.File{f})
	if !ok {
		return nil
	}
	reading, err := d.Read(f)
	if err != nil {
		return nil
	}
	var names []string
	for _, include := range reading.Includes {
		names = append(names, include.Name)
	}
	return names
}

// tell logs what became of the parameters, without their values.
func (c Config) tell(r dialect.Report, err error) {
	if c.Log == nil {
		return
	}
	count := r.Count()
	c.Log.Info("configuration of another maker", "dialect", r.Dialect, "files", len(r.Files), "mapped", count[dialect.Mapped],
		"not_supported", count[dialect.Unsupported], "unknown", count[dialect.Unknown], "refused", count[dialect.Refused], "good", err == nil)
	for _, w := range r.Warnings {
		c.Log.Warn("configuration of another maker", "file", w.File, "line", w.Line, "parameter", w.Key, "warning", w.Msg)
	}
	for _, e := range r.Of(dialect.Unknown) {
		c.Log.Debug("a parameter is unknown", "file", e.File, "line", e.Line, "parameter", e.Key)
	}
}
