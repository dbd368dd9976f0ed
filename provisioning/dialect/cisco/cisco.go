// Package cisco reads the flat profiles of Cisco's (and Linksys') SPA telephones
// and of their successors for other makers' exchanges (MPP), and the rules by
// which these find their files.
package cisco

import (
	_ "embed"
	"strings"

	"offhook/provisioning/dialect"
)

//go:embed table.gz
var packed string

// Dialect is these files.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: "cisco", Maker: "Cisco", Fold: true, Sniff: sniff, Read: read,
		Table:     &dialect.Table{Packed: packed, Converters: converters},
		Transport: "udp", FileName: "{mac}.xml",
	}
}

func sniff(f dialect.File) int {
	head := dialect.Head(f)
	switch {
	case strings.Contains(head, "<flat-profile"):
		return 100
	case strings.HasPrefix(head, "<") && strings.Contains(head, "<profile_rule") && strings.Contains(head, "_1_"):
		return 80
	}
	return 0
}
