// Package linkchange measures how long a telephone cannot be called after its
// network has become another. The telephone is the real program, in a network
// namespace of its own; a virtual cable leads to the exchange's. Making them
// needs root and the ip command.
package linkchange

import (
	"context"
	"errors"
	"fmt"
	"os"

	"offhook/cmd/internal/lab/netns"
)

// Addresses (RFC 5737): the exchange's, and two that the telephone has by turns.
const (
	exchange = "192.0.2.1"
	one      = "192.0.2.7"
	other    = "192.0.2.8"
	bits     = "/24"
	cable    = "cable0" // the same name at both ends
)

// world is two network namespaces and the cable between them.
type world struct{ phone, exchange string }

func newWorld(ctx context.Context) (*world, error) {
	w := &world{fmt.Sprintf("offhook-p%d", os.Getpid()), fmt.Sprintf("offhook-x%d", os.Getpid())}
	for _, line := range []string{
		"netns add " + w.phone,
		"netns add " + w.exchange,
		"link add " + cable + " netns " + w.phone + " type veth peer name " + cable + " netns " + w.exchange,
		"-n " + w.exchange + " address add " + exchange + bits + " dev " + cable,
		"-n " + w.exchange + " link set lo up",
		"-n " + w.exchange + " link set " + cable + " up",
		"-n " + w.phone + " address add " + one + bits + " dev " + cable,
		"-n " + w.phone + " link set lo up",
		"-n " + w.phone + " link set " + cable + " up",
		"-n " + w.phone + " route add default via " + exchange,
	} {
		if err := netns.IP(ctx, line); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

// close takes both away, and the cable with them.
func (w *world) close() error {
	ctx := context.Background()
	return errors.Join(netns.IP(ctx, "netns delete "+w.phone), netns.IP(ctx, "netns delete "+w.exchange))
}
