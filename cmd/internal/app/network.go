package app

import (
	"cmp"
	"context"
	"errors"
	"net"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/provisioning"
	"offhook/ua/netwatch"
)

// longSleep is a suspension after which connections are not trusted: servers
// and NATs have had time to forget them.
const longSleep = 10 * time.Second

// watchNetwork has the user agent follow links, addresses, routes and the clock.
// Without it the phone works; it finds out later.
func (a *App) watchNetwork(ctx context.Context) error {
	log := a.cfg.Log.With("room", "network")
	post(ctx, a.desk.inbox, networkNow())
	w, err := netwatch.New(netwatch.Config{Log: log, Notify: func(e netwatch.Event) {
		log.Info("changed", "network", e.Network, "broken", e.Broken, "clock", e.Clock, "slept", e.Slept)
		if a.reaches(ctx, e); e.Down {
			return // there is nobody to register with
		}
		if err := patiently(ctx, reaction(a.agent, e)); err != nil && ctx.Err() == nil {
			log.Warn("the user agent could not be told", "error", err)
		}
		if e.Clock && a.clockBehind.Load() {
			a.manager.Reprovision() // the server's certificate is judged again
		}
		if e.Network && a.manager.Status().State == provisioning.Unprovisioned {
			a.manager.Reprovision() // the server may be found on this one
		}
	}})
	if err == nil {
		err = w.Run(ctx)
	}
	if err != nil {
		log.Warn("changes of the network are not seen: a lost connection is found out by its keep-alive", "error", err)
	}
	<-ctx.Done()
	return nil
}

// unreached is what a person is told while there is no network: an account stands as
// registered until its own timers find out.
const unreached = "no cable, no radio, or no address"

// reaches tells the telephone, and who asks for its status, whether there is a network.
func (a *App) reaches(ctx context.Context, e netwatch.Event) {
	switch {
	case e.Down:
		a.health.note("network", errors.New(unreached))
		post(ctx, a.desk.inbox, phone.Network{Cause: unreached})
	case e.Network:
		a.health.well("network")
		post(ctx, a.desk.inbox, networkNow())
	}
}

// networkNow is what a person is told of the network: nothing is down before the
// kernel says so, but without an address nothing is up either.
func networkNow() phone.Network {
	address := ""
	if interfaces, err := net.Interfaces(); err == nil {
		for _, i := range interfaces {
			if i.Flags&net.FlagRunning != 0 && i.Flags&net.FlagLoopback == 0 {
				addresses, _ := i.Addrs() // of one that has gone meanwhile there are none
				address = cmp.Or(address, ownAddress(addresses))
			}
		}
	}
	return phone.Network{Up: address != "", Address: address}
}

// ownAddress is where others reach an interface: IPv4 first, which people read more
// easily; "" where it has an address of the link at most.
func ownAddress(all []net.Addr) (address string) {
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		switch {
		case !ok || !n.IP.IsGlobalUnicast():
		case n.IP.To4() != nil:
			return n.IP.String()
		case address == "":
			address = n.IP.String()
		}
	}
	return address
}

// follower is what of the user agent follows the network.
type follower interface {
	NetworkChanged() error
	RoutesChanged() error
	ClockChanged() error
}

// reaction is what the user agent has to do about an event.
func reaction(agent follower, e netwatch.Event) func() error {
	switch {
	case e.Broken, e.Slept >= longSleep:
		return agent.NetworkChanged
	case e.Network:
		return agent.RoutesChanged
	}
	return agent.ClockChanged
}
