package poly

import (
	"strings"

	"offhook/provisioning/dialect"
)

// reasons are why this phone does not have what is listed after them.
var reasons = []struct{ why, keys string }{
	{"the board's own time service sets the clock", "tcpIpApp.sntp.address tcpIpApp.sntp.address.overrideDHCP tcpIpApp.sntp.resyncPeriod tcpIpApp.sntp.* device.sntp.serverName device.sntp.*"},
	{"summer time comes with the zone's name", "tcpIpApp.sntp.daylightSavings.*"},
	{"a registration lasts as long at every server: server.1.expires", "reg.{n}.server.{k}.expires voIpProt.server.{k}.expires reg.{n}.server.{k}.register reg.{n}.server.{k}.expires.overlap reg.{n}.server.{k}.subscribe.expires"},
	{"a server is left, and taken again, as accounts[].silence and accounts[].failback say", "reg.{n}.server.{k}.retryTimeOut reg.{n}.server.{k}.retryMaxCount reg.{n}.server.{k}.failOver.* voIpProt.server.{k}.retryTimeOut voIpProt.server.{k}.retryMaxCount voIpProt.server.{k}.failOver.*"},
	{"this phone has no lines in common", "reg.{n}.type reg.{n}.thirdPartyName reg.{n}.bargeInEnabled"},
	{"each account has one line", "reg.{n}.lineKeys reg.{n}.callsPerLineKey call.callsPerLineKey reg.limit"},
	{"ring tones are of the phone; name one in phone.ring-tone", "reg.{n}.ringType reg.{n}.ringType.* se.* np.* call.callWaiting.ring"},
	{"it is answered by itself when Alert-Info says so, in whatever words", "voIpProt.SIP.alertInfo.{k}.value"},
	{"how long a call rings is a forwarding's: divert.noanswer.…timeout", "reg.{n}.fwd.noanswer.ringCount"},
	{"watched telephones are called and picked up by their own address", "attendant.resourceList.{n}.callAddress attendant.resourceList.{n}.proceedingIsRecipient attendant.resourceList.{n}.requestSilentBargeIn attendant.resourceList.{n}.bargeInMode attendant.behaviors.* attendant.restrictPickup attendant.reg attendant.ringType attendant.*"},
	{"keys of the phone are the board's", "key.* lineKey.* softkey.* efk.* button.* reg.{n}.line.*"},
	{"call-progress tones follow phone.country", "tone.* ind.*"},
	{"payload types are taken as the far end offers them", "tone.dtmf.rfc2833Payload tone.dtmf.rfc2833Control tone.dtmf.* voice.codecPref.*.payloadType"},
	{"this phone does not have that codec", "voice.codecPref.*"},
	{"the buffer adapts itself between audio.jitter.min and max", "voice.rxQoS.*"},
	{"there are no reports of quality", "voice.qualityMonitoring.*"},
	{"loudness is audio.volume's", "voice.volume.* voice.gain.*"},
	{"sound is treated in one way", "voice.*"},
	{"suites of AES-CM with 128 and 256 bits are offered and taken", "sec.srtp.*"},
	{"certificates are always verified; give whom to trust in tls.authorities", "sec.TLS.* device.sec.TLS.* sec.*"},
	{"the passwords of the pages are set in the agent's own file", "device.auth.localAdminPassword device.auth.localUserPassword device.auth.* httpd.*"},
	{"how a server is found is set in the agent's own file", "device.dhcp.* device.prov.redundant* device.prov.redun* device.prov.ztp* device.prov.lync* device.prov.tagSerialNo device.prov.abortSWUpgradeAfterFailures device.prov.*"},
	{"the firmware comes with the board's own updates", "device.prov.upgradeServer APP_FILE_PATH* upgrade.* prov.autoConfigUpload.*"},
	{"this phone asks at intervals, spread at random", "prov.polling.time prov.polling.timeRandomEnd prov.polling.*"},
	{"the key of encrypted files is set in the agent's own file, not by one of them", "device.sec.configEncryption.key sec.encryption.*"},
	{"VLANs and addresses are set in the board's own network configuration", "device.net.* device.dns.* device.host.* tcpIpApp.* qos.* dns.* nat.*"},
	{"the log goes to the board's own logging service", "device.syslog.* log.* feature.logUpload.* diags.*"},
	{"it is about the telephone's own hardware", "device.baseProfile device.* powerSaving.* bluetooth.* feature.bluetooth.*"},
	{"the phone has no store on the server", "LOG_FILE_DIRECTORY OVERRIDES_DIRECTORY CONTACTS_DIRECTORY LICENSE_DIRECTORY USER_PROFILES_DIRECTORY CALL_LISTS_DIRECTORY COREFILE_DIRECTORY MISC_FILES *_DIRECTORY DISABLE_AUTO_* contacts_directory"},
	{"files for single models: name them in CONFIG_FILES", "CONFIG_FILES_*"},
	{"this phone has no directory of a server", "dir.* directory.*"},
	{"this phone does not listen to multicast paging", "ptt.*"},
	{"numbers go to the account's own server", "dialplan.routing.*"},
	{"patterns are of the whole phone, and as they stand", "dialplan.{n}.* dialplan.*"},
	{"this phone does it in one way", "voIpProt.* call.* up.* msg.* divert.* reg.{n}.*"},
	{"this board does not have it", "video.* exchange.* feature.* mr.* res.* bg.* color.* font.* license.* homeScreen.* apps.* mb.* usb.* camera.* ppc.* saver.* lcl.* pres.* roaming_* xmpp.* webutility.* notifications.* diags.pcap.* prov.*"},
}

func known() []dialect.Known {
	var all []dialect.Known
	for _, r := range reasons {
		for _, key := range strings.Fields(r.keys) {
			all = append(all, dialect.Known{Key: key, Why: r.why})
		}
	}
	return all
}
