package grandstream

import (
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// whyShared is of what each account has there.
const whyShared = "it is of the whole phone here, and that of account 1 counts"

// reasons are why this phone does not have what is listed after them: an alias,
// an alias and its P-value (alias:62), or a P-value or several alone (:62, :9-28).
// A third part tells how the other accounts' P-values follow: an offset, or h for
// hundreds. A leading @ is account.{n}.
var reasons = []struct{ why, keys string }{
	{"the system chooses the local port",
		"@sip.localPort:40:13"},
	{"registrations are tried again as RFC 5626 says, with growing pauses",
		"@sip.registrationFailureRetryWaitTime:138:71"},
	{"ring tones are numbered by this maker; name one in phone.ring-tone",
		"@ring.ringtone:104:23 audio.ring.*"},
	{"there are no ring tones for single callers",
		"@ring.match.* @ring.ignoreSipAlertInfo :1488-1523"},
	{"how long a call rings is the far end's and the server's",
		"@ring.timeout:1328:76"},
	{"payload types are taken as the far end offers them",
		"@codec.payloadType.dtmf:79:96 @codec.payloadType.*"},
	{"both lengths of keys are offered",
		"@audio.srtpKeyLength:2383:h"},
	{"who refreshes a session is agreed with the far end (RFC 4028)",
		"@sip.minimumSE:261:27 @sip.sessionTimer.* :262:28 :263:29 :264:30 :265:31 :266:32 :267:33"},
	{"it is the server's: feature codes are sent as they are dialled",
		"@featureCodes.callFeatures:191:20 @featureCodes.* @call.dialplanPrefix:66:19"},
	{"# ends a number where the digit map says so",
		"@call.keyAsSend:72:92"},
	{"it means the opposite with some telephones; set phone.call-waiting",
		"@call.callWaiting"},
	{"who may send what is set by strict in the agent's own file",
		"@sip.validate.incomingMessage:2306:h @sip.validate.incomingServer:2347:h @sip.authenticateIncomingInvite:2346:h @sip.validate.userIdforInvite:258:49 " +
			"@sip.validate.* @sip.allowUnsolicitedRefer"},
	{"a server is left, and taken again, as accounts[].silence and accounts[].failback say",
		"@network.dnsSRVFailoverMode @network.dnsSRVRegisterBeforeFailover"},
	{"addresses for a server's name are not kept in the configuration",
		"@network.primaryIp:2308:h @network.backupIp.1:2309:h @network.backupIp.2:2310:h"},
	{"this phone does it in one way only",
		"@sip.unregisterOnReboot:81:11 @sip.telUri:63:9 @sip.specialFeature:198:24 @sip.timer.t1:209:40 @sip.timer.t2:250:41 @sip.supportInstanceId:288:89 " +
			"@audio.symmetricRTP:291:60 @call.callLog:182:42 @call.earlyDial:29:22 @call.referToUseTargetContact:135:69 @call.transferOnConferenceHangup:2304:h " +
			"@sip.outboundProxy.mode:2305:h @sip.uriSchemeWhenUsingTls:2329:h @sip.registerBeforeExpiration:2330:h " +
			"@sip.useActualEphemeralPortInContactWithTcpTls:2331:h @sip.callerIdDisplay:2324:h @sip.header.privacy:2338:h @sip.header.ppi:2339:h " +
			"@sip.lineSeizeTimeout:2313:h @sip.conferenceUri:2318:h @sip.musicOnHoldUri:2350:h @codec.useFirstMatch:2348:h @featureCodes.dndOn:2344:h " +
			"@featureCodes.dndOff:2345:h @broadsoft.callCenter:2341:h @sip.* @network.* @audio.* @codec.* @call.* @intercom.* @dtmf.* @broadsoft.* @rtcp.* :197:18 " +
			":49:93 :97:95 :96:94 :2323:h :2340:h :2342:h :2343:h :2395:h :71 :184 :186 :338 :1309-1311 :1339-1341 :1376 :1406 :1485 :2392 :8003 :10453-10454 " +
			":10460 :15427 :15476"},
	{"numbers of the seconds before an automatic answer are the caller's to give",
		"call.autoAnswerDelay.*"},
	{"the board's own time service sets the clock",
		"dateTime.ntp.server.1:30 dateTime.ntp.server.2 dateTime.ntp.*:144 :5006 :10006"},
	{"summer time comes with the zone's name",
		"dateTime.dst.*:75 :10004-10005"},
	{"dates are shown in one way",
		"dateTime.format.date:102 dateTime.*"},
	{"call-progress tones follow phone.country",
		"audio.tone.* call.tone.* audio.* :4000-4005"},
	{"the passwords of the pages are set in the agent's own file",
		"users.admin.password:2 users.user.password:196 users.* :901 :1650 :12054 :12056 :14832 :14834 :15473"},
	{"the key of encrypted files is set in the agent's own file, not by one of them",
		"provisioning.config.filePassword:1359"},
	{"the path of the files says enough",
		"provisioning.config.filePrefix:234 provisioning.config.filePostfix:235"},
	{"the firmware comes with the board's own updates",
		"provisioning.firmware.serverPath:192 provisioning.firmware.*:232 :233 :238"},
	{"this phone asks at intervals, spread at random",
		"provisioning.auto.hour:285 provisioning.auto.day:286 provisioning.auto.randomTime.enable:8458 provisioning.auto.*"},
	{"how a server is found is set in the agent's own file",
		"provisioning.override.*:145 provisioning.3cxAutoProvision sip.override.*:1411 provisioning.* :240"},
	{"the log goes to the board's own logging service",
		"maintain.syslog.server:207 maintain.syslog.* :1387 :1433-1434 :1438"},
	{"VLANs are set in the board's own network configuration",
		"network.port.eth.1.vlan.tag:51 network.port.eth.1.vlan.priority:87 network.port.eth.1.vlan.* network.dhcp.enableVlan"},
	{"addresses are set in the board's own network configuration",
		"network.port.eth.1.type:8 network.port.eth.* network.dhcp.*:146 network.internetProtocol network.dns.* network.pppoe.*:82 :9-28 :92-95 :83 :101 :148 " +
			":269 :1348 :1419-1426 :1684 :10107"},
	{"the code point is given in network.qos.forRtp",
		":38"},
	{"ports are chosen from the whole range",
		"network.rtp.local.portRange:78 network.rtp.*"},
	{"this board has one network port",
		"network.port.pc.*"},
	{"this board does not have it",
		"network.wifi.* bluetooth.* network.openvpn.* network.snmp.* network.802.1x.* network.proxy.* network.cdp network.lldp.* lcd.*:334 headset.*:1312 " +
			"affinity.* acs.* network.mtu network.* softkey.* idleScreen.* screensaver.* call.* transfer.* maintain.* security.* sip.* audio.headset.* " +
			"audio.handset.* audio.HAC.* audio.EDRCFeature.* audio.alwaysRingSpeaker audio.groupListenwithSpeaker audio.volume.* ledControl.* energySaving.* wifi.* " +
			":276 :335 :351 :1301-1302 :1329 :1415 :1439 :1464 :1487 :6779 :7901-7903 :10503 :12053 :14340 :14560-14562 :14565 :14580 :14582 :14800-14801 :14835 " +
			":15301 :15418-15419 :15421 :15433 :15436 :27006"},
	{"this phone has no remote phone book",
		"phonebook.*:331 ldap.*:8020 remote.phonebook.* :330 :332-333 :8021-8036"},
	{"this phone does not listen to multicast paging",
		"multicast.*"},
	{"action URLs are set in the agent's own file",
		"ons.*"},
	{"there are no quality reports",
		"audio.report.*"},
	{"the pages and the unix socket control this phone",
		"remoteControl.*"},
	{"keys have one label here",
		"pks.*"},
	{"doors are not opened by a schedule, by cards or at the door itself",
		":15200-15209 :15250-15259 :10463-10464 :14100 :14120-14121 :14829 :14850-14853 :15211-15213 :15300 :15423 :15429-15430 :15435 :15455-15462 " +
			":15465-15466"},
	{"the relay's rest is set in the board's file",
		":15450-15451 :15467-15468 :15470"},
	{"a call is ended by the far end or at the door",
		":10451 :15422"},
	{"one number is called; the server calls several",
		":14827 :14856 :15434"},
	{"doors are not opened by HTTP from outside",
		":15424"},
	{"there is no camera",
		":903 :8000-8001 :10001 :10007 :10040-10041 :10044-10046 :10572-10573 :12306-12307 :12311-12315 :12706-12713 :12904 :12924 :13106-13113 :14000 :14003 " +
			":14103 :15406 :15409 :15420 :15469 :15471 :15474-15475"},
	{"keys are not taken from a common file: give this phone its own in tls.identities",
		"trustedCACertificates.* tr069.ssl.privateKey :279-281 :8220-8221"},
	{"the phone is not managed by TR-069",
		"tr069.* :1409 :4503-4507 :4511-4512 :4518"},
	{"the keypad is not locked",
		"keys.lock.* keys.custom.* :1357 :1382-1383"},
	{"there are no desks that are shared by who comes first",
		"hotdesking.* :1345"},
	{"this phone has no such service of an exchange",
		"broadsoftXsi.* broadsoftIMP.* externalService.* services.* contact.* officehour.* preserve.* callFeatures.* features.* :1303"},
	{"where the phone stands is told by emergency.location",
		"e911.*"},
	{"the screen is drawn in one way",
		"xmlApplication.* xmlApplications.* softkeys.* language.* :337 :340-341 :352 :399 :1343 :1349 :1377-1379 :1402-1405"},
	{"packets are captured by the board's own tools",
		"packetCapture.*"},
	{"alarms go by webhooks, see the agent's own file",
		":1414 :6767-6769 :8433-8438 :15410 :15413-15417"},
	{"this phone has the line keys 1 to 8",
		":357-396"},
}

// unsupported are the parameters that are known and have no effect here.
func unsupported() []param {
	var all []param
	for _, r := range reasons {
		for _, key := range strings.Fields(r.keys) {
			all = append(all, known(key, r.why)...)
		}
	}
	return all
}

// known reads one key of the reasons.
func known(key, why string) []param {
	alias, numbers, numbered := strings.Cut(key, ":")
	if account, ok := strings.CutPrefix(alias, "@"); ok {
		alias = "account.{n}." + account
	}
	if !numbered {
		return []param{{alias: alias, why: why}}
	}
	numbers, step, _ := strings.Cut(numbers, ":")
	low, high, ranged := strings.Cut(numbers, "-")
	first, _ := strconv.Atoi(low)
	last := first
	if ranged {
		last, _ = strconv.Atoi(high)
	}
	next := alone
	switch n, err := strconv.Atoi(step); {
	case step == "h":
		next = hundreds
	case err == nil:
		next = n
	}
	var all []param
	for p := first; p <= last; p++ {
		all = append(all, param{alias: alias, p: p, next: next, why: why})
		alias = "" // one is enough
	}
	return all
}
