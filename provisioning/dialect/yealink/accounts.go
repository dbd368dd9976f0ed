package yealink

import (
	"fmt"

	"offhook/provisioning/dialect"
)

var transport = dialect.Enum("0", "udp", "1", "tcp", "2", "tls", "3", "auto")

const transports = "0 UDP, 1 TCP, 2 TLS, 3 by DNS"

var accountRules = []dialect.Rule{
	{Key: "account.{n}.enable", To: "accounts[{n}].@enable", As: dialect.Flag},
	{Key: "account.{n}.label", To: "accounts[{n}].label"},
	{Key: "account.{n}.display_name", To: "accounts[{n}].display-name"},
	{Key: "account.{n}.user_name", To: "accounts[{n}].user"},
	{Key: "account.{n}.auth_name", To: "accounts[{n}].auth-user"},
	{Key: "account.{n}.password", To: "accounts[{n}].password"},
	{Key: "account.{n}.sip_server_host", To: "accounts[{n}].@server[1].host", Weak: true},
	{Key: "account.{n}.sip_server_port", To: "accounts[{n}].@server[1].port", As: dialect.Number, Weak: true},
	{Key: "account.{n}.sip_server.{k}.address", To: "accounts[{n}].@server[{k}].host"},
	{Key: "account.{n}.sip_server.{k}.port", To: "accounts[{n}].@server[{k}].port", As: dialect.Number},
	{Key: "account.{n}.sip_server.{k}.transport_type", To: "accounts[{n}].@server[{k}].transport", As: transport, Note: transports},
	{Key: "account.{n}.sip_server.1.expires", To: "accounts[{n}].expires", As: dialect.Seconds, Note: "seconds"},
	{Key: "account.{n}.sip_server.1.failback_timeout", To: "accounts[{n}].failback", As: failback, Note: "seconds"},
	{Key: "account.{n}.transport", To: "accounts[{n}].transport", As: transport, Note: transports},
	{Key: "account.{n}.sip_transport_type", To: "accounts[{n}].transport", As: transport, Note: transports},
	{Key: "account.{n}.forward.feature_key_sync.enable", To: "accounts[{n}].feature-sync", As: dialect.Flag, Weak: true},
	{Key: "account.{n}.expires", To: "accounts[{n}].expires", As: dialect.Seconds, Note: "seconds", Weak: true},
	{Key: "account.{n}.outbound_proxy_enable", To: "accounts[{n}].@proxy", As: dialect.Flag},
	{Key: "account.{n}.outbound_host", To: "accounts[{n}].@proxy[1].host", Weak: true},
	{Key: "account.{n}.outbound_port", To: "accounts[{n}].@proxy[1].port", As: dialect.Number, Weak: true},
	{Key: "account.{n}.backup_outbound_host", To: "accounts[{n}].@proxy[2].host", Weak: true},
	{Key: "account.{n}.backup_outbound_port", To: "accounts[{n}].@proxy[2].port", As: dialect.Number, Weak: true},
	{Key: "account.{n}.outbound_proxy.{k}.address", To: "accounts[{n}].@proxy[{k}].host"},
	{Key: "account.{n}.outbound_proxy.{k}.port", To: "accounts[{n}].@proxy[{k}].port", As: dialect.Number},
	{Key: "account.{n}.srtp_encryption", To: "accounts[{n}].srtp", As: dialect.Enum("0", "off", "1", "mandatory", "2", "optional"), Note: "0 off, 1 mandatory, 2 optional"},
	{Key: "account.{n}.dtmf.type", To: "accounts[{n}].dtmf", As: dialect.Enum("0", "inband", "1", "rfc4733", "2", "info", "3", "auto"), Note: "0 in band, 1 RFC 2833, 2 INFO, 3 auto"},
	{Key: "account.{n}.100rel_enable", To: "accounts[{n}].reliable-provisional", As: dialect.Enum("0", "off", "1", "supported"), Note: "0 off, 1 supported"},
	{Key: "account.{n}.session_timer.enable", To: "accounts[{n}].@session", As: dialect.Flag},
	{Key: "account.{n}.session_timer.expires", To: "accounts[{n}].session-expires", As: dialect.Seconds, Note: "seconds"},
	{Key: "account.{n}.nat.udp_update_enable", To: "accounts[{n}].@keep-alive", As: keepAlive, Note: "0 none, others by offhook's own way"},
	{Key: "account.{n}.nat.udp_update_time", To: "accounts[{n}].keep-alive", As: dialect.Seconds, Note: "seconds"},
	{Key: "account.{n}.nat.nat_traversal", To: "accounts[{n}].stun@on", As: dialect.Enum("0", "false", "1", "true", "2", "!this phone has no static NAT address; STUN or the registrar tell it", "3", "!ICE is not switched by an account here"), Note: "0 off, 1 STUN"},
	{Key: "sip.nat_stun.server", To: "accounts[*].stun"},
	{Key: "sip.nat_stun.enable", To: "accounts[*].stun@on", As: dialect.Flag},
	{Key: "ice.enable", To: "accounts[*].ice", As: dialect.Enum("0", "off", "1", "full")},
	{Key: "sip.nat_turn.server", To: "accounts[*].turn", As: oneOf},
	{Key: "sip.nat_turn.enable", To: "accounts[*].turn@on", As: dialect.Flag},
	{Key: "sip.nat_turn.username", To: "accounts[*].turn-user"},
	{Key: "sip.nat_turn.password", To: "accounts[*].turn-password"},
	{Key: "account.{n}.subscribe_mwi", To: "accounts[{n}].mwi", As: dialect.Flag},
	{Key: "voice_mail.number.{n}", To: "accounts[{n}].voicemail"},
	{Key: "account.{n}.blf.blf_list_uri", To: "accounts[{n}].blf-list-uri"},
	{Key: "account.{n}.blf_list_uri", To: "accounts[{n}].blf-list-uri", Weak: true},
	{Key: "account.{n}.direct_pickup_code", To: "accounts[{n}].pickup-code"},
	{Key: "features.pickup.direct_pickup_code", To: "accounts[*].pickup-code"},
	{Key: "account.{n}.anonymous_call", To: "accounts[{n}].anonymous", As: dialect.Flag},
	{Key: "account.{n}.reject_anonymous_call", To: "accounts[{n}].reject-anonymous", As: dialect.Flag},
	{Key: "account.{n}.always_fwd.enable", To: "accounts[{n}].forward-always@on", As: dialect.Flag},
	{Key: "account.{n}.always_fwd.target", To: "accounts[{n}].forward-always"},
	{Key: "account.{n}.busy_fwd.enable", To: "accounts[{n}].forward-busy@on", As: dialect.Flag},
	{Key: "account.{n}.busy_fwd.target", To: "accounts[{n}].forward-busy"},
	{Key: "account.{n}.timeout_fwd.enable", To: "accounts[{n}].forward-no-answer@on", As: dialect.Flag},
	{Key: "account.{n}.timeout_fwd.target", To: "accounts[{n}].forward-no-answer"},
	{Key: "account.{n}.timeout_fwd.timeout", To: "accounts[{n}].forward-after", As: rings, Note: "rings of 6 s"},
	{Key: "forward.always.enable", To: "accounts[*].forward-always@on", As: dialect.Flag},
	{Key: "forward.always.target", To: "accounts[*].forward-always"},
	{Key: "forward.busy.enable", To: "accounts[*].forward-busy@on", As: dialect.Flag},
	{Key: "forward.busy.target", To: "accounts[*].forward-busy"},
	{Key: "forward.no_answer.enable", To: "accounts[*].forward-no-answer@on", As: dialect.Flag},
	{Key: "forward.no_answer.target", To: "accounts[*].forward-no-answer"},
	{Key: "forward.no_answer.timeout", To: "accounts[*].forward-after", As: rings, Note: "rings of 6 s"},
	{Key: "account.{n}.auto_answer", To: "phone.auto-answer", As: all, Note: "of every account"},
	{Key: "account.{n}.ptime", To: "audio.ptime", As: packet, Note: "milliseconds, of every account", Weak: true},
	{Key: "account.{n}.ringtone.ring_type", To: "phone.ring-tone", As: ring, Note: "of every account", Weak: true},
	{Key: "account.{n}.feature_key_sync", To: "accounts[{n}].feature-sync", As: dialect.Flag},
	{Key: "bw.feature_key_sync", To: "accounts[*].feature-sync", As: dialect.Flag},
	{Key: "features.feature_key_sync.enable", To: "accounts[*].feature-sync", As: dialect.Flag},
	{Key: "account.{n}.register_mac", To: "", As: dialect.Only("0", "this phone tells its MAC in the User-Agent of provisioning alone")},
	{Key: "account.{n}.feature_key_sync.enable", To: "accounts[{n}].feature-sync", As: dialect.Flag},
	{Key: "account.{n}.gruu.enable", To: "accounts[{n}].gruu", As: dialect.Flag},
	{Key: "account.{n}.gruu_support", To: "accounts[{n}].gruu", As: dialect.Flag},
	{Key: "voice.vad", To: "accounts[*].dtx", As: dialect.Flag, Note: "nothing but comfort noise in pauses"},
}

// oneOf makes a list of one.
func oneOf(s string) (dialect.Value, error) { return dialect.ListValue(s), nil }

// keepAlive tells any of Yealink's three ways from none.
var keepAlive = dialect.Enum("0", "false", "1", "true", "2", "true", "3", "true")

// failback takes seconds; 0 is until the next registration.
func failback(s string) (dialect.Value, error) {
	if s == "0" {
		return dialect.Value{How: "the phone's own pace"}, nil
	}
	return dialect.Seconds(s)
}

// newCodecs are how codecs are named in keys of newer firmware.
var newCodecs = []struct {
	key  string
	name string // empty: not of this phone
}{
	{"g722", "g722"}, {"opus", "opus"}, {"pcma", "pcma"}, {"pcmu", "pcmu"}, {"g729", ""}, {"g723_53", ""}, {"g723_63", ""},
	{"ilbc", ""}, {"ilbc_13_33kbps", ""}, {"ilbc_15_2kbps", ""}, {"g726_16", ""}, {"g726_24", ""}, {"g726_32", ""}, {"g726_40", ""},
	{"amr_nb", ""}, {"amr_wb", ""}, {"gsm", ""}, {"g722_1_24kbps", ""}, {"g722_1c_48kbps", ""}, {"aac_lc", ""}, {"arescodec", ""},
}

// codecRules are those of both ways to name a codec: by its place, with the
// name as payload_type; and by its name.
func codecRules() []dialect.Rule {
	rules := []dialect.Rule{
		{Key: "account.{n}.codec.{k}.enable", To: "accounts[{n}].@codec[{k}].enable", As: dialect.Flag},
		{Key: "account.{n}.codec.{k}.payload_type", To: "accounts[{n}].@codec[{k}].name", As: dialect.CodecName},
		{Key: "account.{n}.codec.{k}.priority", To: "accounts[{n}].@codec[{k}].priority", As: dialect.Number},
	}
	for i, c := range newCodecs {
		enable, priority := "account.{n}.codec."+c.key+".enable", "account.{n}.codec."+c.key+".priority"
		if c.name == "" {
			none := dialect.Only("0", "this phone does not have this codec")
			rules = append(rules, dialect.Rule{Key: enable, As: none}, dialect.Rule{Key: priority, As: dialect.Never(dialect.NoSuch("this phone does not have this codec"))})
			continue
		}
		part := fmt.Sprintf("accounts[{n}].@codec[%d]", 1001+i)
		named := func(string) (dialect.Value, error) { return dialect.TextValue(c.name), nil }
		rules = append(rules,
			dialect.Rule{Key: enable, To: part + ".enable", As: dialect.Flag},
			dialect.Rule{Key: enable, To: part + ".name", As: named},
			dialect.Rule{Key: priority, To: part + ".priority", As: dialect.Number})
	}
	return rules
}
