package native

import (
	"strings"
	"testing"

	"offhook/provisioning"
)

// Each case is a document and every fault it has, in the order of the file.
var faultCases = []struct {
	name, document string
	want           []string
}{
	{"empty file", "", []string{"f:1: the document is empty; start it with offhook: 1"}},
	{"a comment alone", "# later\n", []string{"f:1: the document is empty; start it with offhook: 1"}},
	{"not a mapping", "- offhook: 1\n", []string{"f:1: the document is a list; it must be a mapping that starts with offhook: 1"}},
	{"no version", "phone: {name: Desk}\n", []string{"f:1: offhook: the version of the document is missing; add the line offhook: 1"}},
	{"another version: nothing else is said", "offhook: 2\nnew: thing\n", []string{
		`f:1: offhook: is version "2", and this program reads version 1; write the document for that version or update the program`}},
	{"version as text", "offhook: '1'\n", []string{
		`f:1: offhook: is version "1", and this program reads version 1; write the document for that version or update the program`}},
	{"unknown key, near", "offhook: 1\nphone:\n  time_zone: UTC\n", []string{"f:3: phone.time_zone: is not a setting here; did you mean time-zone?"}},
	{"unknown key, far", "offhook: 1\ndial-plan:\n  colour: red\n", []string{
		"f:3: dial-plan.colour: is not a setting here; remove it, or use one of digit-map, dial-timeout, withhold-prefix"}},
	{"duplicate key", "offhook: 1\nphone:\n  name: a\n  name: b\n", []string{"f:4: phone.name: is given twice, first on line 3; remove one of them"}},
	{"duplicate section in JSON", `{"offhook": 1,
 "phone": {"name": "a"},
 "phone": {"name": "b"}}`, []string{"f:3: phone: is given twice, first on line 2; remove one of them"}},
	{"wrong types", "offhook: 1\nphone:\n  name: [a]\n  call-waiting: 1\n  emergency: 112\nscreen: 5\naudio:\n  volume: {ringer: loud}\n", []string{
		"f:3: phone.name: is a list where text (in \"quotes\") is wanted",
		`f:4: phone.call-waiting: "1" is not true or false`,
		`f:5: phone.emergency: is a whole number where a list is wanted; write it as [a, b] or with one "- " a line`,
		"f:6: screen: is a whole number where a section is wanted; give it settings as key: value",
		`f:8: audio.volume.ringer: "loud" is not a whole number`}},
	{"times need a unit", "offhook: 1\ndial-plan: {dial-timeout: 4}\nprovisioning: {interval: 1d}\n", []string{
		`f:2: dial-plan.dial-timeout: "4" is not a time with a unit, such as 500ms, 4s, 10m or 24h`,
		`f:3: provisioning.interval: "1d" is not a time with a unit, such as 500ms, 4s, 10m or 24h`}},
	{"out of range", "offhook: 1\nscreen: {backlight: 101, backlight-idle: -1}\ndial-plan: {dial-timeout: 1h}\nnetwork: {dscp: {audio: 64}, rtp-ports: 100-200}\n", []string{
		"f:2: screen.backlight: 101 is out of range; use 0 to 100",
		"f:2: screen.backlight-idle: -1 is out of range; use 0 to 100",
		"f:3: dial-plan.dial-timeout: 1h is out of range; use 1s to 30s",
		"f:4: network.dscp.audio: 64 is out of range; use 0 to 63",
		"f:4: network.rtp-ports: 100-200 starts below 1024, where other services live; start at 1024 or above"}},
	{"a number too large for a number", "offhook: 1\nscreen: {backlight: 99999999999999999999}\n", []string{
		`f:2: screen.backlight: "99999999999999999999" is not a whole number`}},
	{"ports", "offhook: 1\nnetwork: {rtp-ports: 5000-5003}\n", []string{"f:2: network.rtp-ports: 5000-5003 holds fewer than 16 ports; widen it"}},
	{"ports backwards", "offhook: 1\nnetwork: {rtp-ports: 6000-5000}\n", []string{"f:2: network.rtp-ports: 6000-5000 holds fewer than 16 ports; widen it"}},
	{"servers", `offhook: 1
accounts:
  - {user: 1, domain: pbx.example, registrar: "a.example,, b.example", proxy: [a.example, "b.example:99999"]}
  - {user: 2, domain: "pbx.example, b.example", registrar: [a.example, {x: y}], proxy: "a.example, A.example"}
`, []string{
		`f:3: accounts[1].registrar: "a.example,, b.example" has a comma too many; give host or host:port, or more of them with one comma between`,
		`f:3: accounts[1].proxy: "b.example:99999" has no valid port; use 1 to 65535`,
		`f:4: accounts[2].domain: "pbx.example, b.example" is not a server; give host or host:port, without sip: in front`,
		"f:4: accounts[2].registrar[1]: is a section where one server is wanted; give host or host:port",
		`f:4: accounts[2].proxy: names "A.example" twice; remove one of them`}},
	{"accounts", `offhook: 1
accounts:
  - user: 1001
  - {user: "10 01", domain: pbx.example, transport: sctp}
  - {user: 1002, domain: "sip:pbx.example", codecs: [pcma, mp3]}
  - {user: 1002, domain: pbx.example:70000}
  -
  - domain: pbx.example
`, []string{
		"f:3: accounts[1001].domain: is missing; add it",
		`f:4: accounts[10 01].user: "10 01" is not a number or user name; give the part before the @ only (RFC 3261 §25.1)`,
		`f:4: accounts[10 01].transport: "sctp" is not known; use one of tls, tcp, udp, auto`,
		`f:5: accounts[1002].domain: "sip:pbx.example" has no valid port; use 1 to 65535`,
		`f:5: accounts[1002].codecs[1]: "mp3" is not known; use one of g722, opus, opus-fullband, pcma, pcmu, l16`,
		`f:6: accounts[3].id: "1002" is the id of accounts[1002] too; give one of them another id`,
		`f:6: accounts[3].domain: "pbx.example:70000" has no valid port; use 1 to 65535`,
		"f:7: accounts[4]: is empty; give it settings or remove it",
		"f:8: accounts[5].user: is missing; add it"}},
	{"where calls go, where the phone stands", `offhook: 1
phone: {do-not-disturb-answer: gone}
accounts:
  - {user: "1001", domain: pbx.example, forward-busy: "1001", forward-after: 1h}
keys:
  - {key: line1, type: park}
emergency: {location: {latitude: north, country: de}}
`, []string{
		`f:2: phone.do-not-disturb-answer: "gone" is not known; use one of busy, unavailable, declined`,
		`f:4: accounts[1001].forward-busy: is the account's own number; name another one`,
		"f:4: accounts[1001].forward-after: 1h is out of range; use 0s to 3m",
		"f:6: keys[line1].value: is missing; a park key needs the number of its place (orbit)",
		"f:7: emergency.location: has one half of a point; give latitude and longitude, or neither",
		`f:7: emergency.location.latitude: "north" is not degrees; use a decimal number between -90 and 90, such as 52.5163`}},
	{"references", `offhook: 1
accounts:
  - {user: 1001, domain: pbx.example, ca: $corp, certificate: $phone, key: x}
keys:
  - {key: line1, account: 1002}
  - {key: line2, type: speed-dial}
  - {key: line2, type: jump}
provisioning:
  check-sync: {accounts: [1003]}
`, []string{
		`f:3: accounts[1001].ca: there is no authority "corp"; add it under tls.authorities`,
		`f:3: accounts[1001].certificate: there is no identity "phone"; add it under tls.identities`,
		"f:3: accounts[1001].key: is not PEM; copy all of it, from -----BEGIN to -----END",
		`f:5: keys[line1].account: there is no account "1002"; name the id of one under accounts`,
		"f:6: keys[line2].value: is missing; a speed-dial key needs the number to call",
		`f:7: keys[2].key: "line2" is there already; give it another name or remove one`,
		`f:7: keys[2].type: "jump" is not known; use one of line, speed-dial, blf, pickup, intercom, voicemail, dnd, forward, park`,
		`f:9: provisioning.check-sync.accounts[0]: there is no account "1003"; name the id of one under accounts`}},
	{"what is watched", "offhook: 1\naccounts:\n  - {user: 1, domain: a.example, blf: [2002, \"2 3\", sip:4@b.example;x=y], blf-list-uri: \"<all>\", publish: all}\n", []string{
		`f:3: accounts[1].blf[1]: "2 3" is not a number, user@host or SIP URI`,
		`f:3: accounts[1].blf-list-uri: "<all>" is not a number, user@host or SIP URI`,
		`f:3: accounts[1].publish: "all" is not known; use one of off, dialog, presence`}},
	{"certificates over a transport without", "offhook: 1\naccounts:\n  - {user: 1, domain: a.example, transport: udp, server-name: a.example}\n", []string{
		"f:3: accounts[1].transport: udp carries no certificate; set transport: tls, or remove ca, certificate and server-name"}},
	{"secrets are not repeated", "offhook: 1\nphone: {name: [hunter2]}\ndoor: {code: 1234}\naccounts:\n  - {user: 1, domain: a.example, password: [hunter2]}\n", []string{
		"f:2: phone.name: is a list where text (in \"quotes\") is wanted",
		"f:3: door.relay: is missing; codes and more relays need the relay of the first door",
		"f:3: door.code: is guessed at once (one digit, or digits in a row); choose another",
		`f:5: accounts[1].password: is a list where text (in "quotes") is wanted`}},
	{"door code", "offhook: 1\ndoor: {relay: strike, code: 12, hold: 2m}\n", []string{
		"f:2: door.code: is not a door code; use 4 to 12 digits",
		"f:2: door.hold: 2m is out of range; use 500ms to 1m"}},
	{"addresses", `offhook: 1
provisioning:
  url: https://user:hunter2@prov.example/x
log: {level: loud}
phone: {time-zone: Europe/Berln, country: Germany, language: English}
`, []string{
		"f:3: provisioning.url: holds a user name or password; give them as username and password instead",
		`f:4: log.level: "loud" is not known; use one of debug, info, warn, error`,
		`f:5: phone.time-zone: "Europe/Berln" is not a time zone; use a name of the tz database, such as Europe/Berlin`,
		`f:5: phone.country: "Germany" is not a country; use its two letters (ISO 3166), such as de`,
		`f:5: phone.language: "English" is not a language; use a tag such as en or de-AT (BCP 47)`}},
	{"macros of a URL", "offhook: 1\nprovisioning: {url: 'https://prov.example/{mad}.yaml'}\n", []string{
		"f:2: provisioning.url: {mad}.yaml is not a macro; use {mac}, {MAC}, {model}, {serial}, {version} or {vendor}"}},
	{"digit map: what the telephone cannot read", "offhook: 1\ndial-plan: {digit-map: ['[9-2]x', '[A-D]x', '[1-3-5]', '[1-3*]x.T']}\n", []string{
		`f:2: dial-plan.digit-map[0]: "[9-2]x" has a set whose range runs backwards (9-2); write the smaller digit first`,
		`f:2: dial-plan.digit-map[1]: "[A-D]x" is not a digit map; use digits, * # +, x for any digit, [2-9] for a set, a dot after what may repeat, T at the end to wait`,
		`f:2: dial-plan.digit-map[2]: "[1-3-5]" is not a digit map; use digits, * # +, x for any digit, [2-9] for a set, a dot after what may repeat, T at the end to wait`}},
	{"digit map", "offhook: 1\ndial-plan: {digit-map: [xxxx, '9[2-', '0x.T']}\n", []string{
		`f:2: dial-plan.digit-map[1]: "9[2-" is not a digit map; use digits, * # +, x for any digit, [2-9] for a set, a dot after what may repeat, T at the end to wait`}},
	{"jitter", "offhook: 1\naudio: {jitter: {min: 400ms, max: 100ms}, ptime: 25ms}\n", []string{
		"f:2: audio.jitter.min: 400ms is more than max, which is 100ms; swap them",
		`f:2: audio.ptime: "25ms" is not known; use one of 10ms, 20ms, 30ms, 40ms, 60ms`}},
	{"not PEM", "offhook: 1\ntls:\n  authorities:\n    - {name: corp, pem: hello}\n    - {pem: x}\n", []string{
		"f:4: tls.authorities[corp].pem: is not PEM; copy all of it, from -----BEGIN to -----END",
		"f:5: tls.authorities[1].name: is missing; add it",
		"f:5: tls.authorities[1].pem: is not PEM; copy all of it, from -----BEGIN to -----END"}},
	{"a line break in a name", "offhook: 1\nphone: {name: \"a\\nb\"}\n", []string{
		"f:2: phone.name: holds a control character or a broken one; write it in UTF-8 on one line"}},
	{"a line break in a password", "offhook: 1\naccounts:\n  - {user: 1, domain: a.example, password: \"a\\r\\nb\"}\n", []string{
		"f:3: accounts[1].password: holds a control character or a broken one; write it in UTF-8 on one line"}},
	{"YAML syntax", "offhook: 1\nphone:\n  name: [a\n", []string{
		"f:2: is not YAML: did not find expected ',' or ']'; check the indentation and the quotes around here"}},
	{"anchors", "offhook: 1\nphone: &p {name: a}\naudio: *p\n", []string{
		"f:2: anchors and aliases (& and *) are not read; write the value out, in quotes if it is text",
		"f:3: anchors and aliases (& and *) are not read; write the value out, in quotes if it is text"}},
	{"tags", "offhook: 1\nphone: {name: !!binary aGk=}\n", []string{"f:2: the tag !!binary is not read; remove it"}},
	{"a second document", "offhook: 1\n---\noffhook: 1\n", []string{"f:2: starts a second document; keep one document in a file"}},
	{"JSON syntax", "{\"offhook\": 1,\n \"phone\": {\"name\": }}", []string{
		"f:2: is not JSON: invalid character '}' looking for beginning of value; check the commas, quotes and brackets around here"}},
	{"JSON cut short", "{\"offhook\": 1,\n", []string{
		"f:2: is not JSON: it ends too early; check the commas, quotes and brackets around here"}},
	{"JSON with more after it", "{\"offhook\": 1}\n{}", []string{"f:2: something follows the end of the document; remove it"}},
	{"not text", "offhook: 1\nphone: \xff\n", []string{"f:2: byte 19 is not text in UTF-8; save the file as UTF-8"}},
	{"a NUL", "offhook: 1\n\x00", []string{"f:2: byte 12 is not text in UTF-8; save the file as UTF-8"}},
	{"too deep", `{"offhook": 1, "phone": ` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}", []string{
		"f:1: is nested deeper than any setting; check the brackets"}},
}

func TestParse_tells_every_fault(t *testing.T) {
	for _, c := range faultCases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.document), "f")
			got := []string{}
			for _, f := range provisioning.Faults(err) {
				got = append(got, f.Error())
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Error("a fault shows a secret")
			}
		})
	}
}

func TestParse_bounds_what_a_hostile_file_costs(t *testing.T) {
	_, err := Parse([]byte("offhook: 1\n"+strings.Repeat("x", 2<<20)), "f")
	if len(provisioning.Faults(err)) != 1 {
		t.Errorf("too large: %v", err)
	}
	_, err = Parse([]byte("offhook: 1\naccounts: ["+strings.Repeat("{}, ", 1000)+"]\n"), "f")
	if n := len(provisioning.Faults(err)); n != 101 {
		t.Errorf("%d faults, want 100 and one that says there are more", n)
	}
	_, err = Parse([]byte("offhook: 1\naccounts: ["+strings.Repeat("{}, ", 5000)+"]\n"), "f")
	if err == nil || err.Error() != "f:2: accounts: has 5000 entries, more than the 1000 that a list may have; remove what is not for this phone" {
		t.Errorf("too many entries: %v", err)
	}
	_, err = Parse([]byte(strings.Repeat("[", 20000)), "f")
	if len(provisioning.Faults(err)) == 0 {
		t.Error("brackets without end: no fault")
	}
}
