package poly_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/dialecttest"
	"offhook/provisioning/dialect/poly"
)

var device = provisioning.Device{MAC: "02:00:5e:10:00:01", Model: "desk"}

func TestGolden(t *testing.T) { dialecttest.Golden(t, poly.Dialect(), device) }

func file(data string) dialect.File {
	return dialect.File{Name: "02005e100001.cfg", Data: []byte(data), Device: device}
}

func decode(t testing.TB, files ...dialect.File) (map[string]string, dialect.Report) {
	t.Helper()
	result, err := poly.Dialect().Decode(provisioning.Default(), files...)
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

func golden(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + "/02005e100001.cfg")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestParameters(t *testing.T) {
	for name, all := range map[string]string{
		"vvx": `
			accounts[1].user = 1001
			accounts[1].domain = pbx.example
			accounts[1].registrar = sip.pbx.example:5070
			accounts[1].auth-user = auth1001
			accounts[1].transport = tls
			accounts[1].expires = 10m
			accounts[1].srtp = optional
			accounts[1].voicemail = *97
			accounts[1].codecs = pcma, g722, pcmu
			accounts[1].keep-alive = 30s
			provisioning.url = https://prov.example/app/{mac}.cfg
			provisioning.username = phones
			provisioning.password = ***
			provisioning.interval = 24h
			phone.language = en
			phone.time-format = 24h
			phone.time-zone = Etc/GMT+5
			phone.emergency = 911, 933, 112
			phone.auto-answer = intercom
			phone.call-waiting = false
			dial-plan.digit-map = [2-9]11, 0T, 011xxx.T, [0-1][2-9]xxxxxxxxx
			dial-plan.dial-timeout = 5s
			keys[line2].type = blf
			keys[line2].value = 1002@pbx.example
			keys[line2].label = Ben
			keys[line3].type = blf
			keys[line3].value = 1003
			network.dscp.audio = 46
			log.level = warn`,
		"edge": `
			accounts[1].user = 1001
			accounts[1].domain = pbx.example
			accounts[1].proxy = sbc.example:5062
			accounts[1].transport = tcp
			accounts[1].srtp = mandatory
			accounts[1].dtmf = rfc4733`,
	} {
		set, _ := decode(t, file(golden(t, name)))
		for _, line := range strings.Split(strings.TrimSpace(all), "\n") {
			path, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
			if got := set[path]; got != value {
				t.Errorf("%s: %s is %q, not %q", name, path, got, value)
			}
		}
	}
}

// A parameter of the device without its twin has no effect, as with the maker's
// own telephones.
func TestTwins(t *testing.T) {
	for attributes, fate := range map[string]dialect.Fate{
		`device.prov.user="a"`:                                                  dialect.Idle,
		`device.prov.user="a" device.prov.user.set="0"`:                         dialect.Idle,
		`device.prov.user.set="1" device.prov.user="a" device.set="0"`:          dialect.Idle,
		`device.prov.user.set="1" device.prov.user="a"`:                         dialect.Mapped,
		`device.set="1" device.prov.user="a" device.prov.user.set="1"`:          dialect.Mapped,
		`device.set="1" device.prov.user="a" DEVICE.prov.user.set="1" reg.x=""`: dialect.Idle,
	} {
		set, report := decode(t, file("<x "+attributes+"/>"))
		for _, e := range report.Entries {
			if e.Key == "device.prov.user" && (e.Fate != fate || (set["provisioning.username"] == "a") != (fate == dialect.Mapped)) {
				t.Errorf("%s: %s (%s), %q", attributes, e.Fate, e.Why, set["provisioning.username"])
			}
			if strings.HasPrefix(e.Key, "device.") && strings.HasSuffix(e.Key, "set") && e.Fate != dialect.Mapped {
				t.Errorf("%s: %s is %s: %s", attributes, e.Key, e.Fate, e.Why)
			}
		}
	}
}

// Of files from left to right the first one that gives a parameter counts.
func TestMaster(t *testing.T) {
	d := poly.Dialect()
	f := dialect.File{Name: "000000000000.cfg", Data: []byte(`<?xml version="1.0"?>
		<APPLICATION APP_FILE_PATH="sip.ld" CONFIG_FILES="[PHONE_MAC_ADDRESS]-reg.cfg, [PHONE_MODEL].cfg,,common.cfg" MISC_FILES="" LOG_FILE_DIRECTORY="log"/>`)}
	if d.Sniff(f) != 100 {
		t.Error("not known")
	}
	reading, err := d.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, i := range reading.Includes {
		names = append(names, i.Name)
	}
	if !slices.Equal(names, []string{"common.cfg", "{model}.cfg", "{mac}-reg.cfg"}) {
		t.Errorf("%q", names)
	}
	_, report := decode(t, f)
	for _, e := range report.Entries {
		if e.Fate == dialect.Unknown || e.Fate == "" {
			t.Errorf("%+v", e)
		}
	}
}

// A file that no strict reader takes.
func TestTolerance(t *testing.T) {
	set, report := decode(t, file(`<A reg.1.address="1@a.example" reg.1.label="x" reg.1.label = 'y & z' reg.1.auth.password="a<b"><B voice.vadEnable=1></A>`))
	if set["accounts[1].label"] != "y & z" || set["accounts[1].password"] != "***" || set["accounts[1].dtx"] != "true" {
		t.Errorf("%v", set)
	}
	if !strings.Contains(fmt.Sprint(report.Warnings), "twice") {
		t.Errorf("%v", report.Warnings)
	}
	for _, bad := range []string{`<A reg.1.address="1`, "<A reg.1.address=\"\x01\"/>", `<!DOCTYPE a []><a/>`} {
		if _, err := poly.Dialect().Decode(provisioning.Default(), file(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestValues(t *testing.T) {
	for in, out := range map[string]string{
		`tcpIpApp.sntp.gmtOffset="3600"`: "phone.time-zone=Etc/GMT-1", `tcpIpApp.sntp.gmtOffset="0"`: "phone.time-zone=UTC", `tcpIpApp.sntp.gmtOffset="19800"`: "phone.time-zone=",
		`sec.srtp.enable="0"`: "accounts[1].srtp=off", `sec.srtp.enable="1"`: "accounts[1].srtp=", `sec.srtp.require="0"`: "accounts[1].srtp=",
		`dialplan.digitmap.timeOut="x"`: "dial-plan.dial-timeout=", `voIpProt.SIP.alertInfo.1.class="ring"`: "phone.auto-answer=",
		`voIpProt.server.2.address="b.example"`: "accounts[1].registrar=a.example, b.example", `lcl.datetime.time.24HourClock="0"`: "phone.time-format=12h",
		`prov.polling.enabled="0" prov.polling.period="60"`: "provisioning.interval=", `tone.dtmf.viaRtp="0"`: "accounts[1].dtmf=inband",
	} {
		path, want, _ := strings.Cut(out, "=")
		set, report := decode(t, file(`<x reg.1.address="1@a.example" reg.1.server.1.address="a.example" `+in+"/>"))
		if set[path] != want {
			t.Errorf("%s: %s is %q", in, path, set[path])
		}
		if n := len(report.Of(dialect.Unknown)); n != 0 {
			t.Errorf("%s: %d unknown", in, n)
		}
	}
}

func TestTables(t *testing.T) {
	d := poly.Dialect()
	d, err := d.Loaded()
	if err != nil {
		t.Fatal(err)
	}
	count := d.Count()
	t.Logf("%d mapped, %d known and not supported", count.Mapped, count.Unsupported)
	if count.Mapped < 70 || count.Unsupported < 150 {
		t.Errorf("%+v", count)
	}
	mapped := map[string]bool{}
	for _, r := range d.Rules {
		mapped[r.Key] = true
	}
	for _, k := range d.Known {
		if mapped[k.Key] {
			t.Errorf("%s is mapped and not supported: %s", k.Key, k.Why)
		}
	}
	for text, sure := range map[string]bool{
		`<a reg.1.address = "x"/>`: true, `<A CONFIG_FILES="x"/>`: true, "<settings><phone-settings>": false, "<flat-profile>": false,
		"<directory><item_list/></directory>": false, "account.1.label = x": false, "": false,
	} {
		if got := d.Sniff(dialect.File{Data: []byte(text)}); (got >= dialect.Sure) != sure {
			t.Errorf("%s: %d", text, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(golden(f, "vvx")))
	f.Add([]byte(golden(f, "edge")))
	f.Add([]byte(`<A CONFIG_FILES="a, [MAC].cfg" device.set="1" device.a.set="1" device.a="b"/>`))
	d := poly.Dialect()
	f.Fuzz(func(t *testing.T, data []byte) {
		in := dialect.File{Name: "a.cfg", Data: data, Device: device}
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

// Whatever of the parameters that matter these files give, none is unknown.
func TestFieldMap(t *testing.T) {
	keys := strings.Fields(`
		reg.1.address reg.1.auth.userId reg.1.auth.password reg.1.displayName reg.1.label reg.1.server.1.address reg.1.server.1.port
		reg.1.server.1.transport reg.1.outboundProxy.address reg.1.outboundProxy.port reg.1.outboundProxy.transport reg.1.server.2.address
		reg.1.server.1.expires reg.1.server.1.retryTimeOut reg.1.server.1.failOver.failBack.mode sec.srtp.enable sec.srtp.offer
		sec.srtp.require voice.codecPref.G722 tone.dtmf.viaRtp msg.mwi.1.callBack msg.mwi.1.callBackMode msg.mwi.1.subscribe
		voIpProt.SIP.keepalive.sessionTimers nat.keepalive.interval attendant.resourceList.1.type key.1.function.prim
		attendant.resourceList.1.address attendant.resourceList.1.label attendant.uri tcpIpApp.sntp.address device.sntp.serverName
		tcpIpApp.sntp.resyncPeriod tcpIpApp.sntp.gmtOffset tcpIpApp.sntp.daylightSavings.enable up.idleTimeout lcl.ml.lang reg.1.ringType
		se.rt.custom1.ringer voIpProt.SIP.alertInfo.1.value voIpProt.SIP.alertInfo.1.class dialplan.digitmap dialplan.digitmap.timeOut
		dialplan.routing.emergency.1.value device.auth.localAdminPassword device.auth.localAdminPassword.set device.prov.serverName
		device.prov.serverType device.prov.user device.prov.password prov.polling.period prov.polling.mode prov.polling.timeRandomEnd
		device.dhcp.bootSrvUseOpt device.prov.upgradeServer device.syslog.serverName device.syslog.facility device.syslog.renderLevel
		device.net.vlanId device.net.lldpEnabled qos.ip.rtp.dscp tcpIpApp.port.rtp.mediaPortRangeStart voice.rxQoS.avgJitter
		voice.aec.hf.enable dir.local.contacts dir.corp.address se.rt.autoAnswer.timeout ptt.pageMode.enable
		voice.qualityMonitoring.collector.enable sec.TLS.customCaCert.1 device.sec.TLS.customCaCert1 `)
	for _, key := range keys {
		_, report := decode(t, file(fmt.Sprintf("<a %s=\"1\"/>", key)))
		if e := report.Entries[len(report.Entries)-1]; e.Key != key || e.Fate == dialect.Unknown || e.Fate == dialect.Unsupported && e.Why == "" {
			t.Errorf("%s: %+v", key, e)
		}
	}
}
