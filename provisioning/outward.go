package provisioning

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/ua"
)

// PhoneBook is a file of contacts on a web server.
type PhoneBook struct {
	URL      string        `key:"url,required" match:"url"`
	Interval time.Duration `key:"interval" range:"1m..744h"` // between two looks at it
	CA       string        `key:"ca" match:"authority"`
	Username string        `key:"username" match:"label"`
	Password ua.Secret     `key:"password"`
}

func (b *PhoneBook) setDefaults() { b.Interval = 24 * time.Hour }

// PhoneBookAccess is how a phone book's server is reached.
func (d Document) PhoneBookAccess(b PhoneBook) Access {
	access := d.TLS.access(b.CA, "", ua.Secret{})
	access.Username, access.Password, access.AllowHTTP = b.Username, b.Password, true
	return access
}

// Push is the endpoint by which a server may come to the phone.
type Push struct {
	Listen      string    `key:"listen" match:"endpoint"` // 8443 or 192.0.2.1:8443; empty: off
	Certificate string    `key:"certificate" match:"reference"`
	Clients     string    `key:"clients" match:"reference"` // authority of those who may come
	Token       ua.Secret `key:"token"`
	ReadToken   ua.Secret `key:"read-token"` // of those who may look and change nothing
}

// Web are the administrator's pages.
type Web struct {
	Listen      string    `key:"listen" match:"endpoint"` // 443 or 192.0.2.1:443; empty: off
	Certificate string    `key:"certificate" match:"reference"`
	Name        string    `key:"name" match:"server"` // that browsers may call the phone by, beside its addresses
	Password    ua.Secret `key:"password"`
}

// WebIdentity is who the phone is to a browser.
func (d Document) WebIdentity() (Identity, bool) {
	name, _ := strings.CutPrefix(d.Web.Certificate, "$")
	return d.TLS.identity(name)
}

// Firmware says which program the phone should have.
type Firmware struct {
	URL     string `key:"url" match:"url"`
	Version string `key:"version" match:"label"` // the one to have: 1.2.3, or the least: >=1.2.3
	Window  string `key:"window" match:"window"` // of the day in which to install, in the phone's time zone
	// Share is the percent of the phones that are to have it.
	Share     int           `key:"share" range:"0..100"`
	Downgrade bool          `key:"downgrade"`
	Trial     time.Duration `key:"trial" range:"1m..1h"` // until which a new version has to be well
}

// Action is a web server that is told of events.
type Action struct {
	On       []string  `key:"on" match:"event"`
	URL      string    `key:"url,required" match:"action"`
	Method   string    `key:"method" oneof:"get post"`
	CA       string    `key:"ca" match:"authority"`
	Username string    `key:"username" match:"label"`
	Password ua.Secret `key:"password"`
}

func (a *Action) setDefaults() { a.Method = "get" }

// ActionAccess is how the server of an action is reached.
func (d Document) ActionAccess(a Action) Access {
	access := d.TLS.access(a.CA, "", ua.Secret{})
	access.Username, access.Password = a.Username, a.Password
	return access
}

// PushIdentity is who the phone is to those who push, and PushClients the
// authority of those who may, in PEM.
func (d Document) PushIdentity() (Identity, bool) {
	name, _ := strings.CutPrefix(d.Provisioning.Push.Certificate, "$")
	return d.TLS.identity(name)
}

// PushClients is the authority of those who may push, in PEM; empty: a token alone.
func (d Document) PushClients() string {
	name, _ := strings.CutPrefix(d.Provisioning.Push.Clients, "$")
	return d.TLS.authority(name)
}

// ListenAt is an endpoint's place, as net.Listen takes it.
func ListenAt(endpoint string) string {
	if _, err := strconv.ParseUint(endpoint, 10, 16); err == nil {
		return ":" + endpoint
	}
	return endpoint
}

// Events are the names that actions may have.
var Events = []string{
	"started", "registered", "unregistered", "registration-failed",
	"call-incoming", "call-outgoing", "call-answered", "call-ended", "call-missed", "call-poor",
	"configured", "configuration-failed", "firmware-installed", "firmware-failed",
	"door-opened", "door-refused", "door-locked", "door-forced", "door-held-open", "door-closed", "door-tamper", "*",
}

// EventFields are what an action's URL may have in braces.
var EventFields = []string{"event", "time", "mac", "model", "name", "account", "remote", "remote_name", "call", "cause", "seconds", "door", "who"}

func matchEvent(s string) string {
	if slices.Contains(Events, s) {
		return ""
	}
	return fmt.Sprintf("%q is not an event; use one of %s", clip(s), strings.Join(Events, " "))
}

// matchAction wants a URL, with fields of events in braces.
func matchAction(s string) string {
	plain := s
	for rest := s; ; {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			break
		}
		name, end, closed := strings.Cut(after, "}")
		if !closed || !slices.Contains(EventFields, name) {
			return fmt.Sprintf("{%s} is not known; use one of %s", clip(name), strings.Join(EventFields, " "))
		}
		plain, rest = strings.Replace(plain, "{"+name+"}", "x", 1), end
	}
	u, err := url.Parse(plain)
	switch {
	case err != nil || !printable(s):
		return "is not a URL; write it as https://host/path"
	case u.User != nil:
		return "holds a user name or password; give them as username and password instead"
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return "is not a web server's address; write it as https://host/path"
	case strings.ContainsAny(strings.SplitN(s+"/", "/", 4)[2], "{}"):
		return "has a field where the host is: what a caller sends must not choose the server"
	}
	return ""
}

func matchEndpoint(s string) string {
	if port, err := strconv.ParseUint(s, 10, 16); err == nil && port > 0 {
		return ""
	}
	if at, err := netip.ParseAddrPort(s); err == nil && at.Port() > 0 {
		return ""
	}
	return fmt.Sprintf("%q is no place to listen; use a port (8443), or an address of the phone with one (192.0.2.1:8443)", clip(s))
}

// outward checks what the phone offers and tells others.
func (c *checker) outward(d Document) {
	p := d.Provisioning.Push
	const at = "provisioning.push"
	if name, ok := strings.CutPrefix(p.Certificate, "$"); ok {
		if _, found := d.TLS.identity(name); !found {
			c.fault(at+".certificate", "there is no identity %q; add it under tls.identities", clip(name))
		}
	}
	c.authority(at+".clients", p.Clients, d.TLS)
	if p.Listen != "" {
		if p.Certificate == "" {
			c.fault(at+".certificate", "is missing; who pushes has to know the phone: add an identity under tls.identities and write $ before its name")
		}
		if p.Clients == "" && p.Token.IsZero() && p.ReadToken.IsZero() {
			c.fault(at, "lets nobody in; give clients ($name of an authority), a token or a read-token")
		}
		for _, t := range []struct {
			name  string
			token ua.Secret
		}{{".token", p.Token}, {".read-token", p.ReadToken}} {
			if n := len(t.token.Reveal()); n > 0 && n < minToken {
				c.fault(at+t.name, "is shorter than %d characters, and can be guessed; openssl rand -hex 16 makes one", minToken)
			}
		}
		if !p.ReadToken.IsZero() && p.ReadToken.Reveal() == p.Token.Reveal() {
			c.fault(at+".read-token", "is the token: who reads could write; make another")
		}
	}
	c.authority("log.ca", d.Log.CA, d.TLS)
	c.web(d)
	for i, b := range d.PhoneBooks {
		c.authority(fmt.Sprintf("phone-books[%d].ca", i), b.CA, d.TLS)
	}
	for i, a := range d.Actions {
		c.authority(fmt.Sprintf("actions[%d].ca", i), a.CA, d.TLS)
		if len(a.On) == 0 {
			c.fault(fmt.Sprintf("actions[%d].on", i), "is missing; name the events, such as call-ended, or \"*\"")
		}
	}
}

const minToken = 16

// web wants pages that are somebody's alone, and a phone that a browser knows.
func (c *checker) web(d Document) {
	w := d.Web
	if name, ok := strings.CutPrefix(w.Certificate, "$"); ok {
		if _, found := d.TLS.identity(name); !found {
			c.fault("web.certificate", "there is no identity %q; add it under tls.identities", clip(name))
		}
	}
	if n := len(w.Password.Reveal()); n > 0 && n < minWebPassword {
		c.fault("web.password", "is shorter than %d characters, and can be guessed", minWebPassword)
	}
	if w.Listen == "" {
		return
	}
	if w.Certificate == "" {
		c.fault("web.certificate", "is missing; browsers have to know the phone: add an identity under tls.identities and write $ before its name")
	}
	if w.Password.IsZero() {
		c.fault("web.password", "is missing; there are no pages without")
	}
	if w.Listen == d.Provisioning.Push.Listen {
		c.fault("web.listen", "is provisioning.push.listen too; give them a port each")
	}
}

const minWebPassword = 8
