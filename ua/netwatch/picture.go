package netwatch

import (
	"maps"
	"net/netip"
)

// picture is what the kernel has said so far.
type picture struct {
	links     map[int]link
	addresses map[address]struct{}
	routes    map[route]struct{}
}

type link struct{ running, local bool }

type address struct {
	link   int
	prefix netip.Prefix
}

type route struct {
	link        int
	destination netip.Prefix
	gateway     netip.Addr
	metric      uint32
}

func newPicture() picture {
	return picture{links: map[int]link{}, addresses: map[address]struct{}{}, routes: map[route]struct{}{}}
}

// apply takes one change into the picture.
func (p *picture) apply(c change) {
	switch c.kind {
	case kindLink:
		set(p.links, c.link, link{c.running, c.local}, c.gone)
		if c.gone {
			p.dropLink(c.link)
		}
	case kindAddress:
		set(p.addresses, address{c.link, c.prefix}, struct{}{}, c.gone)
	case kindRoute:
		set(p.routes, route{c.link, c.prefix, c.gateway, c.metric}, struct{}{}, c.gone)
	}
}

func set[K comparable, V any](all map[K]V, key K, value V, gone bool) {
	if gone {
		delete(all, key)
		return
	}
	all[key] = value
}

// dropLink forgets what a link had: the kernel does not say it of each route.
func (p *picture) dropLink(gone int) {
	maps.DeleteFunc(p.addresses, func(a address, _ struct{}) bool { return a.link == gone })
	maps.DeleteFunc(p.routes, func(r route, _ struct{}) bool { return r.link == gone })
}

// view is what of a picture can be used now.
type view struct {
	addresses map[address]struct{}
	routes    map[route]struct{}
}

// see leaves out the loopback, and what belongs to links without a carrier.
func (p *picture) see() view {
	v := view{map[address]struct{}{}, map[route]struct{}{}}
	usable := func(index int) bool {
		l := p.links[index]
		return l.running && !l.local
	}
	for a := range p.addresses {
		if usable(a.link) {
			v.addresses[a] = struct{}{}
		}
	}
	for r := range p.routes {
		if r.link == 0 || usable(r.link) {
			v.routes[r] = struct{}{}
		}
	}
	return v
}

func (v view) equal(w view) bool {
	return maps.Equal(v.addresses, w.addresses) && maps.Equal(v.routes, w.routes)
}

// usable reports whether anything can be reached at all.
func (v view) usable() bool { return len(v.addresses) > 0 && len(v.routes) > 0 }

// lacks reports whether an address that was there is not in v.
func (v view) lacks(was view) bool {
	for a := range was.addresses {
		if _, still := v.addresses[a]; !still {
			return true
		}
	}
	return false
}
