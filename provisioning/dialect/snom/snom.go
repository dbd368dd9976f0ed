// Package snom reads Snom's files: XML settings whose perm attribute tells what
// the user may change, and the older text of "name!: value" lines.
package snom

import (
	_ "embed"
	"strings"

	"offhook/provisioning/dialect"
)

//go:embed table.gz
var packed string

// Dialect is Snom's.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: "snom", Maker: "Snom", Sniff: sniff, Read: read,
		Table:   &dialect.Table{Packed: packed, Converters: converters},
		Permits: true, Transport: "udp", FileName: "{mac}.xml",
	}
}

// sniff knows the elements of the XML form, and lines of the text form.
func sniff(f dialect.File) int {
	head := dialect.Head(f)
	switch {
	case strings.Contains(head, "<phone-settings"), strings.Contains(head, "<functionkeys") && strings.Contains(head, "<fkey"):
		return 95
	case strings.HasPrefix(head, "<") && strings.Contains(head, "<settings>") && strings.Contains(head, "perm="):
		return 80
	case strings.HasPrefix(head, "<html><pre>"):
		head = strings.TrimPrefix(head, "<html><pre>")
	case strings.HasPrefix(head, "<"), strings.HasPrefix(head, "{"):
		return 0
	}
	score := 0
	for line := range strings.Lines(head) {
		if m := flat().FindStringSubmatch(strings.TrimSpace(line)); m != nil && (m[2] != "" || strings.HasPrefix(m[1], "user_")) {
			score += 25
		}
	}
	return min(score, 80)
}
