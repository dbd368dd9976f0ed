// Package fanvil reads Fanvil's files in their three forms: the XML of sysConf,
// the older XML of VOIP_CONFIG_FILE with its modules, and the text of
// <<VOIP CONFIG FILE>>. All of them come to the same keys: names in lower case
// without underscores, entries of lists by number, sip.line[1].phonenumber.
package fanvil

import (
	_ "embed"
	"strings"

	"offhook/provisioning/dialect"
)

//go:embed table.gz
var packed string

// Dialect is Fanvil's.
func Dialect() dialect.Dialect {
	return dialect.Dialect{
		Name: "fanvil", Maker: "Fanvil", Sniff: sniff, Read: read,
		Table:     &dialect.Table{Packed: packed, Converters: converters},
		Transport: "udp", FileName: "{mac}.cfg",
	}
}

func sniff(f dialect.File) int {
	head := dialect.Head(f)
	switch {
	case strings.HasPrefix(head, "<<voip config file>>"):
		return 100
	case strings.Contains(head, "<sysconf"), strings.Contains(head, "<voip_config_file"):
		return 95
	}
	return 0
}
