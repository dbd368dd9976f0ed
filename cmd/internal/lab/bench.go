package lab

import (
	"offhook/cmd/internal/lab/page"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/provserver"
)

// bench is the workbench as its page works it.
type bench struct{ lab *Lab }

var _ page.Bench = bench{}

func (b bench) State() page.State {
	l := b.lab
	at := l.addresses
	mailboxes := map[string]pbx.Mailbox{}
	for _, e := range l.config.Extensions {
		mailboxes[e.Number] = l.pbx.Mailbox(e.Number)
	}
	return page.State{
		Faceplate: l.faceplateURL(),
		Addresses: page.Addresses{
			Domain: at.Domain, TLS: at.SIPTLS, TCP: at.SIPTCP, UDP: at.SIPUDP, Provisioning: at.ProvisioningURL, CAFile: at.CAFile,
		},
		Extension:     l.config.Extensions[0].Number,
		Registrations: l.Registrations(),
		Calls:         l.Calls(),
		Mailboxes:     mailboxes,
		Impairment:    page.FromImpairment(l.Impairment()),
		Provisioning:  page.Provisioning{Mode: l.files.Mode(), Fetches: l.files.Fetches()},
		Services:      pbx.Services(),
	}
}

func (b bench) SetMailbox(extension string, box pbx.Mailbox) error {
	return b.lab.pbx.SetMailbox(extension, box)
}
func (b bench) Ring(extension string) error { return b.lab.Ring(extension) }
func (b bench) Hangup(call int) error       { return b.lab.pbx.Hangup(call) }
func (b bench) CheckSync(extension string, reboot bool) error {
	return b.lab.CheckSync(extension, reboot)
}
func (b bench) SetImpairment(i Impairment)              { b.lab.SetImpairment(i) }
func (b bench) SetProvisioning(m provserver.Mode) error { return b.lab.SetProvisioning(m) }
func (b bench) Document(mac string) ([]byte, error)     { return b.lab.files.Document(mac, "") }
func (b bench) SetDocument(mac string, body []byte)     { b.lab.SetDocument(mac, body) }
