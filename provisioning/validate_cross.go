package provisioning

import (
	"fmt"
	"reflect"
	"strings"

	"offhook/ua"
)

// accounts checks what one setting alone does not show.
func (c *checker) accounts(d Document) {
	paths := elementPaths("accounts", reflect.ValueOf(d.Accounts), []string{"id", "user"})
	first := map[string]string{}
	for i, a := range d.Accounts {
		at := paths[i]
		if wrong := matchers["name"](a.ID); wrong != "" && a.ID != a.User {
			c.fault(at+".id", "%s", wrong)
		}
		if other, twice := first[a.ID]; twice && a.ID != "" {
			c.fault(at+".id", "%q is the id of %s too; give one of them another id", clip(a.ID), other)
		}
		first[a.ID] = at
		for _, f := range []struct{ key, to string }{
			{"forward-always", a.ForwardAlways}, {"forward-busy", a.ForwardBusy}, {"forward-no-answer", a.ForwardNoReply},
		} {
			if f.to != "" && f.to == a.User {
				c.fault(at+"."+f.key, "is the account's own number; name another one")
			}
		}
		c.ice(at, a)
		c.credentials(at, a.Certificate, a.Key, d.TLS)
		c.authority(at+".ca", a.CA, d.TLS)
		c.dealings(at, a)
		if a.Transport != ua.TLS && a.Transport != ua.Auto && (a.CA != "" || a.Certificate != "" || a.ServerName != "") {
			c.fault(at+".transport", "%s carries no certificate; set transport: tls, or remove ca, certificate and server-name", a.Transport)
		}
	}
}

// references checks names of other parts of the document.
func (c *checker) references(d Document) {
	known := map[string]bool{"": true}
	for _, a := range d.Accounts {
		known[a.ID] = true
	}
	for i, id := range d.Provisioning.CheckSync.Accounts {
		if !known[id] {
			c.fault(fmt.Sprintf("provisioning.check-sync.accounts[%d]", i), "there is no account %q; name the id of one under accounts", clip(id))
		}
	}
	for i, at := range elementPaths("keys", reflect.ValueOf(d.Keys), []string{"key"}) {
		k := d.Keys[i]
		if !known[k.Account] {
			c.fault(at+".account", "there is no account %q; name the id of one under accounts", clip(k.Account))
		}
		if (k.Type == "speed-dial" || k.Type == "intercom") && k.Value == "" {
			c.fault(at+".value", "is missing; a %s key needs the number to call", k.Type)
		}
		if k.Type == "blf" && k.Value == "" {
			c.fault(at+".value", "is missing; a blf key needs the number of the telephone that it watches")
		}
		if k.Type == "park" && k.Value == "" {
			c.fault(at+".value", "is missing; a park key needs the number of its place (orbit)")
		}
	}
	c.unique("keys", "key", reflect.ValueOf(d.Keys))
	c.unique("tls.authorities", "name", reflect.ValueOf(d.TLS.Authorities))
	c.unique("tls.identities", "name", reflect.ValueOf(d.TLS.Identities))
}

// unique wants the elements of a list to have different names.
func (c *checker) unique(path, id string, list reflect.Value) {
	seen := map[string]bool{}
	for i, at := range elementPaths(path, list, []string{id}) {
		name := identity(list.Index(i), []string{id})
		if name != "" && seen[name] {
			c.fault(at+"."+id, "%q is there already; give it another name or remove one", clip(name))
		}
		seen[name] = true
	}
}

func (c *checker) rest(d Document) {
	c.authority("provisioning.ca", d.Provisioning.CA, d.TLS)
	c.credentials("provisioning", d.Provisioning.Certificate, d.Provisioning.Key, d.TLS)
	for i, at := range elementPaths("tls.identities", reflect.ValueOf(d.TLS.Identities), []string{"name"}) {
		c.keyPair(at, d.TLS.Identities[i].Certificate, d.TLS.Identities[i].Key)
	}
	if j := d.Audio.Jitter; j.Min > j.Max {
		c.fault("audio.jitter.min", "%s is more than max, which is %s; swap them", formatDuration(j.Min), formatDuration(j.Max))
	}
	c.ports(d.Network.RTPPorts)
	c.listening(d)
	c.outward(d)
	c.userSettings(d)
	if l := d.Emergency.Location; (l.Latitude == "") != (l.Longitude == "") {
		c.fault("emergency.location", "has one half of a point; give latitude and longitude, or neither")
	}
	c.door(d.Door)
	for i, at := range elementPaths("keys", reflect.ValueOf(d.Keys), []string{"key"}) {
		if d.Keys[i].Key == "call" && d.Keys[i].Value != "" && len(d.Door.Bell) > 0 {
			c.fault(at+".value", "is given, and door.bell says whom the key calls; remove one of them")
		}
	}
}

// minPorts is room for RTP and RTCP of a few calls.
const minPorts = 16

func (c *checker) ports(r PortRange) {
	switch {
	case r.Low < 1024:
		c.fault("network.rtp-ports", "%s starts below 1024, where other services live; start at 1024 or above", r)
	case int(r.High)-int(r.Low)+1 < minPorts:
		c.fault("network.rtp-ports", "%s holds fewer than %d ports; widen it", r, minPorts)
	}
}

// authority checks a ca setting: PEM, $name or system.
func (c *checker) authority(path, ca string, t TLS) {
	if name, ok := strings.CutPrefix(ca, "$"); ok && t.authority(name) == "" {
		c.fault(path, "there is no authority %q; add it under tls.authorities", clip(name))
	}
}

// credentials checks a certificate setting and its key.
func (c *checker) credentials(at, certificate string, key ua.Secret, t TLS) {
	if name, ok := strings.CutPrefix(certificate, "$"); ok {
		if _, found := t.identity(name); !found {
			c.fault(at+".certificate", "there is no identity %q; add it under tls.identities", clip(name))
		}
		if !key.IsZero() {
			c.fault(at+".key", "is given, but the identity %q has its own; remove it", clip(name))
		}
		return
	}
	c.keyPair(at, certificate, key)
}

func (c *checker) keyPair(at, certificate string, key ua.Secret) {
	switch {
	case certificate == "" && key.IsZero():
	case certificate == "":
		c.fault(at+".certificate", "is missing; a key needs its certificate")
	case key.IsZero():
		c.fault(at+".key", "is missing; a certificate needs its key")
	default:
		if wrong := pairFault(certificate, key.Reveal()); wrong != "" {
			c.fault(at+".key", "%s", wrong)
		}
	}
}
