package provisioning

import (
	"time"

	"offhook/ua"
)

// Default is the document of a phone that was told nothing.
func Default() Document {
	return Document{
		Version: SchemaVersion,
		Phone: Phone{
			Name: "offhook", Language: "en", TimeZone: "UTC", TimeFormat: "24h",
			Country: "us", Emergency: []string{"112", "911"},
			CallWaiting: true, AutoAnswer: AutoAnswerOff, RingTone: "default", TransferOnHook: true, DNDAnswer: DNDBusy,
			UserMayChange: []string{"phone.language", "phone.ring-tone", "phone.time-format", "audio.volume", "screen"},
		},
		DialPlan: DialPlan{DialTimeout: 4 * time.Second},
		Screen:   Screen{Backlight: 80, BacklightIdle: 10, Timeout: time.Minute},
		Provisioning: Provisioning{
			Interval: 24 * time.Hour, RandomSpread: 10 * time.Minute,
			CheckSync: CheckSync{Accept: true, AllowReboot: true}, Confirm: 2 * time.Minute,
		},
		Audio: Audio{
			Volume: Volume{Handset: 60, Handsfree: 60, Headset: 60, Ringer: 70},
			PTime:  20 * time.Millisecond,
			Jitter: Jitter{Max: 300 * time.Millisecond}, HoldMusic: "off",
		},
		Network: Network{
			RTPPorts: PortRange{Low: 16384, High: 32767},
			DSCP:     DSCP{Audio: 46, Signalling: 24}, // EF and CS3 (RFC 4594 §2.3)
		},
		Log:       Log{Level: "info", Transport: "udp"},
		Door:      Door{Hold: 3 * time.Second, Digits: []string{"rfc4733"}, Attempts: 3, CardAttempts: 10, Lock: time.Minute},
		Recording: Recording{Announce: "tone", MaxTime: 2 * time.Hour, KeepFree: 64},
		Firmware:  Firmware{Share: 100, Trial: 5 * time.Minute},
		Emergency: Emergency{CallBack: 30 * time.Minute},
	}
}

// defaulter is an element of a list with defaults of its own.
type defaulter interface{ setDefaults() }

func (a *Account) setDefaults() {
	a.Transport = ua.TLS
	a.Expires = 10 * time.Minute
	a.Register = true
	a.KeepAlive, a.ReconnectSpread = 25*time.Second, time.Second
	a.MWI = true
	a.Publish = "off"
	a.AutoAnswerFor = string(ua.AnswerServer)
	a.Silence, a.Failback = 4*time.Second, 30*time.Second
	a.DigestMD5 = true
	a.DTMF = DTMFAuto
	a.ICE = ICEOff
	a.Reliable = ua.ReliableSupported
	a.SessionExpires = 30 * time.Minute
	a.ForwardAfter = 20 * time.Second
}

func (k *Key) setDefaults() { k.Type = "line" }

// complete fills the defaults that depend on other settings.
func (d *Document) complete() {
	for i := range d.Accounts {
		a := &d.Accounts[i]
		if a.ID == "" {
			a.ID = a.User
		}
		if a.SRTP == "" {
			a.SRTP = defaultSRTP(a.Transport)
		}
	}
}

// defaultSRTP wants media as safe as the signalling that carries its keys
// (RFC 4568 §7); with transport auto that is known only later.
func defaultSRTP(t ua.Transport) SRTP {
	if t == ua.TLS {
		return SRTPMandatory
	}
	return SRTPOptional
}
