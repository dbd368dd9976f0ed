package sbom

import (
	"cmp"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Of lists what the programs are made of. Licences are by module path, "Go" is the
// standard library's; a module without one is an error: it must not be shipped.
func Of(name, version string, licences map[string]string, programs []string) (d Document, err error) {
	subject := Component{Type: "firmware", Ref: name, Name: name, Version: version}
	parts := map[string]Component{}
	for _, file := range programs {
		program, made, when, err := read(file, version, licences)
		if err != nil {
			return d, fmt.Errorf("%s: %w", file, err)
		}
		d.Metadata.Timestamp = max(d.Metadata.Timestamp, when)
		subject.Parts = append(subject.Parts, program)
		on := Dependency{Ref: program.Ref}
		for _, c := range made {
			parts[c.Ref] = c
			on.Depends = append(on.Depends, c.Ref)
		}
		d.Dependencies = append(d.Dependencies, on)
	}
	d.Format, d.Spec, d.Version, d.Metadata.Component = "CycloneDX", "1.6", 1, subject
	d.Components = slices.SortedFunc(maps.Values(parts), func(a, b Component) int { return cmp.Compare(a.Ref, b.Ref) })
	return d, nil
}

// read looks into one program.
func read(file, version string, licences map[string]string) (program Component, parts []Component, when string, err error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return program, nil, "", err
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return program, nil, "", err
	}
	sum := sha256.Sum256(content)
	base := filepath.Base(file)
	program = Component{Type: "application", Ref: base, Name: base, Version: version, Hashes: []Hash{{"SHA-256", hex.EncodeToString(sum[:])}}}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.time":
			when = s.Value
		case "GOARCH", "GOARM", "vcs.revision":
			program.Properties = append(program.Properties, Property{"go:" + s.Key, s.Value})
		}
	}
	library := func(path, version, sum, licence string) error {
		if licence == "" {
			return fmt.Errorf("the licence of %s is not known: make notices", path)
		}
		purl := "pkg:golang/" + path + "@" + version
		c := Component{Type: "library", Ref: purl, Name: path, Version: version, PURL: purl, Licenses: []License{{strings.ReplaceAll(licence, " and ", " AND ")}}}
		if sum != "" {
			c.Properties = []Property{{"go:sum", sum}}
		}
		parts = append(parts, c)
		return nil
	}
	if err := library("std", strings.TrimPrefix(info.GoVersion, "go"), "", licences["Go"]); err != nil {
		return program, nil, "", err
	}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		if err := library(m.Path, m.Version, m.Sum, licences[m.Path]); err != nil {
			return program, nil, "", err
		}
	}
	return program, parts, when, nil
}

// Licences reads the table of docs/third-party.md.
func Licences(notices string) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(notices) {
		cells := strings.Split(line, "|")
		if len(cells) == 5 {
			all[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[3])
		}
	}
	return all
}
