package dialect

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Counts is how big a dialect's table is.
type Counts struct {
	Mapped      int `json:"mapped"`              // patterns that reach the document
	Unsupported int `json:"known_not_supported"` // patterns that are known and have no effect
}

// Count counts the patterns of the table.
func (d Dialect) Count() Counts {
	d, _ = d.Loaded()
	mapped := d.mapped()
	var c Counts
	for _, reaches := range mapped {
		if reaches {
			c.Mapped++
		} else {
			c.Unsupported++
		}
	}
	for _, k := range d.Known {
		if _, has := mapped[k.Key]; !has {
			c.Unsupported++
		}
	}
	return c
}

// mapped tells of each key of the rules whether it reaches the document.
func (d Dialect) mapped() map[string]bool {
	mapped := map[string]bool{}
	for _, r := range d.Rules {
		mapped[r.Key] = mapped[r.Key] || r.To != ""
	}
	return mapped
}

// Markdown writes the table for people: what is taken and to where, and what is
// known and why it is not supported.
func (d Dialect) Markdown() string {
	d, _ = d.Loaded()
	var out strings.Builder
	c := d.Count()
	fmt.Fprintf(&out, "## %s\n\n%d parameters are taken, %d are known and not supported. `{n}` and `{k}` stand for numbers, `*` for any text.\n\n", d.Maker, c.Mapped, c.Unsupported)
	fmt.Fprint(&out, "| Parameter | Setting | Conversion |\n|---|---|---|\n")
	mapped, why := d.mapped(), map[string][]string{}
	seen := map[string]bool{}
	for _, r := range d.Rules {
		switch {
		case r.To != "":
			fmt.Fprintf(&out, "| `%s` | %s | %s |\n", r.Key, setTo(r.To), r.Note)
		case !mapped[r.Key] && !seen[r.Key]:
			reason := "not here, or not but in one way"
			if r.Note != "" {
				reason = r.Note
			} else if _, err := r.As(""); err != nil {
				reason = err.Error()
			}
			why[reason] = append(why[reason], r.Key)
			seen[r.Key] = true
		}
	}
	for _, k := range d.Known {
		if _, has := mapped[k.Key]; !has {
			why[k.Why] = append(why[k.Why], k.Key)
		}
	}
	fmt.Fprint(&out, "\n| Not supported | Why |\n|---|---|\n")
	reasons := slices.SortedFunc(maps.Keys(why), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(why[b]), len(why[a])), cmp.Compare(a, b))
	})
	for _, reason := range reasons {
		fmt.Fprintf(&out, "| `%s` | %s |\n", strings.Join(why[reason], "` `"), strings.ReplaceAll(reason, "|", `\|`))
	}
	return out.String()
}

// setTo is a rule's path as people write it.
func setTo(path string) string {
	path = strings.NewReplacer("[{n}]", "[]", "[{n+1}]", "[]", "[*]", "[]", "[{k}]", "[]").Replace(path)
	setting, part, isPart := strings.Cut(path, "@")
	setting = strings.TrimSuffix(setting, ".")
	switch {
	case !isPart:
		return "`" + path + "`"
	case part == "on":
		return "`" + setting + "`, whether it counts"
	case part == "port" && strings.HasPrefix(setting, "accounts"):
		return "`" + setting + "`, its port"
	case part == "[]":
		return "`" + setting + "`, an entry"
	case setting == "":
		name, piece, _ := strings.Cut(part, ".")
		if name == "action" {
			return "`actions[]`, " + piece
		}
		of := map[string]string{"url": "provisioning.url", "zone": "phone.time-zone", "rtp": "network.rtp-ports"}[name]
		return "`" + of + "`, its " + piece
	}
	return "`" + setting + "`, " + strings.NewReplacer("[]", "", "[1]", "", "[2]", " 2", ".", " ", "-", " ").Replace(part)
}
