package lab

import (
	"fmt"
	"time"

	"offhook/provisioning"
	"offhook/provisioning/native"
	"offhook/ua"
)

// authority is the name of the workbench's CA in the document.
const authority = "workbench"

// document makes what the provisioning server hands out: an extension over TLS
// with mandatory SRTP, trusting the workbench's CA alone.
func (l *Lab) document(_, extension string) ([]byte, error) {
	if extension == "" {
		extension = l.config.Extensions[0].Number
	}
	for _, e := range l.config.Extensions {
		if e.Number == extension {
			return native.Marshal(l.describe(e))
		}
	}
	return nil, fmt.Errorf("the workbench has no extension %q", extension)
}

func (l *Lab) describe(e Extension) provisioning.Document {
	at := l.Addresses()
	d := provisioning.Default()
	d.Phone.Name = "Workbench " + e.Number
	d.DialPlan.DigitMap = []string{"10xx", "6xx", "*97"}
	d.DialPlan.DialTimeout = 3 * time.Second
	d.Accounts = []provisioning.Account{{
		ID: e.Number, User: e.Number, Domain: at.Domain, DisplayName: e.Name, Password: ua.NewSecret(e.Password),
		Registrar: at.SIPTLS, Transport: ua.TLS, Expires: 10 * time.Minute, Register: true, KeepAlive: 25 * time.Second,
		SRTP: provisioning.SRTPMandatory, Codecs: []string{"g722", "pcma", "pcmu"}, Voicemail: "*97", MWI: true, CA: "$" + authority,
	}}
	d.TLS.Authorities = []provisioning.Authority{{Name: authority, PEM: at.CAPEM}}
	d.Provisioning.URL = at.ProvisioningURL
	d.Provisioning.CA = "$" + authority
	d.Provisioning.Interval = 10 * time.Minute
	d.Provisioning.RandomSpread = time.Minute
	return d
}
