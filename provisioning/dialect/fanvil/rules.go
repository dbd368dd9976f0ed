package fanvil

import "offhook/provisioning/dialect"

var lineRules = []dialect.Rule{
	{Key: "sip.line[{n}].enablereg", To: "accounts[{n}].@enable", As: dialect.Flag},
	{Key: "sip.line[{n}].phonenumber", To: "accounts[{n}].user"},
	{Key: "sip.line[{n}].displayname", To: "accounts[{n}].display-name"},
	{Key: "sip.line[{n}].sipname", To: "accounts[{n}].label"},
	{Key: "sip.line[{n}].registeraddr", To: "accounts[{n}].@server[1].host", As: noServer},
	{Key: "sip.line[{n}].registerport", To: "accounts[{n}].@server[1].port", As: dialect.Number},
	{Key: "sip.line[{n}].registeruser", To: "accounts[{n}].auth-user"},
	{Key: "sip.line[{n}].registerpswd", To: "accounts[{n}].password"},
	{Key: "sip.line[{n}].registerttl", To: "accounts[{n}].expires", As: dialect.Seconds, Note: "seconds"},
	{Key: "sip.line[{n}].backupaddr", To: "accounts[{n}].@server[2].host", As: noServer},
	{Key: "sip.line[{n}].backupport", To: "accounts[{n}].@server[2].port", As: dialect.Number},
	{Key: "sip.line[{n}].proxyaddr", To: "accounts[{n}].@proxy[1].host", As: noServer},
	{Key: "sip.line[{n}].proxyport", To: "accounts[{n}].@proxy[1].port", As: dialect.Number},
	{Key: "sip.line[{n}].bakproxyaddr", To: "accounts[{n}].@proxy[2].host", As: noServer},
	{Key: "sip.line[{n}].bakproxyport", To: "accounts[{n}].@proxy[2].port", As: dialect.Number},
	{Key: "sip.line[{n}].localdomain", To: "accounts[{n}].@domain"},
	{Key: "sip.line[{n}].transport", To: "accounts[{n}].transport", As: transport, Note: "0 UDP, 1 TCP, 3 TLS"},
	{Key: "sip.line[{n}].transport(old)", To: "accounts[{n}].transport", As: oldTransport, Note: "older form: 0 UDP, 1 TCP, 2 TLS"},
	{Key: "sip.line[{n}].dnssrv", To: "accounts[{n}].transport", As: byDNS, Weak: true},
	{Key: "sip.line[{n}].failbackinterval", To: "accounts[{n}].failback", As: orNone(dialect.Seconds), Note: "seconds"},
	{Key: "sip.line[{n}].mediacrypto", To: "accounts[{n}].srtp", As: dialect.Enum("0", "off", "1", "mandatory", "2", "optional"), Note: "0 off, 1 mandatory, 2 optional"},
	{Key: "sip.line[{n}].voicecodecmap", To: "accounts[{n}].codecs", As: dialect.CodecList},
	{Key: "dsp.portconfig[1].voicecodec{k}", To: "accounts[*].@codec[{k}].name", As: dialect.CodecName},
	{Key: "sip.line[{n}].dtmfmode", To: "accounts[{n}].dtmf", As: dialect.Enum("0", "inband", "1", "rfc4733", "2", "info", "3", "auto"), Note: "0 in band, 1 RFC 2833, 2 INFO, 3 auto"},
	{Key: "sip.line[{n}].mwinum", To: "accounts[{n}].voicemail"},
	{Key: "sip.line[{n}].subscribe", To: "accounts[{n}].mwi", As: dialect.Flag},
	{Key: "sip.line[{n}].sessiontimer", To: "accounts[{n}].@session", As: dialect.Flag},
	{Key: "sip.line[{n}].stimerexpires", To: "accounts[{n}].session-expires", As: orNone(dialect.Seconds), Note: "seconds"},
	{Key: "sip.line[{n}].stimerexpire", To: "accounts[{n}].session-expires", As: orNone(dialect.Seconds), Note: "seconds"},
	{Key: "sip.line[{n}].prack", To: "accounts[{n}].reliable-provisional", As: dialect.Enum("0", "off", "1", "supported"), Note: "0 off, 1 supported"},
	{Key: "sip.line[{n}].natudpupdate", To: "accounts[{n}].@keep-alive", As: dialect.Enum("0", "false", "1", "true", "2", "true"), Note: "0 none, others by offhook's own way"},
	{Key: "sip.line[{n}].udpupdatettl", To: "accounts[{n}].keep-alive", As: dialect.Seconds, Note: "seconds"},
	{Key: "sip.line[{n}].enablegruu", To: "accounts[{n}].gruu", As: dialect.Flag},
	{Key: "sip.line[{n}].clir", To: "accounts[{n}].anonymous", As: dialect.Enum("0", "false", "1", "true", "2", "true")},
	{Key: "sip.line[{n}].bananonymous", To: "accounts[{n}].reject-anonymous", As: dialect.Flag},
	{Key: "sip.line[{n}].featuresync", To: "accounts[{n}].feature-sync", As: dialect.Flag},
	{Key: "sip.line[{n}].pickupnum", To: "accounts[{n}].pickup-code"},
	{Key: "sip.line[{n}].blflisturi", To: "accounts[{n}].blf-list-uri"},
	{Key: "sip.line[{n}].enableblflist", To: "accounts[{n}].blf-list-uri@on", As: dialect.Flag},
	{Key: "sip.line[{n}].alwaysfwd", To: "accounts[{n}].forward-always@on", As: dialect.Flag},
	{Key: "sip.line[{n}].alwaysfwdnum", To: "accounts[{n}].forward-always"},
	{Key: "sip.line[{n}].busyfwd", To: "accounts[{n}].forward-busy@on", As: dialect.Flag},
	{Key: "sip.line[{n}].busyfwdnum", To: "accounts[{n}].forward-busy"},
	{Key: "sip.line[{n}].noanswerfwd", To: "accounts[{n}].forward-no-answer@on", As: dialect.Flag},
	{Key: "sip.line[{n}].noanswerfwdnum", To: "accounts[{n}].forward-no-answer"},
	{Key: "sip.line[{n}].noanswerfwdn", To: "accounts[{n}].forward-no-answer"},
	{Key: "sip.line[{n}].fwdtimer", To: "accounts[{n}].forward-after", As: dialect.Seconds, Note: "seconds"},
	{Key: "sip.line[{n}].autoanswer", To: "phone.auto-answer", As: allCalls, Note: "of every account"},
	{Key: "sip.line[{n}].proxypswd", Secret: true, As: dialect.Never(proxyUser)},
	{Key: "sip.line[{n}].proxyuser", As: dialect.Never(proxyUser)},
	{Key: "sip.stunserver", To: "accounts[*].stun", As: noServer},
}

var proxyUser = dialect.NoSuch("an account has one user and password, for the registrar and the proxy")

// byDNS is a flag that servers are found by DNS.
func byDNS(s string) (dialect.Value, error) {
	v, err := dialect.Flag(s)
	if err != nil || v.Text == "false" {
		return dialect.Value{How: "0: as the transport says"}, err
	}
	return dialect.TextValue("auto"), nil
}

// class is what a function key is for: 1 a number, whose value tells the rest,
// 2 a line.
func class(s string) (dialect.Value, error) {
	switch s {
	case "1":
		return dialect.Value{How: "a number, as the value says"}, nil
	case "2":
		return dialect.TextValue("line"), nil
	case "0":
		return dialect.TextValue("!the key has no function"), nil
	case "14":
		return dialect.TextValue("!this phone has no multicast paging"), nil
	case "21":
		return dialect.TextValue("!this phone has no browser and no phone book of a server"), nil
	}
	return dialect.TextValue("!this phone has no key of the kind " + dialect.Clip(s)), nil
}

// keyRules are those of function keys, which are in three places.
func keyRules(list string) []dialect.Rule {
	return []dialect.Rule{
		{Key: list + "[{n}].type", To: "keys[{n}].@type", As: class, Note: "1 a number, 2 a line"},
		{Key: list + "[{n}].value", To: "keys[{n}].@type", As: memoryKind, Weak: true},
		{Key: list + "[{n}].value", To: "keys[{n}].@value", As: keyNumber, Note: "number@line/kind"},
		{Key: list + "[{n}].value", To: "keys[{n}].@account", As: keyLine},
		{Key: list + "[{n}].title", To: "keys[{n}].@label"},
	}
}

var phoneRules = append(append(append([]dialect.Rule{
	{Key: "phone.display.defaultlanguage", To: "phone.language", As: dialect.Language},
	{Key: "phone.display.lcdtitle", To: "phone.name"},
	{Key: "phone.date.timezone", To: "@zone.offset", As: offset, Note: "quarters of an hour from UTC"},
	{Key: "phone.date.timezonename", To: "@zone.name", As: zoneName},
	{Key: "global.timezone", To: "@zone.offset", As: offset, Note: "quarters of an hour from UTC"},
	{Key: "global.timezonename", To: "@zone.name", As: zoneName},
	{Key: "phone.timedisplay.timedisplaystyle", To: "phone.time-format", As: dialect.Enum("0", "24h", "1", "12h"), Note: "0 24h, 1 12h"},
	{Key: "phone.emergencycall", To: "phone.emergency", As: numbers},
	{Key: "call.port[1].callwaiting", To: "phone.call-waiting", As: dialect.Flag},
	{Key: "tele.portconfig[1].callwaiting", To: "phone.call-waiting", As: dialect.Flag},
	{Key: "call.port[1].enableintercom", To: "phone.auto-answer", As: intercom, Weak: true},
	{Key: "tele.portconfig[1].enableintercom", To: "phone.auto-answer", As: intercom, Weak: true},
	{Key: "tele.portconfig[1].autoanswer", To: "phone.auto-answer", As: allCalls},
	{Key: "call.port[1].enablednd", To: "phone.do-not-disturb", As: dialect.Flag},
	{Key: "tele.portconfig[1].enablednd", To: "phone.do-not-disturb", As: dialect.Flag},
	{Key: "call.port[1].dialtimeoutvalue", To: "dial-plan.dial-timeout", As: dialect.Seconds, Note: "seconds"},
	{Key: "call.dialtimeoutvalue", To: "dial-plan.dial-timeout", As: dialect.Seconds, Note: "seconds"},
	{Key: "tele.dialtimeoutvalue", To: "dial-plan.dial-timeout", As: dialect.Seconds, Note: "seconds"},
	{Key: "mm.rtpinitialport", To: "@rtp.low", As: dialect.Number},
	{Key: "mm.rtpportquantity", To: "@rtp.count", As: dialect.Number},
	{Key: "mm.vad", To: "accounts[*].dtx", As: dialect.Flag},
	{Key: "sip.notifyreboot", To: "provisioning.check-sync.allow-reboot", As: dialect.Flag},
	{Key: "dsp.vad", To: "accounts[*].dtx", As: dialect.Flag},
	{Key: "voice.vad", To: "accounts[*].dtx", As: dialect.Flag},
	{Key: "dsp.portconfig[1].handfreevol", To: "audio.volume.handsfree", As: level, Note: "0 to 9"},
	{Key: "dsp.portconfig[1].ringtonevol", To: "audio.volume.ringer", As: level, Note: "0 to 9"},
	{Key: "voice.port[1].handfreevol", To: "audio.volume.handsfree", As: level, Note: "0 to 9"},
	{Key: "voice.port[1].handsetvol", To: "audio.volume.handset", As: level, Note: "0 to 9"},
	{Key: "voice.port[1].headsetvol", To: "audio.volume.headset", As: level, Note: "0 to 9"},
	{Key: "voice.port[1].ringtonevol", To: "audio.volume.ringer", As: level, Note: "0 to 9"},
	{Key: "net.rtpinitialport", To: "@rtp.low", As: dialect.Number},
	{Key: "net.rtpportquantity", To: "@rtp.count", As: dialect.Number},
	{Key: "global.rtpportquantity", To: "@rtp.count", As: dialect.Number},
	{Key: "global.rtpinitialport", To: "@rtp.low", As: dialect.Number},
	{Key: "qos.voicedscp", To: "network.dscp.audio", As: dialect.Number},
	{Key: "qos.signallingdscp", To: "network.dscp.signalling", As: dialect.Number},
	{Key: "qos.singallingdscp", To: "network.dscp.signalling", As: dialect.Number},
	{Key: "phone.backlightofftime", To: "screen.timeout", As: orNone(dialect.Seconds), Note: "seconds"},
	{Key: "phone.display.backlightofftime", To: "screen.timeout", As: orNone(dialect.Seconds), Note: "seconds"},
	{Key: "log.level", To: "log.level", As: dialect.Enum("error", "error", "err", "error", "warn", "warn", "warning", "warn", "info", "info", "notice", "info", "debug", "debug", "none", "error")},
	{Key: "ap.flashserverip", To: "@url.server", As: noServer},
	{Key: "ap.flashfilename", To: "@url.file"},
	{Key: "ap.flashprotocol", To: "@url.protocol", As: protocol, Note: "1 FTP, 2 TFTP, 4 HTTP, 5 HTTPS"},
	{Key: "ap.flashinterval", To: "provisioning.interval", As: orNone(dialect.Hours), Note: "hours"},
	{Key: "ap.flashmode", To: "provisioning.interval@on", As: dialect.Enum("0", "false", "1", "false", "2", "true"), Note: "0 never, 1 when it starts, 2 by interval"},
	{Key: "ap.defaultusername", To: "provisioning.username"},
	{Key: "ap.defaultpassword", To: "provisioning.password"},
	{Key: "autoupdate.downloadserverip", To: "@url.server", As: noServer},
	{Key: "autoupdate.configfilename", To: "@url.file"},
	{Key: "autoupdate.downloadprotocol", To: "@url.protocol", As: protocol, Note: "1 FTP, 2 TFTP, 4 HTTP, 5 HTTPS"},
	{Key: "autoupdate.downloadinterval", To: "provisioning.interval", As: orNone(dialect.Hours), Note: "hours"},
	{Key: "autoupdate.downloadmode", To: "provisioning.interval@on", As: dialect.Enum("0", "false", "1", "false", "2", "true"), Note: "0 never, 1 when it starts, 2 by interval"},
	{Key: "autoupdate.downloadusername", To: "provisioning.username"},
	{Key: "autoupdate.downloadpassword", To: "provisioning.password"},
	{Key: "autoupdate.trustcertification", As: dialect.Wanted("1", "servers' certificates are always verified here")},
	{Key: "ap.trustcertification", As: dialect.Wanted("1", "servers' certificates are always verified here")},
	{Key: "phone.menupassword", Secret: true, As: dialect.Never(noMenu)},
	{Key: "phone.keylockpassword", Secret: true, As: dialect.Never(noMenu)},
	{Key: "web.account[{n}].password", Secret: true, As: dialect.Never(noMenu)},
	{Key: "mmi.mmiaccount[{n}].password", Secret: true, As: dialect.Never(noMenu)},
	{Key: "ap.devicecfgfilekey", Secret: true, As: dialect.Never(sealed)},
	{Key: "ap.commoncfgfilekey", Secret: true, As: dialect.Never(sealed)},
	{Key: "autoupdate.configfilekey", Secret: true, As: dialect.Never(sealed)},
	{Key: "autoupdate.commoncfgfilekey", Secret: true, As: dialect.Never(sealed)},
}, keyRules("dsskey.dssside[1].fkey")...), keyRules("dsskey.internal[1].fkey")...), keyRules("phone.functionkey")...)

var (
	noMenu   = dialect.NoSuch("this phone has no menu or page that asks for it")
	sealed   = dialect.NoSuch("keys of encrypted files belong into the agent's own file")
	protocol = dialect.Enum("1", "ftp", "2", "tftp", "3", "!this phone does not look for it that way", "4", "http", "5", "https")
)

// numbers takes numbers for help with commas between.
func numbers(s string) (dialect.Value, error) { return dialect.ListValue(dialect.Words(s)...), nil }

// doorRules are those of the door stations.
var doorRules = []dialect.Rule{
	{Key: "egs.out1outputdur", To: "door.hold", As: dialect.Seconds, Note: "seconds, of the first output"},
	{Key: "egs.openingduration", To: "door.hold", As: dialect.Seconds, Note: "seconds", Weak: true},
	{Key: "egs.out1dtmfcode", To: "door.code", As: code},
	{Key: "egs.openingpassword", To: "door.code", As: code, Weak: true},
	{Key: "egs.out1trigbydtmf", To: "door.code@on", As: dialect.Flag},
	{Key: "egs.out1dtmfcontrol", As: dialect.Only("0", "digits always open the door, they do not hold it open")},
	{Key: "egs.description", To: "phone.name"},
	{Key: "egs.localpassword", Secret: true, As: dialect.Never(dialect.NoSuch("no code opens the door from its own keypad"))},
	{Key: "egs.apppassword", Secret: true, As: dialect.Never(dialect.NoSuch("no app opens the door"))},
	{Key: "egs.enablesipfialopen", As: dialect.Only("0", "the door stays shut when there is no registration")},
	{Key: "egs.enablenetfailopen", As: dialect.Only("0", "the door stays shut when there is no network")},
	{Key: "egs.out2dtmfcode", Secret: true, As: dialect.Never(dialect.NoSuch("one relay opens the door"))},
}
