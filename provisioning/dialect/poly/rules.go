package poly

import (
	"strconv"
	"strings"

	"offhook/provisioning/dialect"
)

func rules() []dialect.Rule {
	const to, every = "accounts[{n}].", "accounts[*]."
	seconds, number, flag := dialect.Convert(dialect.Seconds), dialect.Convert(dialect.Number), dialect.Convert(dialect.Flag)
	all := []dialect.Rule{
		{Key: "CONFIG_FILES", Note: "files that are laid over this one, the first one last"},
		{Key: "device.set", Note: "lets parameters of the device count"},
		{Key: "reg.{n}.address", To: to + "@aor"},
		{Key: "reg.{n}.auth.userId", To: to + "auth-user"},
		{Key: "reg.{n}.auth.password", To: to + "password"},
		{Key: "reg.{n}.displayName", To: to + "display-name"},
		{Key: "reg.{n}.label", To: to + "label"},
		{Key: "reg.{n}.server.{k}.address", To: to + "@server[{k}].host"},
		{Key: "reg.{n}.server.{k}.port", To: to + "@server[{k}].port", As: number},
		{Key: "reg.{n}.server.{k}.transport", To: to + "@server[{k}].transport", As: transport},
		{Key: "reg.{n}.server.1.expires", To: to + "expires", As: seconds, Note: "seconds"},
		{Key: "reg.{n}.server.1.register", To: to + "register", As: flag},
		{Key: "reg.{n}.outboundProxy.address", To: to + "@proxy[1].host"},
		{Key: "reg.{n}.outboundProxy.port", To: to + "@proxy[1].port", As: number},
		{Key: "reg.{n}.outboundProxy.transport", To: to + "@proxy[1].transport", As: transport},
		{Key: "reg.{n}.serverFeatureControl.dnd", To: to + "feature-sync", As: flag},
		{Key: "reg.{n}.serverFeatureControl.cf", To: to + "feature-sync", As: flag, Weak: true},
		{Key: "reg.{n}.fwd.busy.contact", To: to + "forward-busy"},
		{Key: "reg.{n}.fwd.busy.status", To: to + "forward-busy@on", As: flag},
		{Key: "reg.{n}.fwd.noanswer.contact", To: to + "forward-no-answer"},
		{Key: "reg.{n}.fwd.noanswer.status", To: to + "forward-no-answer@on", As: flag},
		{Key: "divert.{n}.contact", To: to + "forward-always"},
		{Key: "divert.fwd.{n}.enabled", To: to + "forward-always@on", As: flag},
		{Key: "divert.busy.{n}.contact", To: to + "forward-busy"},
		{Key: "divert.busy.{n}.enabled", To: to + "forward-busy@on", As: flag},
		{Key: "divert.noanswer.{n}.contact", To: to + "forward-no-answer"},
		{Key: "divert.noanswer.{n}.enabled", To: to + "forward-no-answer@on", As: flag},
		{Key: "divert.noanswer.{n}.timeout", To: to + "forward-after", As: seconds, Note: "seconds"},
		{Key: "msg.mwi.{n}.callBack", To: to + "voicemail"},
		{Key: "msg.mwi.{n}.callBackMode", As: callBack, Note: "this phone calls a number for messages"},
		{Key: "msg.mwi.{n}.subscribe", To: to + "mwi", As: switched},
		{Key: "voIpProt.server.{k}.address", To: every + "@server[{k}].host"},
		{Key: "voIpProt.server.{k}.port", To: every + "@server[{k}].port", As: number},
		{Key: "voIpProt.server.{k}.transport", To: every + "@server[{k}].transport", As: transport},
		{Key: "voIpProt.server.1.expires", To: every + "expires", As: seconds, Note: "seconds"},
		{Key: "voIpProt.server.1.register", To: every + "register", As: flag},
		{Key: "voIpProt.server.1.failOver.failBack.timeout", To: every + "failback", As: seconds, Note: "seconds"},
		{Key: "reg.{n}.server.1.failOver.failBack.timeout", To: to + "failback", As: seconds, Note: "seconds"},
		{Key: "voIpProt.SIP.outboundProxy.address", To: every + "@proxy[1].host"},
		{Key: "voIpProt.SIP.outboundProxy.port", To: every + "@proxy[1].port", As: number},
		{Key: "voIpProt.SIP.outboundProxy.transport", To: every + "@proxy[1].transport", As: transport},
		{Key: "voIpProt.SIP.keepalive.sessionTimers", To: every + "@session", As: flag},
		{Key: "voIpProt.SIP.specialEvent.checkSync.alwaysReboot", To: "provisioning.check-sync.allow-reboot", As: flag},
		{Key: "voIpProt.SIP.alertInfo.{k}.class", To: "phone.auto-answer", As: ring},
		{Key: "sec.srtp.enable", To: every + "srtp", As: when("", "off")},
		{Key: "sec.srtp.require", To: every + "srtp", As: when("mandatory", "")},
		{Key: "sec.srtp.offer", To: every + "srtp", As: when("optional", ""), Weak: true},
		{Key: "nat.keepalive.interval", To: every + "keep-alive", As: seconds, Note: "seconds"},
		{Key: "attendant.uri", To: "accounts[1].blf-list-uri"},
		// Watched telephones have the keys behind the first line's.
		{Key: "attendant.resourceList.{n}.address", To: "keys[{n+1}].@value"},
		{Key: "attendant.resourceList.{n}.address", To: "keys[{n+1}].@type", As: constant("blf"), Weak: true},
		{Key: "attendant.resourceList.{n}.type", To: "keys[{n+1}].@type", As: dialect.Enum("normal", "blf", "automata", "blf", "blf", "blf", "speeddial", "speed-dial")},
		{Key: "attendant.resourceList.{n}.label", To: "keys[{n+1}].@label"},
		{Key: "tone.dtmf.viaRtp", To: every + "dtmf", As: when("rfc4733", "inband")},
		{Key: "voice.vadEnable", To: every + "dtx", As: flag},
		{Key: "dialplan.digitmap", To: "dial-plan.digit-map", As: dialect.DigitMap},
		{Key: "dialplan.digitmap.timeOut", To: "dial-plan.dial-timeout", As: longest, Note: "seconds"},
		{Key: "dialplan.routing.emergency.{k}.value", To: "phone.emergency@[{k}]", As: numbers},
		{Key: "call.callWaiting.enable", To: "phone.call-waiting", As: flag},
		{Key: "lcl.ml.lang", To: "phone.language", As: dialect.Language},
		{Key: "lcl.datetime.time.24HourClock", To: "phone.time-format", As: clock},
		{Key: "tcpIpApp.sntp.gmtOffset", To: "@zone.offset", As: gmtOffset, Note: "seconds from UTC"},
		{Key: "device.sntp.gmtOffset", To: "@zone.offset", As: gmtOffset, Note: "seconds from UTC", Weak: true},
		{Key: "tcpIpApp.sntp.gmtOffsetcityID", Note: "the city is a number; the distance from UTC counts"},
		{Key: "tcpIpApp.port.rtp.mediaPortRangeStart", To: "@rtp.low", As: number},
		{Key: "tcpIpApp.port.rtp.mediaPortRangeEnd", To: "@rtp.high", As: number},
		{Key: "qos.ip.rtp.dscp", To: "network.dscp.audio", As: number},
		{Key: "qos.ip.callControl.dscp", To: "network.dscp.signalling", As: number},
		{Key: "device.prov.serverName", To: "@url.server"},
		{Key: "device.prov.serverType", To: "@url.protocol", As: serverType},
		{Key: "device.prov.user", To: "provisioning.username"},
		{Key: "device.prov.password", To: "provisioning.password"},
		{Key: "prov.polling.enabled", To: "provisioning.interval@on", As: flag},
		{Key: "prov.polling.period", To: "provisioning.interval", As: seconds, Note: "seconds"},
		{Key: "prov.polling.mode", As: polling, Note: "this phone asks at intervals"},
		{Key: "device.syslog.renderLevel", To: "log.level", As: level},
		{Key: "voice.aec.hf.enable", As: dialect.Only("1", "the echo canceller is always on")},
		{Key: "voice.aec.hs.enable", As: dialect.Only("1", "the echo canceller is always on")},
		{Key: "sec.TLS.SIP.strictCertCommonNameValidation", As: dialect.Wanted("1", "the name in the server's certificate is always verified")},
		{Key: "device.sec.TLS.prov.strictCertCommonNameValidation", As: dialect.Wanted("1", "the name in the server's certificate is always verified")},
	}
	return append(append(all, codecs()...), twinRules()...)
}

// twinRules are those of the parameters .set, each more exact than what is known
// of the parameters beside them.
func twinRules() []dialect.Rule {
	var all []dialect.Rule
	for _, k := range known() {
		if strings.HasPrefix(k.Key, "device.") && strings.HasSuffix(k.Key, "*") {
			all = append(all, dialect.Rule{Key: k.Key + ".set", Note: "lets its parameter count"})
		}
	}
	return all
}

// codecs are the places of those that this phone has.
func codecs() []dialect.Rule {
	var all []dialect.Rule
	for i, c := range []struct{ theirs, ours string }{{"G711_Mu", "pcmu"}, {"G711_A", "pcma"}, {"G722", "g722"}, {"Opus", "opus"}, {"Lin16.16ksps", "l16"}} {
		key, part := "voice.codecPref."+c.theirs, "accounts[*].@codec["+strconv.Itoa(i+1)+"]."
		all = append(all,
			dialect.Rule{Key: key, To: part + "name", As: constant(c.ours)},
			dialect.Rule{Key: key, To: part + "enable", As: wanted},
			dialect.Rule{Key: key, To: part + "priority", As: preferred})
	}
	return all
}
