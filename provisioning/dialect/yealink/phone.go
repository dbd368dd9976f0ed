package yealink

import "offhook/provisioning/dialect"

// kinds are those of line keys, by number.
var kinds = dialect.Enum(
	"0", "!the key has no function", "1", "!conferences are made by the phone's own keys", "2", "forward", "3", "!transfers are made by the phone's own keys",
	"4", "!hold is a key of its own here", "5", "dnd", "6", "!redial is a key of its own here", "7", "!this phone has no key to call the last caller back",
	"9", "pickup", "10", "park", "11", "!this phone has no key that sends digits", "12", "voicemail", "13", "speed-dial", "14", "intercom", "15", "line", "16", "blf",
	"17", "!this phone has no browser", "20", "!private hold is not here", "22", "!this phone has no phone book of a server", "23", "!group pickup is not here",
	"24", "!this phone has no multicast paging", "27", "!this phone has no browser", "39", "!the list's telephones have no keys of their own here; name each as BLF",
	"50", "!this phone has no key that locks it", "55", "park", "66", "!this phone has no multicast paging")

var keyRules = []dialect.Rule{
	{Key: "linekey.{n}.type", To: "keys[{n}].@type", As: kinds, Note: "by number"},
	{Key: "linekey.{n}.value", To: "keys[{n}].@value"},
	{Key: "linekey.{n}.label", To: "keys[{n}].@label"},
	{Key: "linekey.{n}.line", To: "keys[{n}].@account", As: dialect.Number},
}

var phoneRules = []dialect.Rule{
	{Key: "lang.gui", To: "phone.language", As: dialect.Language},
	{Key: "voice.tone.country", To: "phone.country", As: dialect.Country},
	{Key: "local_time.time_zone", To: "@zone.offset"},
	{Key: "local_time.time_zone_name", To: "@zone.name"},
	{Key: "local_time.time_format", To: "phone.time-format", As: dialect.Enum("0", "12h", "1", "24h"), Note: "0 12h, 1 24h"},
	{Key: "call_waiting.enable", To: "phone.call-waiting", As: dialect.Flag},
	{Key: "features.dnd.enable", To: "phone.do-not-disturb", As: dialect.Flag},
	{Key: "features.dnd_refuse_code", To: "phone.do-not-disturb-answer", As: dialect.Enum("486", "busy", "480", "unavailable", "603", "declined", "404", "!404 would tell callers that there is no such number"), Note: "a status code"},
	{Key: "features.intercom.allow", To: "phone.auto-answer", As: intercom, Weak: true},
	{Key: "phone_setting.ring_type", To: "phone.ring-tone", As: ring},
	{Key: "dialplan.digitmap.string", To: "dial-plan.digit-map", As: dialect.DigitMap},
	{Key: "dialplan.digitmap.enable", To: "dial-plan.digit-map@on", As: dialect.Flag},
	{Key: "dialplan.dialnow.rule.{k}", To: "dial-plan.digit-map@[{k}]", As: dialNow},
	{Key: "dialplan.dialnow.url", To: "", As: dialect.Never(dialect.NoSuch("no file beside this one is fetched for it; give dialplan.dialnow.rule.N"))},
	{Key: "phone_setting.inter_digit_time", To: "dial-plan.dial-timeout", As: dialect.Seconds, Note: "seconds"},
	{Key: "dialplan.digitmap.interdigit_long_timer", To: "dial-plan.dial-timeout", As: dialect.Seconds, Note: "seconds", Weak: true},
	{Key: "dialplan.emergency.{k}.value", To: "phone.emergency@[{k}]", As: numbers},
	{Key: "phone_setting.backlight_time", To: "screen.timeout", As: always, Note: "seconds"},
	{Key: "phone_setting.active_backlight_level", To: "screen.backlight", As: tenths, Note: "tenths"},
	{Key: "phone_setting.inactive_backlight_level", To: "screen.backlight-idle", As: dialect.Enum("0", "0", "1", "10"), Note: "0 off, 1 low"},
	{Key: "voice.handset.spk_vol", To: "audio.volume.handset", As: volume, Note: "0 to 15"},
	{Key: "voice.headset.spk_vol", To: "audio.volume.headset", As: volume, Note: "0 to 15"},
	{Key: "voice.handfree.spk_vol", To: "audio.volume.handsfree", As: volume, Note: "0 to 15"},
	{Key: "force.voice.ring_vol", To: "audio.volume.ringer", As: volume, Note: "0 to 15"},
	{Key: "voice.jib.adaptive", To: "", As: dialect.Only("1", "the play-out buffer always adapts")},
	{Key: "voice.jib.min", To: "audio.jitter.min", As: dialect.Milliseconds, Note: "milliseconds"},
	{Key: "voice.jib.max", To: "audio.jitter.max", As: dialect.Milliseconds, Note: "milliseconds"},
	{Key: "voice.echo_cancellation", To: "", As: dialect.Only("1", "the echo canceller is always on")},
	{Key: "voice.cng", To: "", As: dialect.Only("1", "comfort noise is always played when the far end sends it")},
	{Key: "network.qos.rtptos", To: "network.dscp.audio", As: dialect.Number},
	{Key: "network.qos.audiotos", To: "network.dscp.audio", As: dialect.Number},
	{Key: "network.qos.signaltos", To: "network.dscp.signalling", As: dialect.Number},
	{Key: "network.port.min_rtpport", To: "@rtp.low", As: dialect.Number},
	{Key: "network.port.max_rtpport", To: "@rtp.high", As: dialect.Number},
	{Key: "syslog.level", To: "log.level", As: logLevel, Note: "0 to 6"},
	{Key: "local_log.level", To: "log.level", As: logLevel, Note: "0 to 6", Weak: true},
	{Key: "auto_provision.server.url", To: "@url.server"},
	{Key: "auto_provision.server.username", To: "provisioning.username"},
	{Key: "auto_provision.server.password", To: "provisioning.password"},
	{Key: "auto_provision.repeat.enable", To: "provisioning.interval@on", As: dialect.Flag},
	{Key: "auto_provision.repeat.minutes", To: "provisioning.interval", As: dialect.Minutes, Note: "minutes"},
	{Key: "auto_provision.power_on", To: "", As: dialect.Only("1", "this phone always looks for its configuration when it starts")},
	{Key: "sip.notify_reboot_enable", To: "provisioning.check-sync.allow-reboot", As: dialect.Enum("0", "true", "1", "true", "2", "false"), Note: "0 and 1: if it asks for it, 2 never"},
	{Key: "security.trust_certificates", To: "", As: dialect.Wanted("1", "servers' certificates are always verified here")},
	{Key: "security.cn_validation", To: "", As: dialect.Wanted("1", "the name in a server's certificate is always verified here")},
	{Key: "wifi.{n}.password", To: "", Secret: true, As: dialect.Never(dialect.NoSuch("the network is the system's"))},
	{Key: "security.user_password", To: "", Secret: true, As: dialect.Never(dialect.NoSuch("this phone has no menu or page that asks for it"))},
	{Key: "auto_provision.aes_key_16.com", To: "", Secret: true, As: dialect.Never(sealed)},
	{Key: "auto_provision.aes_key_16.mac", To: "", Secret: true, As: dialect.Never(sealed)},
	{Key: "auto_provision.aes_key_in_file", To: "", Secret: true, As: dialect.Never(sealed)},
}

var sealed = dialect.NoSuch("keys of encrypted files belong into the agent's own file")

// numbers takes numbers for help with commas between.
func numbers(s string) (dialect.Value, error) { return dialect.ListValue(dialect.Words(s)...), nil }
