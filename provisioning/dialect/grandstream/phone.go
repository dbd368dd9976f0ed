package grandstream

import "offhook/provisioning/dialect"

// phoneParams are the parameters of the whole telephone that arrive.
func phoneParams() []param {
	return []param{
		{alias: "network.stun.server", p: 76, next: alone, to: "accounts[*].stun"},
		{p: 91, next: alone, to: "phone.call-waiting", as: dialect.Not, note: "Yes switches it off"},
		{alias: "sip.stunServer", to: "accounts[*].stun"},
		{alias: "network.keepAliveInterval", p: 84, next: alone, to: "accounts[*].keep-alive", as: dialect.Seconds, note: "seconds", weak: true},
		{alias: "sip.notify.challenge", to: "accounts[*].check-sync-auth", as: dialect.Not, note: "Yes switches the question for a password off"},
		{alias: "dateTime.timezone", p: 64, next: alone, to: "@zone.name", as: zone},
		{alias: "dateTime.format.time", p: 122, next: alone, to: "phone.time-format", as: clock},
		{alias: "language.gui", p: 1362, next: alone, to: "phone.language", as: dialect.Language},
		{alias: "keys.lock.emergency", to: "phone.emergency", as: numbers},
		{alias: "provisioning.config.serverPath", p: 237, next: alone, to: "@url.server"},
		{alias: "provisioning.config.protocol", p: 212, next: alone, to: "@url.protocol", as: protocol},
		{alias: "provisioning.config.username", p: 1360, next: alone, to: "provisioning.username"},
		{alias: "provisioning.config.password", p: 1361, next: alone, to: "provisioning.password"},
		{alias: "provisioning.auto.mode", p: 194, next: alone, to: "provisioning.interval@on", as: mode},
		{alias: "provisioning.auto.minute", p: 193, next: alone, to: "provisioning.interval", as: dialect.Minutes, note: "minutes"},
		{alias: "maintain.syslog.level", p: 208, next: alone, to: "log.level", as: logLevel},
		{alias: "network.qos.forRtp", to: "network.dscp.audio", as: dialect.Number},
		{alias: "network.qos.forSip", to: "network.dscp.signalling", as: dialect.Number},
		{alias: "network.rtp.local.port", p: 39, next: alone, to: "@rtp.low", as: dialect.Number},
		{alias: "security.validate.serverCertificate", p: 8463, next: alone, as: always("the server's certificate is always verified"), note: "certificates are always verified"},
		{alias: "provisioning.validateHostnameInCertificate", as: always("the name in the server's certificate is always verified"), note: "certificates are always verified"},
		{p: 8443, next: alone, to: "accounts[2].srtp", as: srtp},
	}
}

// doorParams are those of the door station.
func doorParams() []param {
	return []param{
		{p: 14101, next: alone, to: "door.hold", as: dialect.Seconds, note: "seconds"},
		{p: 10457, next: alone, to: "door.code", as: doorCode},
		{p: 14858, next: alone, to: "door.code@on", as: dialect.Flag},
		{p: 14847, next: alone, why: "how long a call rings is the far end's and the server's"},
		{p: 10462, next: alone, to: "keys[1].@value", note: "the doorbell"},
		{p: 10462, next: alone, to: "keys[1].@type", as: func(string) (dialect.Value, error) { return dialect.TextValue("speed-dial"), nil }},
	}
}

// keyParams are those of line keys and multi-purpose keys. Their account counts
// from 0.
func keyParams() []param {
	fixed, dynamic := keyMode(fixedKeys), keyMode(dynamicKeys)
	var all []param
	for _, kind := range []string{"vpk", "mpk"} {
		alias, to := "pks."+kind+".{n}.", "keys[{n}]."
		all = append(all,
			param{alias: alias + "keyMode", to: to + "@type", as: dynamic},
			param{alias: alias + "account", to: to + "@account", as: oneBased},
			param{alias: alias + "description", to: to + "@label"},
			param{alias: alias + "value", to: to + "@value"})
	}
	one := func(p int, k int, part string, as dialect.Convert, note string) {
		all = append(all, param{p: p, next: alone, to: "keys[" + itoa(k) + "].@" + part, as: as, note: note})
	}
	for k := 1; k <= lineKeys; k++ {
		one(1361+2*k, k, "type", fixed, "as GXP21xx number them")
		one(1362+2*k, k, "account", oneBased, "")
		one(1463+2*k, k, "label", nil, "")
		one(1464+2*k, k, "value", nil, "")
	}
	for k := 1; k <= memoryKeys; k++ {
		one(322+k, k, "type", dynamic, "")
		one(298+3*k, k, "account", oneBased, "")
		one(299+3*k, k, "label", nil, "")
		one(300+3*k, k, "value", nil, "")
	}
	one(353, 8, "type", dynamic, "")
	one(354, 8, "account", oneBased, "")
	one(355, 8, "label", nil, "")
	one(356, 8, "value", nil, "")
	return all
}

// How many keys of a kind have P-values that follow a rule.
const (
	lineKeys   = 6
	memoryKeys = 7
)
