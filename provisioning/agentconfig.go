package provisioning

import (
	"fmt"
	"maps"
	"reflect"
	"strings"

	"offhook/ua"
)

// AgentSchemaVersion is the version of the agent's own file, the value of its
// top key "agent".
const AgentSchemaVersion = 1

// AgentConfig is the file on the board, /etc/offhook/offhook.yaml: what the
// agent must know before it has a document.
type AgentConfig struct {
	Version      int               `key:"agent"`
	Board        string            `key:"board"`     // a board's name or a file; empty: detect
	State        string            `key:"state"`     // directory
	StateKey     string            `key:"state-key"` // a file: what encrypts the directory; empty: nothing does
	Strict       bool              `key:"strict"`    // by UDP nobody but the accounts' servers is heard
	Device       AgentDevice       `key:"device"`
	Provisioning AgentProvisioning `key:"provisioning"`
	Log          AgentLog          `key:"log"`
	Firmware     AgentFirmware     `key:"firmware"`
	Config       LocalDocument     `key:"config"`

	origin map[string]Position
}

// AgentDevice overrides what the board tells of itself.
type AgentDevice struct {
	MAC    string `key:"mac" match:"mac"`
	Serial string `key:"serial" match:"name"`
}

// AgentProvisioning says how to find the server, and how to reach it.
type AgentProvisioning struct {
	URL         string    `key:"url" match:"url"`
	Static      []string  `key:"static" match:"url"`
	Order       []string  `key:"order" match:"step"`
	CA          string    `key:"ca" match:"ca-or-file"` // PEM or a file
	Certificate string    `key:"certificate" match:"pem-or-file"`
	Key         ua.Secret `key:"key" match:"pem-or-file"`
	Username    string    `key:"username" match:"label"`
	Password    ua.Secret `key:"password"`
	AllowHTTP   bool      `key:"allow-http"`
	AllowTFTP   bool      `key:"allow-tftp"`
	FirstUse    string    `key:"first-use" oneof:"confirm accept"` // of a server that the network names
	Files       []string  `key:"files" match:"file"`               // asked of a server whose host alone is known
	Interface   string    `key:"interface" match:"interface"`      // to look for servers on; empty: every one
	Domain      string    `key:"domain" match:"host"`              // for the step dns; empty: the network's
	Redirect    string    `key:"redirect" match:"url"`
	DHCP        AgentDHCP `key:"dhcp"`
	Proxy       string    `key:"proxy" match:"url"` // of HTTP, for all fetches; empty: the environment's
	FileKey     ua.Secret `key:"file-key"`          // of encrypted files: 64 hexadecimal digits, or a password

	Persona AgentPersona `key:"persona"`
}

// AgentPersona has files asked for as another maker's telephone does.
type AgentPersona struct {
	Maker   string `key:"maker" oneof:"off yealink snom grandstream poly cisco fanvil"`
	Model   string `key:"model" match:"name"`   // as the maker writes it: T46U; empty: a common one
	Version string `key:"version" match:"name"` // of the maker's firmware
	Code    string `key:"code" match:"name"`    // of the model, in the name of Yealink's and Fanvil's common file
}

// AgentDHCP says how DHCP is asked for the server.
type AgentDHCP struct {
	Options    []string `key:"options" match:"dhcp-option"`      // in order; "66+67" joins two
	Source     string   `key:"source" oneof:"auto lease inform"` // auto: a lease, and INFORM for what it does not tell
	Enterprise int      `key:"enterprise" range:"0..2147483647"` // whose part of option 125 is read; 0: nobody's
}

// AgentLog is how the agent writes its own log.
type AgentLog struct {
	Level  string `key:"level" oneof:"debug info warn error"` // until a document says otherwise
	Format string `key:"format" oneof:"text json"`
}

// AgentFirmware says whose programs may take the place of this one.
type AgentFirmware struct {
	Keys string `key:"keys"` // a file of public keys, PEM
}

// LocalDocument is a Document kept with the agent: inline, or in a file.
type LocalDocument struct {
	File     string    // as written; empty when inline
	Document *Document // nil until read
}

// DefaultAgentConfig is what an empty file means.
func DefaultAgentConfig() AgentConfig {
	return AgentConfig{
		Version: AgentSchemaVersion,
		State:   "/var/lib/offhook",
		Provisioning: AgentProvisioning{
			Order: []string{"pinned:stop", "document:proceed", "dhcp:proceed", "pnp:proceed", "dns:proceed",
				"static:proceed", "redirect:proceed", "cached:stop"},
			FirstUse: "confirm", Files: []string{"{mac}.yaml"},
			DHCP:    AgentDHCP{Options: []string{"160", "159", "66", "43", "125"}, Source: "auto"},
			Persona: AgentPersona{Maker: "off"},
		},
		Log:      AgentLog{Level: "info", Format: "text"},
		Firmware: AgentFirmware{Keys: "/etc/offhook/firmware.pem"},
	}
}

// DecodeAgentConfig makes an AgentConfig of a tree, over the defaults. The
// error joins a *FaultError for every fault. Files that it names are not read.
func DecodeAgentConfig(root *Node, file string) (AgentConfig, error) {
	d := decoder{file: file, origin: map[string]Position{}}
	c := DefaultAgentConfig()
	if !d.version(root, "agent", AgentSchemaVersion, true) {
		return c, d.faults.err()
	}
	d.section("", root, reflect.ValueOf(&c).Elem())
	c.origin = d.origin
	check := newChecker(&d.faults, d.place, "")
	check.settings(reflect.ValueOf(c))
	check.agent(c)
	return c, d.faults.err()
}

// Access is how the agent reaches its server.
func (c AgentConfig) Access() Access {
	p := c.Provisioning
	ca := p.CA
	if ca == SystemCA {
		ca = ""
	}
	return Access{ca, p.Certificate, p.Key, p.Username, p.Password, p.AllowHTTP, p.AllowTFTP, p.Proxy}
}

// Base is the document that a provisioned one is laid over: the local one, or
// the defaults.
func (c AgentConfig) Base() Document {
	if c.Config.Document == nil {
		return Default()
	}
	return *c.Config.Document
}

// Origin is where a setting of the agent's file was given.
func (c AgentConfig) Origin(path string) (Position, bool) { return lookup(c.origin, path) }

// Given tells whether the file has a setting itself.
func (c AgentConfig) Given(path string) bool {
	_, given := c.origin[path]
	return given
}

func (c *checker) agent(a AgentConfig) {
	p := a.Provisioning
	c.present("provisioning", p.Certificate, p.Key)
	for at, url := range append([]string{p.URL, p.Redirect}, p.Static...) {
		path := [...]string{"provisioning.url", "provisioning.redirect", ""}[min(at, 2)]
		if at > 1 {
			path = fmt.Sprintf("provisioning.static[%d]", at-2)
		}
		switch scheme, _, _ := strings.Cut(strings.ToLower(url), ":"); {
		case scheme == "http" && !p.AllowHTTP:
			c.fault(path, "is plain http, which is not fetched; use https, or set provisioning.allow-http")
		case scheme == "tftp" && !p.AllowTFTP:
			c.fault(path, "is TFTP, which protects nothing and is not fetched; use https, or set provisioning.allow-tftp")
		}
	}
}

// present wants a certificate and its key both or neither.
func (c *checker) present(at, certificate string, key ua.Secret) {
	if certificate != "" && key.IsZero() {
		c.fault(at+".key", "is missing; a certificate needs its key")
	}
	if certificate == "" && !key.IsZero() {
		c.fault(at+".certificate", "is missing; a key needs its certificate")
	}
}

// local decodes a document inside the agent's file, or the name of its file.
// Inline it needs no version of its own.
func (d *decoder) local(path string, n *Node, to *LocalDocument) {
	if n.Kind == Text && n.Value != "" {
		d.origin[path] = d.of(n)
		to.File = n.Value
		return
	}
	if n.Kind != Map {
		d.fault(n, path, "is %s; give a document's sections here, or the path of its file", n.Kind)
		return
	}
	inner := decoder{file: d.file, prefix: path, origin: map[string]Position{}}
	if inner.version(n, "offhook", SchemaVersion, false) {
		doc := inner.document(Default(), n)
		to.Document = &doc
	}
	d.faults = append(d.faults, inner.faults...)
	for at, position := range maps.All(inner.origin) {
		d.origin[join(path, at)] = position
	}
}
