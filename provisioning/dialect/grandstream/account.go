package grandstream

import "offhook/provisioning/dialect"

// accountParams are the parameters of accounts that arrive.
func accountParams() []param {
	const a, to = "account.{n}.", "accounts[{n}]."
	all := []param{
		{alias: "enable", p: 271, next: 1, to: to + "@enable", as: dialect.Flag},
		{alias: "name", p: 270, next: 17, to: to + "label"},
		{alias: "sip.server.1.address", p: 47, next: 2, to: to + "@server[1].host"},
		{alias: "sip.server.2.address", p: 2312, next: hundreds, to: to + "@server[2].host"},
		{alias: "sip.server.3.address", to: to + "@server[3].host"},
		{alias: "sip.outboundProxy.1.address", p: 48, next: 3, to: to + "@proxy[1].host"},
		{alias: "sip.outboundProxy.2.address", p: 2333, next: hundreds, to: to + "@proxy[2].host"},
		{alias: "sip.userid", p: 35, next: 4, to: to + "user"},
		{alias: "sip.subscriber.userid", p: 36, next: 5, to: to + "auth-user"},
		{alias: "sip.subscriber.password", p: 34, next: 6, to: to + "password"},
		{alias: "sip.subscriber.name", p: 3, next: 7, to: to + "display-name"},
		{alias: "sip.voicemail.number", p: 33, next: 26, to: to + "voicemail"},
		{alias: "sip.registration", p: 31, next: 10, to: to + "register", as: dialect.Flag},
		{alias: "sip.registerExpiration", p: 32, next: 12, to: to + "expires", as: expires, note: "minutes"},
		{alias: "sip.transport", p: 130, next: 48, to: to + "transport", as: transport},
		{alias: "sip.subscribe.forMwi", p: 99, next: 15, to: to + "mwi", as: dialect.Flag},
		{alias: "sip.subscribe.forRegistration", p: 2319, next: hundreds, to: to + "reg-event", as: dialect.Flag},
		{alias: "sip.header.100rel", p: 272, next: 35, to: to + "reliable-provisional", as: either("supported", "off")},
		{alias: "sip.blf.eventlist.uri", p: 134, next: 44, to: to + "blf-list-uri"},
		{alias: "sip.blf.callPickup.prefix", p: 1347, next: 81, to: to + "pickup-code"},
		{alias: "sip.publishForPresence", p: 188, next: 88, to: to + "publish", as: either("presence", "off")},
		{alias: "sip.syncFeatureKey", p: 2325, next: hundreds, to: to + "feature-sync", as: dialect.Flag},
		{alias: "sip.sessionTimer.enable", to: to + "@session", as: dialect.Flag},
		{alias: "sip.sessionTimer.expiration", p: 260, next: 34, to: to + "session-expires", as: dialect.Seconds, note: "seconds"},
		{alias: "sip.keepAlive.enable", to: to + "@keep-alive", as: dialect.Flag},
		{alias: "sip.keepAlive.interval", to: to + "keep-alive", as: dialect.Seconds, note: "seconds"},
		{alias: "network.natTraversal", p: 52, next: 14, to: to + "@keep-alive", as: natMode, weak: true},
		{alias: "network.dnsMode", p: 103, next: 8, as: dnsMode, note: "servers are found by RFC 3263: by SRV without a port, by their address with one"},
		{alias: "sip.validate.domainCertificates", p: 2311, next: hundreds, as: always("the server's certificate is always verified"), note: "certificates are always verified"},
		{alias: "audio.srtpMode", p: 183, next: 43, to: to + "srtp", as: srtp},
		{alias: "audio.silenceSuppression", p: 50, next: 85, to: to + "dtx", as: dialect.Flag},
		{alias: "dtmf.sendInRtp", p: 2302, next: hundreds, to: to + "dtmf", as: on("rfc4733")},
		{alias: "dtmf.sendInAudio", p: 2301, next: hundreds, to: to + "dtmf", as: on("inband"), weak: true},
		{alias: "dtmf.sendInSip", p: 2303, next: hundreds, to: to + "dtmf", as: on("info"), weak: true},
		{alias: "call.sendAnonymous", p: 65, next: 21, to: to + "anonymous", as: dialect.Flag},
		{alias: "call.rejectAnonymousCall", p: 129, next: 46, to: to + "reject-anonymous", as: dialect.Flag},
		{alias: "featureCodes.callForwardUnconditionallyTarget", to: to + "forward-always"},
		{alias: "featureCodes.callForwardBusyTarget", to: to + "forward-busy"},
		{alias: "featureCodes.callForwardDelayedTarget", to: to + "forward-no-answer"},
		{alias: "featureCodes.delayedCallForwardWaitTime", p: 139, next: 70, to: to + "forward-after", as: dialect.Seconds, note: "seconds"},
		// Of the whole telephone here: account 1 has the word.
		{alias: "call.dialplan", p: 290, next: 59, to: "dial-plan.digit-map", as: dialect.DigitMap},
		{alias: "call.noKeyEntryTimeout", p: 85, next: 91, to: "dial-plan.dial-timeout", as: dialect.Seconds, note: "seconds"},
		{alias: "call.autoAnswer", p: 90, next: 25, to: "phone.auto-answer", as: on("all")},
		{alias: "intercom.allowAutoAnswer", p: 298, next: 38, to: "phone.auto-answer", as: on("intercom"), weak: true},
		{alias: "call.allowAutoAnswerByCallInfo", to: "phone.auto-answer", as: on("intercom"), weak: true},
		{alias: "audio.voiceFramePerTX", p: 37, next: 86, to: "audio.ptime", as: frames, note: "frames of 10 ms"},
		{alias: "audio.jitterBufferLength", p: 132, next: 97, to: "audio.jitter.max", as: jitter},
		{alias: "audio.jitterBufferType", p: 133, next: 98, as: jitterType, note: "the jitter buffer always adapts itself"},
	}
	for k, p := range []int{57, 58, 59, 60, 61, 62, 46} {
		all = append(all, param{alias: "codec.choice." + itoa(k+1), p: p, next: 51 + k, to: to + "@codec[" + itoa(k+1) + "].name", as: codec})
	}
	all = append(all, param{alias: "codec.choice.8", to: to + "@codec[8].name", as: codec})
	for i := range all {
		all[i].alias = a + all[i].alias
	}
	return all
}
