// Package yealink reads Yealink's files: "key = value" behind #!version:1.0.0.1,
// and .boot files that list others.
package yealink

import (
	_ "embed"
	"strings"

	"offhook/provisioning/dialect"
)

//go:embed table.gz
var packed string

// Dialect is Yealink's.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: "yealink", Maker: "Yealink", Sniff: sniff, Read: read,
		Table:     &dialect.Table{Packed: packed, Converters: converters},
		Transport: "udp", FileName: "{mac}.cfg",
	}
}

// sniff knows the header, or lines of the kind account.1.user_name =.
func sniff(f dialect.File) int {
	head := dialect.Head(f)
	if strings.HasPrefix(head, "#!version:") {
		return 100
	}
	if strings.HasPrefix(head, "<") || strings.HasPrefix(head, "{") {
		return 0
	}
	score := 0
	for line := range strings.Lines(head) {
		key, _, found := strings.Cut(line, "=")
		key = strings.TrimPrefix(strings.TrimSpace(key), "static.")
		if found && (strings.HasPrefix(key, "account.") || strings.HasPrefix(key, "linekey.") || strings.HasPrefix(key, "network.") || strings.HasPrefix(key, "auto_provision.") || strings.HasPrefix(key, "local_time.")) {
			score += 20
		}
		if strings.HasPrefix(key, "include:config") {
			return 90
		}
	}
	return min(score, 80)
}
