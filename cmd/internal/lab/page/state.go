package page

import (
	"fmt"
	"time"

	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/provserver"
	"offhook/media/mediatest"
)

// State is all that the page shows, but for the journal.
type State struct {
	Faceplate     string                 `json:"faceplate"` // address, "" while there is no phone
	Addresses     Addresses              `json:"addresses"`
	Extension     string                 `json:"extension"` // of the phone on the workbench
	Registrations []pbx.Registration     `json:"registrations"`
	Calls         []pbx.Call             `json:"calls"`
	Mailboxes     map[string]pbx.Mailbox `json:"mailboxes"`
	Impairment    Impairment             `json:"impairment"`
	Provisioning  Provisioning           `json:"provisioning"`
	Services      [][2]string            `json:"services"` // number and what it does
}

// Addresses are where the workbench is reached.
type Addresses struct {
	Domain       string `json:"domain"`
	TLS          string `json:"tls"`
	TCP          string `json:"tcp"`
	UDP          string `json:"udp"`
	Provisioning string `json:"provisioning"`
	CAFile       string `json:"ca_file"`
}

// Provisioning is the provisioning server.
type Provisioning struct {
	Mode    provserver.Mode    `json:"mode"`
	Fetches []provserver.Fetch `json:"fetches"`
}

// Impairment is a mediatest.Impairment in the units of the page's sliders.
type Impairment struct {
	DelayMS   float64 `json:"delay_ms"`
	JitterMS  float64 `json:"jitter_ms"`
	Loss      float64 `json:"loss"`      // percent
	Burst     float64 `json:"burst"`     // packets
	Reorder   float64 `json:"reorder"`   // percent
	Duplicate float64 `json:"duplicate"` // percent
	Seed      uint64  `json:"seed,string"`
}

// FromImpairment converts to the page's units.
func FromImpairment(i mediatest.Impairment) Impairment {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return Impairment{
		DelayMS: ms(i.Delay), JitterMS: ms(i.Jitter), Loss: i.Loss * 100, Burst: max(i.Burst, 1),
		Reorder: i.Reorder * 100, Duplicate: i.Duplicate * 100, Seed: i.Seed,
	}
}

// impairment converts back; the error names what is out of range.
func (i Impairment) impairment() (mediatest.Impairment, error) {
	for _, f := range []struct {
		name              string
		value, least, top float64
	}{
		{"delay_ms", i.DelayMS, 0, 5000}, {"jitter_ms", i.JitterMS, 0, 5000}, {"loss", i.Loss, 0, 100},
		{"burst", i.Burst, 1, 100}, {"reorder", i.Reorder, 0, 100}, {"duplicate", i.Duplicate, 0, 100},
	} {
		if !(f.value >= f.least && f.value <= f.top) {
			return mediatest.Impairment{}, fmt.Errorf("%s is %g and must be %g to %g", f.name, f.value, f.least, f.top)
		}
	}
	duration := func(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
	return mediatest.Impairment{
		Delay: duration(i.DelayMS), Jitter: duration(i.JitterMS), Loss: i.Loss / 100, Burst: i.Burst,
		Reorder: i.Reorder / 100, Duplicate: i.Duplicate / 100, Seed: i.Seed,
	}, nil
}
