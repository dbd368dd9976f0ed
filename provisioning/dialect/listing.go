package dialect

// Counts is how big a dialect's table is.
type Counts struct {
	Mapped      int `json:"mapped"`              // patterns that reach the document
	Unsupported int `json:"known_not_supported"` // patterns that are known and have no effect
}

// Count counts the patterns of the table.
func (d Dialect) Count() Counts {
	mapped := map[string]bool{}
	for _, r := range d.Rules {
		mapped[r.Key] = mapped[r.Key] || r.To != ""
	}
	known := map[string]bool{}
	for _, k := range d.Known {
		if !mapped[k.Key] {
			known[k.Key] = true
		}
	}
	var c Counts
	for _, reaches := range mapped {
		if reaches {
			c.Mapped++
		} else {
			c.Unsupported++
		}
	}
	c.Unsupported += len(known)
	return c
}
