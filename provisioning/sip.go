package provisioning

import (
	"strings"
	"time"

	"offhook/ua"
)

// SIPAccounts is the accounts as a ua.Agent takes them. Media settings (SRTP,
// Codecs) stay in the document, under the same id.
func (d Document) SIPAccounts() []ua.Account {
	accounts := make([]ua.Account, len(d.Accounts))
	for i, a := range d.Accounts {
		access := d.TLS.access(a.CA, a.Certificate, a.Key)
		accounts[i] = ua.Account{
			ID: ua.AccountID(a.ID), User: a.User, Domain: a.Domain, DisplayName: a.DisplayName,
			AuthUser: a.AuthUser, Password: a.Password, RefuseMD5: !a.DigestMD5, Registrar: a.Registrar, Proxy: a.Proxy, SecondProxy: a.SecondProxy, STUN: a.STUN, GRUU: a.GRUU,
			Transport: a.Transport, Expires: a.Expires, Register: a.Register, Reconnect: a.ReconnectSpread, KeepAlive: orNone(a.KeepAlive),
			SessionExpires: orNone(a.SessionExpires), Reliable: a.Reliable,
			TLS: ua.TLSPolicy{CA: access.CA, ServerName: a.ServerName, Cert: access.Certificate, Key: access.Key, Wildcard: a.ServerWildcard},
			MWI: a.MWI, Voicemail: a.Voicemail,
			Subscriptions: d.subscriptions(a), Dealings: a.dealings(),
			Anonymous: a.Anonymous, Identity: a.Identity,
			EmergencyURN: d.Emergency.ServiceURN, Location: d.Emergency.Location.sip(),
		}
	}
	return accounts
}

// orNone translates 0 into ua's word for none.
func orNone(d time.Duration) time.Duration {
	if d == 0 {
		return -1
	}
	return d
}

// Account finds an account by its id.
func (d Document) Account(id ua.AccountID) (Account, bool) {
	for _, a := range d.Accounts {
		if a.ID == string(id) {
			return a, true
		}
	}
	return Account{}, false
}

// Access is how the document says to reach its provisioning server. Whether
// plain HTTP is allowed is not the document's to say.
func (d Document) Access() Access {
	p := d.Provisioning
	access := d.TLS.access(p.CA, p.Certificate, p.Key)
	access.Username, access.Password = p.Username, p.Password
	return access
}

// AllowsCheckSync says whether a check-sync that came for an account may make
// the phone fetch its document, and restart.
func (d Document) AllowsCheckSync(id ua.AccountID) (fetch, reboot bool) {
	c := d.Provisioning.CheckSync
	fetch = c.Accept && len(c.Accounts) == 0
	for _, allowed := range c.Accounts {
		fetch = fetch || c.Accept && allowed == string(id)
	}
	return fetch, fetch && c.AllowReboot
}

// access resolves what a ca, a certificate and a key setting mean. Without a ca
// every authority of the document is trusted, and the system's roots when it
// has none.
func (t TLS) access(ca, certificate string, key ua.Secret) Access {
	access := Access{CA: ca, Certificate: certificate, Key: key}
	switch name, named := strings.CutPrefix(ca, "$"); {
	case named:
		access.CA = t.authority(name)
	case ca == SystemCA:
		access.CA = ""
	case ca == "":
		var all []string
		for _, a := range t.Authorities {
			all = append(all, strings.TrimSpace(a.PEM)+"\n")
		}
		access.CA = strings.Join(all, "")
	}
	if name, named := strings.CutPrefix(certificate, "$"); named {
		id, _ := t.identity(name)
		access.Certificate, access.Key = id.Certificate, id.Key
	}
	return access
}
