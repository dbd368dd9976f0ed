package agent

import (
	"errors"
	"net/netip"

	"offhook/ua/registration"
)

// errRoute is why a flow ends that the server is not reached by any more.
var errRoute = errors.New("the way to the server has changed")

// RoutesChanged says that the device has other addresses or routes, while those
// that it had may still serve: what the server is reached by from another
// address now is opened anew, the rest stays as it is.
func (a *Agent) RoutesChanged() error {
	return a.command(func(o *owner) {
		for _, l := range o.lines {
			for _, e := range l.edges() {
				o.followRoute(e)
			}
		}
	})
}

func (o *owner) followRoute(e *edge) {
	switch {
	case e.flow == nil:
		o.registerAnew(e) // what failed may work now
	case sourceFor(e.flow) != e.flow.local.Addr():
		o.renew(e, errRoute)
	}
}

// sourceFor is the address that the kernel would give a new flow to the same
// server; none where there is no route.
func sourceFor(f *flow) netip.Addr {
	probe, err := openPackets(netip.Addr{}, f.remote, 0)
	if err != nil {
		return netip.Addr{}
	}
	defer probe.Close()
	return addrPort(probe.LocalAddr()).Addr()
}

// ClockChanged says that the time of day was set. Certificates that were not
// valid yet may be now, and what was told of the bindings' ends is wrong: each
// is registered again, over the flow that it has.
func (a *Agent) ClockChanged() error {
	return a.command(func(o *owner) {
		for _, l := range o.lines {
			for _, e := range l.edges() {
				o.stepBinding(e, registration.Refresh{})
			}
		}
	})
}
