// Package grandstream reads the configuration files of Grandstream's telephones
// and of its door station GDS3710: XML of P-values, XML of aliases, the binary
// form, and the text that the binary is made of.
//
// The rules are written once, in table.txt, for aliases and P-values; params.go
// knows how the numbers of one account follow from another's.
package grandstream

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"

	"offhook/provisioning/dialect"
)

//go:embed table.gz
var packed string

// Dialect is these files.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: "grandstream", Maker: "Grandstream", Sniff: sniff, Read: read,
		Table:     &dialect.Table{Packed: packed, Converters: converters, Family: family},
		Transport: "udp", FileName: "cfg{mac}.xml",
	}
}

// fileName is what the telephones ask for: cfg<mac>, cfg<mac>.xml, cfg<model>.xml.
var fileName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^cfg([0-9a-f]{12}|[a-z]{2,4}[0-9]{3,4}[a-z0-9]*)?(\.xml)?$`)
})

// pLine is a line of the text form.
var pLine = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s*p[0-9]{1,6}\s*=`) })

func sniff(f dialect.File) int {
	head := dialect.Head(f)
	switch {
	case isBinary(f.Data):
		return 95
	case strings.Contains(head, "<gs_provision"):
		return 100
	case strings.HasPrefix(head, "<") && pElement().MatchString(head):
		return 90
	case !strings.HasPrefix(head, "<") && pLine().MatchString(head):
		return 80
	case fileName().MatchString(dialect.Base(f)) && strings.HasPrefix(head, "<"):
		return 40
	}
	return 0
}

// pElement is an element of a P-value.
var pElement = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`<p[0-9]{1,6}[\s/>]`) })
