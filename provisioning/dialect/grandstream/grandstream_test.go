package grandstream_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
	"offhook/provisioning/dialect/grandstream"
)

const mac = "02:00:5e:10:00:01"

func file(name, data string) dialect.File {
	return dialect.File{Name: name, Data: []byte(data), Device: provisioning.Device{MAC: mac}}
}

// base has a relay, without which a door's code is worth nothing.
func base() provisioning.Document {
	doc := provisioning.Default()
	doc.Door.Relay = "door"
	return doc
}

// decode reads files and lays what they come to over the base, as a phone does.
func decode(t testing.TB, files ...dialect.File) (map[string]string, dialect.Report) {
	t.Helper()
	result, err := grandstream.Dialect().Decode(base(), files...)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := provisioning.DecodeOver(base(), result.Tree, files[0].Name)
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

func fate(r dialect.Report, key string) (dialect.Entry, bool) {
	for _, e := range r.Entries {
		if e.Key == key {
			return e, true
		}
	}
	return dialect.Entry{}, false
}

func golden(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

const first = `
	accounts[1].user = 1001
	accounts[1].auth-user = auth1001
	accounts[1].password = ***
	accounts[1].domain = pbx.example
	accounts[1].registrar = pbx.example:5070, pbx2.example:5070
	accounts[1].proxy = sbc.example
	accounts[1].transport = tls
	accounts[1].expires = 1h20m
	accounts[1].label = Reception
	accounts[1].display-name = Alice N
	accounts[1].voicemail = *97
	accounts[1].codecs = g722, pcma, pcmu
	accounts[1].srtp = mandatory
	accounts[1].dtmf = rfc4733
	accounts[1].pickup-code = **
	dial-plan.digit-map = xx., *xx.
	phone.time-zone = Europe/Berlin
	phone.language = de
	provisioning.url = https://prov.example/app/cfg{mac}.xml
	provisioning.username = phones
	provisioning.password = ***
	provisioning.interval = 2h
	keys[line1].type = line
	keys[line2].type = blf
	keys[line2].value = 1002
	keys[line2].label = Ben`

func TestForms(t *testing.T) {
	for _, name := range []string{"pvalues.xml", "alias.xml", "nested.xml"} {
		t.Run(name, func(t *testing.T) {
			set, report := decode(t, file(name, golden(t, name)))
			want(t, set, first)
			for _, e := range report.Entries {
				if e.Fate == "" || e.Fate == dialect.Unknown && !strings.HasPrefix(e.Key, "no.such") && e.Key != "P99999" {
					t.Errorf("%s is %q: %s", e.Key, e.Fate, e.Why)
				}
			}
		})
	}
}

func TestSecondAccount(t *testing.T) {
	set, report := decode(t, file("cfg.xml", `<gs_provision version="1"><config version="1">
		<P271>0</P271><P35>1001</P35><P47>pbx.example</P47>
		<P401>1</P401><P402>pbx.example:5062</P402><P404>1002</P404><P406>secret</P406><P412>5</P412><P448>1</P448>
		<P443>1</P443><P451>8</P451><P452>123</P452><P2401>1</P2401><P459>{x+}</P459>
		<P1702>five.example</P1702><P1704>1005</P1704><P2712>five2.example</P2712>
	</config></gs_provision>`))
	want(t, set, `
		accounts[2].user = 1002
		accounts[2].registrar = pbx.example:5062
		accounts[2].expires = 5m
		accounts[2].transport = tcp
		accounts[2].srtp = optional
		accounts[2].codecs = pcma, opus
		accounts[2].dtmf = inband
		accounts[5].user = 1005
		accounts[5].registrar = five.example, five2.example
		accounts[5].transport = udp`)
	if e, _ := fate(report, "P35"); e.Fate != dialect.Idle {
		t.Errorf("the user of an account that is off: %+v", e)
	}
	if e, _ := fate(report, "P459"); e.Fate != dialect.Unsupported {
		t.Errorf("the dial plan of the second account: %+v", e)
	}
	if _, there := set["accounts[1].user"]; there {
		t.Error("an account that is off is there")
	}
}

func TestDoor(t *testing.T) {
	set, report := decode(t, file("door.xml", golden(t, "door.xml")))
	want(t, set, `
		accounts[2].user = 2001
		accounts[2].transport = udp
		accounts[2].srtp = optional
		door.hold = 5s
		door.code = ***
		keys[line1].type = speed-dial
		keys[line1].value = 100`)
	for key, fate1 := range map[string]dialect.Fate{"P279": dialect.Refused, "P14100": dialect.Unsupported, "P15213": dialect.Unsupported, "P14858": dialect.Mapped} {
		if e, _ := fate(report, key); e.Fate != fate1 || e.Fate != dialect.Mapped && e.Why == "" {
			t.Errorf("%s: %+v", key, e)
		}
	}
}

// What servers write that says one thing and means another.
func TestTraps(t *testing.T) {
	alias := func(name, value string) dialect.File {
		return file("cfg.xml", fmt.Sprintf(`<gs_provision><config version="2"><item name="account.1.sip.userid">1</item>
			<item name="account.1.sip.server.1.address">pbx.example</item><item name=%q>%s</item></config></gs_provision>`, name, value))
	}
	for value, want := range map[string]string{"0": "udp", "1": "tcp", "2": "tls", "UDP": "udp", "TlsOrTcp": "tls", "Tls Or Tcp": "tls"} {
		if set, _ := decode(t, alias("account.1.sip.transport", value)); set["accounts[1].transport"] != want {
			t.Errorf("transport %s: %s", value, set["accounts[1].transport"])
		}
	}
	// The same number that another maker takes for seconds.
	set, report := decode(t, alias("account.1.sip.registerExpiration", "3600"))
	if set["accounts[1].expires"] != "24h" || len(report.Warnings) == 0 {
		t.Errorf("3600 minutes: %s, %v", set["accounts[1].expires"], report.Warnings)
	}
	set, report = decode(t, alias("account.1.sip.registerExpiration", "600"))
	if set["accounts[1].expires"] != "10h" || !strings.Contains(fmt.Sprint(report.Warnings), "was it meant in seconds?") {
		t.Errorf("600 minutes: %s, %v", set["accounts[1].expires"], report.Warnings)
	}
	for _, name := range []string{"security.validate.serverCertificate", "account.1.sip.validate.domainCertificates"} {
		_, report = decode(t, alias(name, "No"))
		if e, _ := fate(report, name); e.Fate != dialect.Unsupported || len(report.Warnings) == 0 {
			t.Errorf("%s: %+v, %v", name, e, report.Warnings)
		}
	}
	for zone, want := range map[string]string{
		"CET-1CEST-2,M3.5.0/02:00:00,M10.5.0/03:00:00": "Europe/Berlin", "EST5EDT": "America/New_York", "MST7MDT,M3.2.0,M11.1.0": "America/Denver",
		"TZK-4": "Etc/GMT-4", "TZA+12": "Etc/GMT+12", "GMT0": "UTC", "Asia/Tokyo": "Asia/Tokyo", "16": "", "auto": "", "TZL-4:30": "",
	} {
		if set, _ := decode(t, alias("dateTime.timezone", zone)); set["phone.time-zone"] != want {
			t.Errorf("zone %s: %s", zone, set["phone.time-zone"])
		}
	}
	// An empty element takes back what a common file gave.
	set, _ = decode(t, alias("account.1.sip.outboundProxy.1.address", "sbc.example"), alias("account.1.sip.outboundProxy.1.address", ""))
	if set["accounts[1].proxy"] != "" {
		t.Errorf("the proxy stays: %q", set["accounts[1].proxy"])
	}
	// A key's account counts from 0, its number means another thing by alias.
	set, _ = decode(t, file("cfg.xml", `<gs_provision><config><P35>1</P35><P47>a.example</P47><P404>2</P404><P402>b.example</P402>
		<P1363>11</P1363><P1364>1</P1364><P1466>77</P1466>
		<item name="pks.vpk.2.keyMode">0</item><item name="pks.vpk.2.account">0</item><item name="pks.vpk.2.value">88</item>
		<P323>1</P323><P303>99</P303><P325>10</P325><P309>66</P309></config></gs_provision>`))
	want(t, set, `
		keys[line1].type = blf
		keys[line1].value = 77
		keys[line1].account = 2
		keys[line2].type = speed-dial
		keys[line2].value = 88
		keys[line3].type = intercom
		keys[line3].value = 66`)
}

func TestMAC(t *testing.T) {
	for name, ok := range map[string]bool{"02005E100001": true, "02:00:5e:10:00:01": true, "": true, "02005e100002": false} {
		f := file("cfg.xml", "<gs_provision><mac>"+name+"</mac><config><P35>1</P35></config></gs_provision>")
		_, err := grandstream.Dialect().Decode(base(), f)
		if (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
		f.Device.MAC = "" // a linter's
		if _, err := grandstream.Dialect().Decode(base(), f); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// asBinary makes the binary form, as the maker's tool does.
func asBinary(mac [6]byte, body string) []byte {
	for len(body)%2 != 0 {
		body += "\x00"
	}
	data := append(make([]byte, 6), mac[:]...)
	data = append(append(data, "\r\n\r\n"...), body...)
	binary.BigEndian.PutUint32(data, uint32(len(data)/2))
	var sum uint16
	for i := 0; i < len(data); i += 2 {
		sum += binary.BigEndian.Uint16(data[i:])
	}
	binary.BigEndian.PutUint16(data[4:], -sum)
	return data
}

func TestBinary(t *testing.T) {
	ours := [6]byte{2, 0, 0x5e, 0x10, 0, 1}
	good := asBinary(ours, "P35=1001&P47=pbx.example%3A5070&P34=a%26b&P290={x+}&P63=1&gnkey=0b82")
	f := file("cfg02005e100001", string(good))
	if sure := grandstream.Dialect().Sniff(f); sure < dialect.Sure {
		t.Errorf("not known: %d", sure)
	}
	set, report := decode(t, f)
	want(t, set, `
		accounts[1].user = 1001
		accounts[1].registrar = pbx.example:5070
		accounts[1].password = ***
		dial-plan.digit-map = xx.`)
	if len(report.Entries) != 5 || len(report.Of(dialect.Unknown)) != 0 {
		t.Errorf("%+v", report.Entries)
	}
	// The example that is in print: its length, checksum and MAC hang together.
	if got := asBinary([6]byte{0, 0x0b, 0x82}, "P30=time.nist.gov&P63=1&P31=1&gnkey=0b82"); len(got) != 56 {
		t.Errorf("%d bytes", len(got))
	}
	damaged := append([]byte{}, good...)
	damaged[20] ^= 1
	bad := map[string][]byte{
		"wrong checksum":       damaged,
		"it was cut off":       good[:len(good)-8],
		"is for the telephone": asBinary([6]byte{2, 0, 0x5e, 0x10, 0, 2}, "P35=1"),
		"says that it is 8":    append([]byte{0, 0, 0, 4}, good[4:]...),
	}
	for part, data := range bad {
		if _, err := grandstream.Dialect().Decode(base(), file("cfg", string(data))); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v", part, err)
		}
	}
}

func TestText(t *testing.T) {
	set, report := decode(t, file("cfg.txt", "# door\nP35 = 1001\nP47=pbx.example\n  p2 = admin\nnonsense\n"))
	want(t, set, "accounts[1].user = 1001\naccounts[1].domain = pbx.example")
	if len(report.Warnings) != 1 || len(report.Of(dialect.Unsupported)) != 1 {
		t.Errorf("%v %v", report.Warnings, report.Entries)
	}
}

func TestSniff(t *testing.T) {
	for text, sure := range map[string]bool{
		`<?xml version="1.0"?><gs_provision version="1">`: true, "<Device><mac/><M><P30>a</P30>": true, "P30=1\n": true,
		"#!version:1.0.0.1\na=b": false, "<flat-profile><Proxy_1_/>": false, "<settings><phone-settings>": false, "": false,
	} {
		if got := grandstream.Dialect().Sniff(file("x", text)); (got >= dialect.Sure) != sure {
			t.Errorf("%s: %d", text, got)
		}
	}
}

// Each rule leads somewhere: no row is shadowed by itself, and all conversions
// answer.
func TestTables(t *testing.T) {
	d := grandstream.Dialect()
	d, err := d.Loaded()
	if err != nil {
		t.Fatal(err)
	}
	count := d.Count()
	t.Logf("%d mapped, %d known and not supported", count.Mapped, count.Unsupported)
	if count.Mapped < 180 || count.Unsupported < 300 {
		t.Errorf("%+v", count)
	}
	mapped := map[string]string{}
	for _, r := range d.Rules {
		if strings.Contains(r.To, "{k}") || r.Key == "" {
			t.Errorf("%+v", r)
		}
		mapped[r.Key] = r.To
	}
	for _, k := range d.Known {
		if to, twice := mapped[k.Key]; twice {
			t.Errorf("%s is mapped to %s and not supported: %s", k.Key, to, k.Why)
		}
		if k.Why == "" {
			t.Errorf("%s has no why", k.Key)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"pvalues.xml", "alias.xml", "nested.xml", "door.xml"} {
		f.Add([]byte(golden(f, name)))
	}
	f.Add(asBinary([6]byte{2, 0, 0x5e, 0x10, 0, 1}, "P35=1001&P47=pbx.example&gnkey=0b82"))
	f.Add([]byte("P35 = 1\n"))
	d := grandstream.Dialect()
	f.Fuzz(func(t *testing.T, data []byte) {
		in := dialect.File{Name: "cfg.xml", Data: data}
		d.Sniff(in)
		result, err := d.Decode(base(), in)
		if err != nil {
			return
		}
		for _, e := range result.Report.Entries {
			if e.Fate == "" {
				t.Errorf("%s has no fate", e.Key)
			}
		}
		provisioning.DecodeOver(base(), result.Tree, "fuzz")
	})
}

// Whatever of the parameters that matter these files give, none is unknown.
func TestFieldMap(t *testing.T) {
	keys := strings.Fields(`
		account.1.enable P271 account.1.sip.userid P35 account.1.sip.subscriber.userid P36 account.1.sip.subscriber.password P34
		account.1.sip.subscriber.name P3 account.1.name P270 account.1.sip.server.1.address P47 account.1.sip.transport P130
		account.1.sip.outboundProxy.1.address P48 account.1.sip.outboundProxy.2.address P2333 account.1.sip.server.2.address P2312
		account.1.sip.registerExpiration P32 account.1.sip.registrationFailureRetryWaitTime P138 account.1.network.dnsMode
		account.1.network.dnsSRVFailoverMode account.1.audio.srtpMode P183 account.1.audio.srtpKeyLength account.1.codec.choice.1
		P57 P58 P59 P60 P61 P62 P46 account.1.dtmf.sendInAudio account.1.dtmf.sendInRtp account.1.dtmf.sendInSip P2301 P2302 P2303
		P79 account.1.codec.payloadType.dtmf account.1.sip.voicemail.number P33 account.1.sip.subscribe.forMwi P99
		account.1.sip.sessionTimer.enable account.1.sip.sessionTimer.expiration P260 account.1.sip.header.100rel P272
		account.1.sip.keepAlive.enable account.1.sip.keepAlive.interval pks.vpk.1.keyMode pks.mpk.1.keyMode P323 pks.vpk.1.value
		pks.vpk.1.description pks.vpk.1.account P302 P303 account.1.sip.blf.eventlist.uri P134 account.1.sip.blf.callPickup.prefix P1347
		dateTime.ntp.server.1 dateTime.ntp.server.2 P30 dateTime.ntp.updateInterval dateTime.timezone P64 dateTime.format.time
		dateTime.format.date P102 P122 language.gui P1362 audio.tone.dialTone account.1.ring.ringtone P104 account.1.ring.match.1.callerId
		account.1.call.dialplan P290 keys.lock.emergency users.admin.password P2 P196 provisioning.config.serverPath P237 P212 P1360 P1361
		provisioning.auto.mode provisioning.auto.minute P193 P194 P285 P286 provisioning.override.dhcp.allowCommonOptions P145 P1359
		provisioning.config.filePassword provisioning.firmware.serverPath P192 maintain.syslog.server maintain.syslog.level P207 P208
		network.port.eth.1.vlan.tag network.port.eth.1.vlan.priority P51 P87 network.qos.forRtp network.qos.forSip network.rtp.local.port
		P39 account.1.audio.jitterBufferType account.1.audio.jitterBufferLength P133 P132 phonebook.download.server P331 P330 P332
		ldap.server ldap.base account.1.call.autoAnswer P90 P298 call.autoAnswerDelay.value multicast.listening.1.address
		multicast.listening.1.label multicast.channel ons.actionUrl.1 audio.report.collector.1 security.validate.serverCertificate
		P14101 P14100 P15470 P10457 P14858 P15424 P10463 P14850 P14851 P14852 P14853 P10462 P15434 P15422 P15213 P14120 `)
	for _, key := range keys {
		_, report := decode(t, file("a.xml", fmt.Sprintf("<a><item name=%q>1</item></a>", key)))
		if e := report.Entries[len(report.Entries)-1]; e.Key != key || e.Fate == dialect.Unknown || e.Fate == dialect.Unsupported && e.Why == "" {
			t.Errorf("%s: %+v", key, e)
		}
	}
}
