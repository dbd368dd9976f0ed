package sbom

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
)

// Document is what of CycloneDX 1.6 is needed (ECMA-424 §8).
type Document struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Serial       string       `json:"serialNumber"`
	Version      int          `json:"version"`
	Metadata     Metadata     `json:"metadata"`
	Components   []Component  `json:"components"`
	Dependencies []Dependency `json:"dependencies"`
}

// Metadata is about the document's subject.
type Metadata struct {
	Timestamp string    `json:"timestamp,omitempty"` // of the commit: the same commit, the same document
	Component Component `json:"component"`
}

// Component is a program, or what it is made of.
type Component struct {
	Type       string      `json:"type"`
	Ref        string      `json:"bom-ref"`
	Name       string      `json:"name"`
	Version    string      `json:"version,omitempty"`
	PURL       string      `json:"purl,omitempty"`
	Licenses   []License   `json:"licenses,omitempty"`
	Hashes     []Hash      `json:"hashes,omitempty"`
	Properties []Property  `json:"properties,omitempty"`
	Parts      []Component `json:"components,omitempty"`
}

// License is an SPDX expression.
type License struct {
	Expression string `json:"expression"`
}

// Hash is of a file.
type Hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"` // hexadecimal
}

// Property is what CycloneDX has no field for.
type Property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Dependency is what a component is made of.
type Dependency struct {
	Ref     string   `json:"ref"`
	Depends []string `json:"dependsOn"`
}

// Write writes the document. Its serial number is of its content (RFC 9562 §5.8).
func (d Document) Write(w io.Writer) error {
	d.Serial = ""
	content, err := json.Marshal(d)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	text := hex.EncodeToString(id)
	d.Serial = fmt.Sprintf("urn:uuid:%s-%s-%s-%s-%s", text[:8], text[8:12], text[12:16], text[16:20], text[20:])
	out := json.NewEncoder(w)
	out.SetIndent("", " ")
	return out.Encode(d)
}
