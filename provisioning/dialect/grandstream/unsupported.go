package grandstream

import "strconv"

func itoa(n int) string { return strconv.Itoa(n) }

// Why this phone does not have something.
const (
	whyNTP      = "the board's own time service sets the clock"
	whyVLAN     = "VLANs are set in the board's own network configuration"
	whyNetwork  = "addresses are set in the board's own network configuration"
	whyTone     = "call-progress tones follow phone.country"
	whyRing     = "ring tones are numbered by this maker; name one in phone.ring-tone"
	whyMatch    = "there are no ring tones for single callers"
	whyFirmware = "the firmware comes with the board's own updates"
	whyFind     = "how a server is found is set in the agent's own file"
	whyWeb      = "the passwords of the pages are set in the agent's own file"
	whyFileKey  = "the key of encrypted files is set in the agent's own file, not by one of them"
	whySyslog   = "the log goes to the board's own logging service"
	whyBook     = "this phone has no remote phone book"
	whyPaging   = "this phone does not listen to multicast paging"
	whyAction   = "action URLs are set in the agent's own file"
	whyQuality  = "there are no quality reports"
	whyPort     = "the system chooses the local port"
	whyBackOff  = "registrations are tried again as RFC 5626 says, with growing pauses"
	whyPayload  = "payload types are taken as the far end offers them"
	whyRefresh  = "who refreshes a session is agreed with the far end (RFC 4028)"
	whyHardware = "this board does not have it"
	whySchedule = "doors are not opened by a schedule, by cards or at the door itself"
	whyCamera   = "there is no camera"
	whyKeyPair  = "keys are not taken from a common file: give this phone its own in tls.identities"
	whyGuard    = "who may send what is set by strict in the agent's own file"
	whyServer   = "it is the server's: feature codes are sent as they are dialled"
	whyFixed    = "this phone does it in one way only"
	whyShared   = "it is of the whole phone here, and that of account 1 counts"
	whyPC       = "this board has one network port"
)

// unsupported are the parameters that are known and have no effect here.
func unsupported() []param {
	var all []param
	add := func(why string, next int, pairs ...any) {
		for i := 0; i+1 < len(pairs); i += 2 {
			all = append(all, param{alias: pairs[i].(string), p: pairs[i+1].(int), next: next, why: why})
		}
	}
	const a = "account.{n}."
	add(whyPort, 13, a+"sip.localPort", 40)
	add(whyBackOff, 71, a+"sip.registrationFailureRetryWaitTime", 138)
	add(whyRing, 23, a+"ring.ringtone", 104)
	add(whyMatch, 0, a+"ring.match.*", 0, a+"ring.ignoreSipAlertInfo", 0)
	add("how long a call rings is the far end's and the server's", 76, a+"ring.timeout", 1328)
	add(whyPayload, 96, a+"codec.payloadType.dtmf", 79)
	add(whyPayload, 0, a+"codec.payloadType.*", 0)
	add("both lengths of keys are offered", hundreds, a+"audio.srtpKeyLength", 2383)
	add(whyRefresh, 27, a+"sip.minimumSE", 261)
	add(whyRefresh, 0, a+"sip.sessionTimer.*", 0)
	for i, p := range []int{262, 263, 264, 265, 266, 267} {
		add(whyRefresh, []int{28, 29, 30, 31, 32, 33}[i], "", p)
	}
	add(whyServer, 20, a+"featureCodes.callFeatures", 191)
	add(whyServer, 0, a+"featureCodes.*", 0)
	add(whyServer, 19, a+"call.dialplanPrefix", 66)
	add("# ends a number where the digit map says so", 92, a+"call.keyAsSend", 72)
	add("it means the opposite with some telephones; set phone.call-waiting", 0, a+"call.callWaiting", 0)
	add(whyGuard, hundreds, a+"sip.validate.incomingMessage", 2306, a+"sip.validate.incomingServer", 2347, a+"sip.authenticateIncomingInvite", 2346)
	add(whyGuard, 49, a+"sip.validate.userIdforInvite", 258)
	add(whyGuard, 0, a+"sip.validate.*", 0, a+"sip.allowUnsolicitedRefer", 0)
	add("a server is left, and taken again, as accounts[].silence and accounts[].failback say", 0, a+"network.dnsSRVFailoverMode", 0, a+"network.dnsSRVRegisterBeforeFailover", 0)
	add("addresses for a server's name are not kept in the configuration", hundreds, a+"network.primaryIp", 2308, a+"network.backupIp.1", 2309, a+"network.backupIp.2", 2310)
	add(whyFixed, 11, a+"sip.unregisterOnReboot", 81)
	add(whyFixed, 9, a+"sip.telUri", 63)
	add(whyFixed, 24, a+"sip.specialFeature", 198)
	add(whyFixed, 40, a+"sip.timer.t1", 209)
	add(whyFixed, 41, a+"sip.timer.t2", 250)
	add(whyFixed, 89, a+"sip.supportInstanceId", 288)
	add(whyFixed, 60, a+"audio.symmetricRTP", 291)
	add(whyFixed, 42, a+"call.callLog", 182)
	add(whyFixed, 22, a+"call.earlyDial", 29)
	add(whyFixed, 69, a+"call.referToUseTargetContact", 135)
	add(whyFixed, hundreds, a+"call.transferOnConferenceHangup", 2304, a+"sip.outboundProxy.mode", 2305, a+"sip.uriSchemeWhenUsingTls", 2329,
		a+"sip.registerBeforeExpiration", 2330, a+"sip.useActualEphemeralPortInContactWithTcpTls", 2331, a+"sip.callerIdDisplay", 2324,
		a+"sip.header.privacy", 2338, a+"sip.header.ppi", 2339, a+"sip.lineSeizeTimeout", 2313, a+"sip.conferenceUri", 2318, a+"sip.musicOnHoldUri", 2350,
		a+"codec.useFirstMatch", 2348, a+"featureCodes.dndOn", 2344, a+"featureCodes.dndOff", 2345, a+"broadsoft.callCenter", 2341)
	add(whyFixed, 0, a+"sip.*", 0, a+"network.*", 0, a+"audio.*", 0, a+"codec.*", 0, a+"call.*", 0, a+"intercom.*", 0, a+"dtmf.*", 0, a+"broadsoft.*", 0)
	add("numbers of the seconds before an automatic answer are the caller's to give", 0, "call.autoAnswerDelay.*", 0)
	one := func(why string, pairs ...any) { add(why, alone, pairs...) }
	one(whyNTP, "dateTime.ntp.server.1", 30, "dateTime.ntp.server.2", 0, "dateTime.ntp.*", 144, "", 5006, "", 10006)
	one("summer time comes with the zone's name", "", 10004, "", 10005, "dateTime.dst.*", 75)
	one("dates are shown in one way", "dateTime.format.date", 102, "dateTime.*", 0)
	one(whyTone, "audio.tone.*", 0, "call.tone.*", 0, "", 4000, "", 4001, "", 4002, "", 4003, "", 4004, "", 4005)
	one(whyWeb, "users.admin.password", 2, "users.user.password", 196, "users.*", 0, "", 901, "", 12054)
	one(whyFileKey, "provisioning.config.filePassword", 1359)
	one("the path of the files says enough", "provisioning.config.filePrefix", 234, "provisioning.config.filePostfix", 235)
	one(whyFirmware, "provisioning.firmware.serverPath", 192, "provisioning.firmware.*", 232, "", 233, "", 238)
	one("this phone asks at intervals, spread at random", "provisioning.auto.hour", 285, "provisioning.auto.day", 286, "provisioning.auto.randomTime.enable", 8458, "provisioning.auto.*", 0)
	one(whyFind, "provisioning.override.*", 145, "provisioning.3cxAutoProvision", 0, "sip.override.*", 1411, "provisioning.*", 0)
	one(whySyslog, "maintain.syslog.server", 207, "maintain.syslog.*", 0)
	one(whyVLAN, "network.port.eth.1.vlan.tag", 51, "network.port.eth.1.vlan.priority", 87, "network.port.eth.1.vlan.*", 0, "network.dhcp.enableVlan", 0)
	one(whyNetwork, "network.port.eth.1.type", 8, "network.port.eth.*", 0, "network.dhcp.*", 146, "network.internetProtocol", 0, "network.dns.*", 0, "network.pppoe.*", 82, "", 83, "", 10107, "", 1684)
	for p := 9; p <= 28; p++ {
		one(whyNetwork, "", p)
	}
	for p := 92; p <= 95; p++ {
		one(whyNetwork, "", p)
	}
	one("the code point is given in network.qos.forRtp", "", 38)
	one("ports are chosen from the whole range", "network.rtp.local.portRange", 78, "network.rtp.*", 0)
	one(whyPC, "network.port.pc.*", 0)
	one(whyHardware, "network.wifi.*", 0, "bluetooth.*", 0, "network.openvpn.*", 0, "network.snmp.*", 0, "network.802.1x.*", 0, "network.proxy.*", 0, "network.cdp", 0, "network.lldp.*", 0,
		"lcd.*", 334, "headset.*", 1312, "affinity.*", 0, "acs.*", 0, "network.mtu", 0, "network.*", 0)
	one(whyBook, "phonebook.*", 331, "", 330, "", 332, "ldap.*", 8020)
	one(whyPaging, "multicast.*", 0)
	one(whyAction, "ons.*", 0)
	one(whyQuality, "audio.report.*", 0)
	one("the pages and the unix socket control this phone", "remoteControl.*", 0)
	one("keys have one label here", "pks.*", 0)
	one(whyHardware, "softkey.*", 0, "idleScreen.*", 0, "screensaver.*", 0, "call.*", 0, "transfer.*", 0, "maintain.*", 0, "security.*", 0, "sip.*", 0)
	one(whySchedule, "", 14100, "", 15465, "", 15466, "", 15460, "", 15461, "", 15462, "", 10463, "", 10464, "", 14120, "", 14121, "", 14829, "", 14850, "", 14851, "", 14852, "", 14853,
		"", 15211, "", 15212, "", 15213, "", 15429, "", 15430, "", 15435, "", 15455, "", 15456, "", 15457, "", 15458, "", 15459, "", 15423, "", 15300)
	for p := 15200; p <= 15209; p++ {
		one(whySchedule, "", p)
		one(whySchedule, "", p+50)
	}
	one("the relay's rest is set in the board's file", "", 15470, "", 15467, "", 15468, "", 15450, "", 15451)
	one("a call is ended by the far end or at the door", "", 15422, "", 10451)
	one("one number is called; the server calls several", "", 15434, "", 14827, "", 14856)
	one("doors are not opened by HTTP from outside", "", 15424)
	one(whyCamera, "", 15474, "", 15475, "", 14103, "", 15471, "", 15420, "", 15409, "", 15406, "", 903, "", 15469, "", 8000, "", 8001)
	one(whyKeyPair, "", 279, "", 280)
	one(whyHardware, "", 14800, "", 14801, "", 14562, "", 14560, "", 14561, "", 14340, "", 14580, "", 14582, "", 15418, "", 15419, "", 15421, "", 15433, "", 15436, "", 15301, "", 276, "", 27006)
	return append(all, rest()...)
}
