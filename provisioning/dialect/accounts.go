package dialect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"offhook/provisioning"
)

// account makes one account of its settings and parts.
func (f *finisher) account(n int) {
	prefix := fmt.Sprintf("accounts[%d].", n)
	leave := func(why string) { f.drop(Idle, why, f.below(prefix)...) }
	if no(f.of(n, "@enable")) {
		leave(fmt.Sprintf("account %d is switched off", n))
		return
	}
	f.addressOfRecord(n)
	servers := f.servers(n, "@server")
	user, domain := f.of(n, "user"), f.of(n, "@domain")
	switch {
	case user == nil:
		leave(fmt.Sprintf("account %d has no user", n))
		return
	case domain == nil && len(servers.hosts) == 0:
		leave(fmt.Sprintf("account %d has no server", n))
		at := f.at(user)
		f.warn(Notice{at.File, at.Line, f.given(user), fmt.Sprintf("account %d has a user and no server; it is left out", n)})
		return
	}
	f.live[n] = true
	if f.first == 0 || n < f.first {
		f.first = n
	}
	f.used(prefix+"user", f.of(n, "@enable"))
	f.where(prefix, domain, servers)
	f.proxies(n, prefix)
	f.transport(n, prefix, servers)
	f.codecs(n, prefix)
	f.zeroes(n, prefix)
	f.relay(n)
	for _, name := range f.accountSettings() {
		if on := f.of(n, name+"@on"); on != nil {
			f.used(prefix+name, on)
			if no(on) {
				f.drop(Idle, "is switched off", f.settings[prefix+name])
				continue
			}
		}
		if s := f.of(n, name); s != nil && !f.decided(s) {
			f.withPort(prefix+name, s, f.of(n, name+"@port"))
		}
	}
	f.unused(n)
}

// accountSettings are the names of an account's settings in the document.
func (f *finisher) accountSettings() []string {
	var all []string
	for path := range f.schema {
		if name, ok := strings.CutPrefix(path, "accounts[]."); ok && name != "id" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

// decided tells a setting whose parameter was found to have no effect.
func (f *finisher) decided(s *setting) bool {
	return s.entry >= 0 && f.report.Entries[s.entry].Fate != "" && f.report.Entries[s.entry].Fate != Mapped
}

func (f *finisher) given(s *setting) string {
	if s == nil || s.entry < 0 {
		return ""
	}
	return f.report.Entries[s.entry].Key
}

// addressOfRecord splits user@host where one parameter holds both.
func (f *finisher) addressOfRecord(n int) {
	s := f.of(n, "@aor")
	if s == nil {
		return
	}
	user, host, found := strings.Cut(strings.TrimPrefix(text(s), "sip:"), "@")
	f.derive(n, "user", user, s)
	if found {
		f.derive(n, "@domain", host, s)
	}
}

// derive makes a setting of a piece of another, unless there is one.
func (f *finisher) derive(n int, name, value string, from *setting) {
	path := fmt.Sprintf("accounts[%d].%s", n, name)
	if value == "" || f.settings[path] != nil {
		return
	}
	one := *from
	one.path, one.value = path, TextValue(value)
	f.settings[path] = &one
}

// servers is a list of servers with what gave them.
type servers struct {
	hosts     []string // host or host:port
	bare      string   // host of the first
	transport string   // that one names
	from      []*setting
}

// maxServers is how many the document takes.
const maxServers = 8

func (f *finisher) servers(n int, part string) servers {
	var out servers
	for k := 1; k <= maxServers; k++ {
		piece := func(name string) *setting { return f.of(n, fmt.Sprintf("%s[%d].%s", part, k, name)) }
		host, port, transport := piece("host"), piece("port"), piece("transport")
		if host == nil {
			f.drop(Idle, "there is no server that it belongs to", port, transport)
			continue
		}
		at, err := ParseServer(text(host))
		if err != nil {
			f.drop(Refused, err.Error(), host)
			where := f.at(host)
			f.warn(Notice{where.File, where.Line, f.given(host), err.Error()})
			continue
		}
		if at.Port == 0 && port != nil {
			at.Port, _ = strconv.Atoi(text(port))
		}
		if text(transport) == "auto" || text(f.of(n, "transport")) == "auto" {
			at.Port = 0 // a port is in the way of DNS (RFC 3263 §4.1)
			f.drop(Idle, "the server is found by DNS", port)
			port = nil
		}
		if transport != nil {
			at.Transport = text(transport)
		}
		out.from = append(out.from, host, port, transport)
		if out.transport == "" {
			out.transport = at.Transport
		}
		if out.bare == "" {
			out.bare = at.Host
		}
		out.hosts = appendNew(out.hosts, at.String())
	}
	return out
}

// where gives the account its domain and registrars.
func (f *finisher) where(prefix string, domain *setting, s servers) {
	host := s.bare
	if domain != nil {
		host = text(domain)
		f.made(prefix+"domain", TextValue(host), "", domain)
	} else {
		f.made(prefix+"domain", TextValue(host), "", s.from[0])
	}
	if len(s.hosts) > 0 && !(len(s.hosts) == 1 && s.hosts[0] == host) {
		f.made(prefix+"registrar", TextValue(strings.Join(s.hosts, ", ")), "", s.from...)
		return
	}
	for _, one := range s.from {
		f.used(prefix+"domain", one)
	}
}

func (f *finisher) proxies(n int, prefix string) {
	on := f.of(n, "@proxy")
	s := f.servers(n, "@proxy")
	switch {
	case no(on):
		f.used(prefix+"proxy", on)
		f.drop(Idle, "the outbound proxy is switched off", s.from...)
	case len(s.hosts) > 0:
		f.made(prefix+"proxy", TextValue(strings.Join(s.hosts, ", ")), "", s.from...)
		f.used(prefix+"proxy", on)
		if f.of(n, "transport") == nil && s.transport != "" {
			f.derive(n, "transport", s.transport, s.from[0])
		}
	}
}

func (f *finisher) transport(n int, prefix string, s servers) {
	path := prefix + "transport"
	given := f.of(n, "transport")
	switch {
	case given != nil: // put with the others
	case s.transport != "":
		f.made(path, TextValue(s.transport), "", s.from...)
	case f.dialect.Transport != "":
		f.tree.put(path, TextValue(f.dialect.Transport), f.at(&setting{entry: -1}))
	}
}

// zeroes makes 0s of what is switched off and has no other word for it.
func (f *finisher) zeroes(n int, prefix string) {
	for part, name := range map[string]string{"@keep-alive": "keep-alive", "@session": "session-expires"} {
		on := f.of(n, part)
		if no(on) {
			f.drop(Idle, "is switched off", f.of(n, name))
			f.made(prefix+name, TextValue("0s"), "", on)
			continue
		}
		f.used(prefix+name, on)
	}
}

// relay drops a relay that the document would have no use for.
func (f *finisher) relay(n int) {
	server, user := f.of(n, "turn"), f.of(n, "turn-user")
	if server != nil && user != nil && !no(f.of(n, "turn@on")) && text(f.of(n, "ice")) == "full" {
		return
	}
	f.drop(Idle, "a relay is used with ICE, by a user, alone", server, user, f.of(n, "turn-password"))
}

// withPort puts a setting with the port that another parameter gives its
// server, where it has none itself.
func (f *finisher) withPort(path string, s, port *setting) {
	host := text(s)
	if len(s.value.List) == 1 {
		host = s.value.List[0]
	}
	at, err := ParseServer(host)
	n, bad := strconv.Atoi(text(port))
	if port == nil || err != nil || bad != nil || n < 1 || n > 65535 || at.Port != 0 || len(s.value.List) > 1 {
		f.put(path, s)
		return
	}
	at.Port = n
	v := s.value
	if v.Text = at.String(); v.Kind == provisioning.List {
		v.Text, v.List = "", []string{at.String()}
	}
	f.made(path, v, "", s, port)
}

// unused tells why parts of a live account came to nothing.
func (f *finisher) unused(n int) {
	for _, s := range f.below(fmt.Sprintf("accounts[%d].@codec[", n)) {
		f.drop(Idle, "belongs to a codec that this phone does not have, or that is switched off", s)
	}
}

// shared settles the settings of all accounts that no account took.
func (f *finisher) shared() {
	why := "every account has its own"
	if len(f.live) == 0 {
		why = "there is no account"
	}
	f.drop(Idle, why, f.below("accounts[*].")...)
}
