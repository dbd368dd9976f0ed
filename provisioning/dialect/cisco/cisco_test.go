package cisco_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/cisco"
)

var device = provisioning.Device{MAC: "02:00:5e:10:00:0a", Model: "desk", Serial: "S1", Version: "1.10.0"}

func file(data string) dialect.File {
	return dialect.File{Name: "02005e10000a.xml", Data: []byte(data), Device: device}
}

// decode reads files and lays what they come to over the defaults, as a phone does.
func decode(t testing.TB, files ...dialect.File) (map[string]string, dialect.Report) {
	t.Helper()
	result, err := cisco.Dialect().Decode(provisioning.Default(), files...)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := provisioning.DecodeOver(provisioning.Default(), result.Tree, files[0].Name)
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for _, e := range doc.Explain("") {
		if e.Set {
			set[e.Path] = e.Value
		}
	}
	return set, result.Report
}

func want(t *testing.T, set map[string]string, all string) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(all), "\n") {
		path, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		if got := set[path]; got != value {
			t.Errorf("%s is %q, not %q", path, got, value)
		}
	}
}

func fate(r dialect.Report, key string) dialect.Entry {
	for _, e := range r.Entries {
		if e.Key == key {
			return e
		}
	}
	return dialect.Entry{}
}

func golden(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("testdata/spa.xml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestProfile(t *testing.T) {
	set, report := decode(t, file(golden(t)))
	want(t, set, `
		accounts[1].user = 1001
		accounts[1].auth-user = 
		accounts[1].password = ***
		accounts[1].domain = pbx.example
		accounts[1].registrar = pbx.example:5070, pbx2.example
		accounts[1].proxy = sbc.example
		accounts[1].transport = tls
		accounts[1].expires = 5m
		accounts[1].register = true
		accounts[1].display-name = Alice N
		accounts[1].codecs = pcma, g722, pcmu
		accounts[1].dtmf = rfc4733
		accounts[1].srtp = optional
		accounts[1].voicemail = *97
		accounts[1].pickup-code = **
		dial-plan.digit-map = *xx, [3469]11, 0, 00, [2-9]xxxxxx, 1xxx[2-9]xxxxxx, xxxxxxxxxxxx.
		phone.emergency = 112, 911
		phone.name = 02005e10000a desk
		phone.time-zone = Etc/GMT+8
		phone.time-format = 24h
		keys[line1].type = line
		keys[line2].type = blf
		keys[line2].value = 1002
		keys[line2].label = Ben
		network.dscp.audio = 46
		network.rtp-ports = 16384-16482
		audio.ptime = 30ms
		audio.volume.ringer = 60
		screen.timeout = 30s
		provisioning.url = https://prov.example/app/{MAC}.xml
		provisioning.username = phones
		provisioning.password = ***
		provisioning.interval = 1h
		provisioning.random-spread = 1m`)
	for _, e := range report.Entries {
		if e.Fate == "" || (e.Fate == dialect.Unknown) != (e.Key == "No_Such_Parameter") {
			t.Errorf("%s is %q: %s", e.Key, e.Fate, e.Why)
		}
		if e.User != (e.Key == "Voice_Mail_Number" || e.Key == "Time_Format") {
			t.Errorf("%s: the user may change it: %v", e.Key, e.User)
		}
	}
	for _, key := range []string{"SIP_Port_1_", "Primary_NTP_Server", "G729a_Enable_1_", "Dial_Tone", "Group_Paging_Script", "Admin_Passwd", "Profile_Rule --key"} {
		if e := fate(report, key); e.Fate != dialect.Unsupported || e.Why == "" {
			t.Errorf("%s: %+v", key, e)
		}
	}
}

func TestTraps(t *testing.T) {
	one := func(more string) string {
		return "<flat-profile><User_ID_1_>1</User_ID_1_><Proxy_1_>a.example</Proxy_1_>" + more + "</flat-profile>"
	}
	// An empty element is the default again.
	set, _ := decode(t, file(one("<Outbound_Proxy_1_>b.example</Outbound_Proxy_1_>")), file(one("<Outbound_Proxy_1_/>")))
	want(t, set, "accounts[1].proxy = ")
	// Names in any case, what is around them is passed over.
	set, _ = decode(t, file("<device><flat-profile><router/><voice><user_id_2_>2</user_id_2_><PROXY_2_>c.example</PROXY_2_></voice></flat-profile></device>"))
	want(t, set, "accounts[2].user = 2\naccounts[2].domain = c.example\naccounts[2].transport = udp")
	// Fetching again is switched off by nothing.
	set, _ = decode(t, file(one("<Resync_Periodic>0</Resync_Periodic><Use_Pref_Codec_Only_1_>Yes</Use_Pref_Codec_Only_1_><Preferred_Codec_1_>G722</Preferred_Codec_1_>")))
	want(t, set, "provisioning.interval = \naccounts[1].codecs = g722")
	// The rule of a telephone that finds its server itself is no URL.
	_, report := decode(t, file(one("<Profile_Rule>/spa$PSN.cfg</Profile_Rule>")))
	if e := fate(report, "Profile_Rule"); e.Fate != dialect.Unsupported {
		t.Errorf("%+v", e)
	}
	_, report = decode(t, file(one(`<Profile_Rule>( $X eq 1 )? http://a.example/</Profile_Rule>`)))
	if e := fate(report, "Profile_Rule"); e.Fate != dialect.Idle || len(report.Warnings) != 1 {
		t.Errorf("%+v, %v", e, report.Warnings)
	}
}

func TestRule(t *testing.T) {
	expand := strings.NewReplacer("$SWVER", "7.10.2", "$PN", "desk").Replace
	cases := []struct{ rule, want string }{
		{"https://a.example/$MA.cfg", "https://a.example/$MA.cfg"},
		{"( $SWVER ge 7.9 )? tftp://old/$MA | http://new", "tftp://old/$MA"},
		{"( $SWVER lt 7.9 )? http://old | ($PN eq \"desk\")? http://desk | http://new", "http://desk"},
		{"( 7.10.2 ne $SWVER )? http://a | [--key \"a | b\" --uid u --pwd \"p ]\" --post x --alias y.z] http://b", "http://b --key=a | b --uid=u --pwd=p ] --post=x --alias=y.z"},
		{"[--key k] /spa$PSN.cfg", "/spa$PSN.cfg --key=k"},
		{"(a > b)? http://a", "no condition of the rule holds"},
		{"(a eq b and c eq d)? http://a", "is more than one comparison"},
		{"($B eq b)? http://a", "asks for what is not known here"},
		{"(a like b)? http://a", "is not a comparison"},
		{"(a eq b http://a", "not closed"},
		{"(a eq b) http://a", "a condition without ) and ?"},
		{"[--key k http://a", "not closed"},
		{"[key k] http://a", "an option without --"},
		{"http://a b", "where a URL is wanted"},
		{strings.Repeat("x", 5000), "longer than 4096"},
	}
	for _, c := range cases {
		rule, err := cisco.ParseRule(c.rule)
		var target cisco.Target
		if err == nil {
			target, err = rule.Choose(expand)
		}
		got := target.URL
		for _, o := range target.Options {
			got += " --" + o.Name + "=" + o.Value
		}
		if err != nil {
			got = err.Error()
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%s -> %s", c.rule, got)
		}
	}
}

func TestValues(t *testing.T) {
	for in, out := range map[string]string{
		"SIP_Transport_1_=AUTO": "accounts[1].transport", "Time_Zone=GMT+01:00": "phone.time-zone=Etc/GMT-1", "Time_Zone=GMT": "phone.time-zone=UTC",
		"RTP_TOS_DiffServ_Value_1_=184": "network.dscp.audio=46", "Ringer_Volume=16": "!", "Back_Light_Timer=Always on": "!", "RTP_Packet_Size=0.025": "!",
		"Extended_Function_3_=fnc=xyz": "!", "Extended_Function_3_=fnc=sd;ext=77@x;nme=T": "keys[line3].value=77", "Secure_Call_Setting=Required": "accounts[1].srtp=mandatory",
		"SRTP_Method=x-sipura": "!", "Auto_Answer_Page=Yes": "phone.auto-answer=intercom", "Debug_Level=3": "log.level=debug",
	} {
		key, value, _ := strings.Cut(in, "=")
		set, report := decode(t, file(fmt.Sprintf("<flat-profile><User_ID_1_>1</User_ID_1_><Proxy_1_>a.example</Proxy_1_><%s>%s</%s></flat-profile>", key, value, key)))
		path, wanted, valued := strings.Cut(out, "=")
		switch e := fate(report, key); {
		case out == "!":
			if e.Fate != dialect.Unsupported && e.Fate != dialect.Refused {
				t.Errorf("%s: %+v", in, e)
			}
		case set[path] == "" || valued && set[path] != wanted:
			t.Errorf("%s: %s is %q", in, path, set[path])
		}
	}
}

func TestTables(t *testing.T) {
	d := cisco.Dialect()
	d, err := d.Loaded()
	if err != nil {
		t.Fatal(err)
	}
	count := d.Count()
	t.Logf("%d mapped, %d known and not supported", count.Mapped, count.Unsupported)
	if count.Mapped < 70 || count.Unsupported < 250 {
		t.Errorf("%+v", count)
	}
	mapped := map[string]bool{}
	for _, r := range d.Rules {
		mapped[strings.ToLower(r.Key)] = true
	}
	for _, k := range d.Known {
		if mapped[strings.ToLower(k.Key)] {
			t.Errorf("%s is mapped and not supported: %s", k.Key, k.Why)
		}
	}
	for text, sure := range map[string]bool{"<flat-profile>": true, `<?xml version="1.0"?><device><flat-profile>`: true, "<gs_provision>": false, "<settings>": false, "": false} {
		if got := d.Sniff(dialect.File{Data: []byte(text)}); (got >= dialect.Sure) != sure {
			t.Errorf("%s: %d", text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(golden(f)))
	f.Add([]byte("<flat-profile><Profile_Rule>(a eq b)? [--key \"x\"] u | v</Profile_Rule><GPP_A>${A}$A</GPP_A></flat-profile>"))
	d := cisco.Dialect()
	f.Fuzz(func(t *testing.T, data []byte) {
		in := dialect.File{Name: "a.xml", Data: data, Device: device}
		d.Sniff(in)
		result, err := d.Decode(provisioning.Default(), in)
		if err != nil {
			return
		}
		for _, e := range result.Report.Entries {
			if e.Fate == "" {
				t.Errorf("%s has no fate", e.Key)
			}
		}
		provisioning.DecodeOver(provisioning.Default(), result.Tree, "fuzz")
	})
}

func FuzzRule(f *testing.F) {
	f.Add("( $SWVER lt 7.5 )? [--uid a --pwd \"b\"] https://old.example/$MA.cfg | https://new.example/$MA.cfg")
	f.Fuzz(func(t *testing.T, text string) {
		if rule, err := cisco.ParseRule(text); err == nil {
			rule.Choose(func(s string) string { return s })
		}
	})
}

// Whatever of the parameters that matter these files give, none is unknown.
func TestFieldMap(t *testing.T) {
	keys := strings.Fields(`
		Line_Enable_1_ User_ID_1_ Auth_ID_1_ Use_Auth_ID_1_ Password_1_ Display_Name_1_ Short_Name_1_ Proxy_1_ SIP_Port_1_
		SIP_Transport_1_ Outbound_Proxy_1_ Use_Outbound_Proxy_1_ Alternate_Outbound_Proxy_1_ Alternate_Proxy_1_ Register_Expires_1_
		Reg_Retry_Intvl Proxy_Redundancy_Method_1_ Proxy_Fallback_Intvl_1_ Secure_Call_Setting SRTP_Method Preferred_Codec_1_
		Second_Preferred_Codec_1_ Third_Preferred_Codec_1_ G722_Enable_1_ DTMF_Tx_Method_1_ AVT_Dynamic_Payload Voice_Mail_Number
		Mailbox_ID_1_ Message_Waiting_1_ SIP_100REL_Enable_1_ NAT_Keep_Alive_Enable_1_ Extended_Function_1_ Extension_1_
		Attendant_Console_Call_Pickup_Code Primary_NTP_Server Time_Zone Daylight_Saving_Time_Rule Time_Format Date_Format
		Dictionary_Server_Script Dial_Tone Default_Ring__1__ Caller_ID_Map_1_ Dial_Plan_1_ Emergency_Number_1_ Admin_Passwd
		Resync_Periodic Resync_Random_Delay Resync_From_SIP GPP_A Upgrade_Rule Upgrade_Enable Syslog_Server Debug_Level
		Enable_VLAN VLAN_ID RTP_TOS_DiffServ_Value_1_ RTP_Port_Min RTP_Port_Max Network_Jitter_Level_1_ Directory_Server LDAP_Server
		Auto_Answer_Page Group_Paging_Script Stats_In_BYE TLS_Version `)
	for _, key := range keys {
		_, report := decode(t, file(fmt.Sprintf("<flat-profile><%s>1</%s></flat-profile>", key, key)))
		if e := report.Entries[len(report.Entries)-1]; e.Key != key || e.Fate == dialect.Unknown || e.Fate == dialect.Unsupported && e.Why == "" {
			t.Errorf("%s: %+v", key, e)
		}
	}
}
