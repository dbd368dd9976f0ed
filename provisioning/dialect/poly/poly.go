// Package poly reads the configuration files of Poly's (Polycom's) telephones:
// XML whose parameters are attributes, in elements that may be called anything,
// and the master file that names the others.
package poly

import (
	_ "embed"
	"regexp"
	"sync"

	"offhook/provisioning/dialect"
)

//go:embed table.gz
var packed string

// Dialect is these files.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: "poly", Maker: "Poly", Sniff: sniff, Read: read,
		Table:     &dialect.Table{Packed: packed, Converters: converters},
		Transport: "udp", FileName: "{mac}.cfg",
	}
}

var (
	master    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\sconfig_files\s*=\s*["']`) })
	parameter = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`\s(reg\.[0-9]+|voipprot|device|tcpipapp|dialplan|attendant|sec\.(srtp|tls)|prov\.polling|msg\.mwi|voice|feature|lcl|up)\.[a-z0-9_.]+\s*=\s*["']`)
	})
)

func sniff(f dialect.File) int {
	head := dialect.Head(f)
	switch {
	case len(head) == 0 || head[0] != '<':
		return 0
	case master().MatchString(head):
		return 100
	case parameter().MatchString(head):
		return 90
	}
	return 0
}
