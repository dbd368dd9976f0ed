//go:build interop

package interop

import (
	"context"
	"testing"
	"time"

	"offhook/cmd/internal/lab/linkchange"
)

// TestLinkChange moves a telephone between addresses and pulls its cable, in
// network namespaces of its own. It needs root.
func TestLinkChange(t *testing.T) {
	binary, err := agentBinary()
	must(t, err)
	row(t, "another address, and a cable that is pulled and put back -> registered again", func(t *testing.T, _ context.Context) {
		const changes = 20
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
		defer cancel()
		figures, err := linkchange.Measure(ctx, t.TempDir(), binary, changes)
		must(t, err)
		for name, times := range map[string][]time.Duration{"another address": figures.Addresses, "the cable": figures.Cables} {
			told("%s: registered again after %v (half of %d), %v (all)", name,
				linkchange.Percentile(times, 50).Round(time.Millisecond), len(times), linkchange.Percentile(times, 100).Round(time.Millisecond))
		}
	})
}
