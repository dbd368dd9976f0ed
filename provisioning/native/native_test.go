package native

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/provisioning"
	"offhook/ua"
)

// pair makes a certificate and its key.
func pair(t testing.TB) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", pkcs8)
}

func indent(text string, by int) string {
	return strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+strings.Repeat(" ", by))
}

// full gives every section something to say.
func full(t testing.TB) string {
	certificate, key := pair(t)
	return `offhook: 1
phone: {name: "Désk \"1\"", time-zone: Europe/Berlin, country: de, emergency: ["112"], call-waiting: false, auto-answer: intercom}
dial-plan: {digit-map: [xxxx, "9xxxxxxx", "0x.T", "[2-8]xx", "112"], dial-timeout: 3s}
screen: {backlight: 0, timeout: 2m}
accounts:
  - {user: 007, domain: pbx.example, password: 0123456, ca: $corp, certificate: $phone, codecs: [g722, pcma]}
  - {id: home, user: anna, domain: "home.example:5070", transport: udp, keep-alive: 0s, register: false}
tls:
  authorities:
    - name: corp
      pem: |
        ` + indent(certificate, 8) + `
  identities:
    - name: phone
      certificate: |
        ` + indent(certificate, 8) + `
      key: |
        ` + indent(key, 8) + `
provisioning:
  url: https://prov.example/{mac}.yaml
  interval: 1h
  username: phone
  password: "it's: #secret"
  check-sync: {accounts: [home], allow-reboot: false}
keys:
  - {key: line1, type: speed-dial, value: "1002", label: "Ünal"}
audio: {volume: {ringer: 0}, ptime: 30ms, jitter: {max: 500ms}}
network: {rtp-ports: 20000-20999}
log: {level: warn}
door: {relay: strike, code: "2580"}
`
}

func parse(t testing.TB, data string) provisioning.Document {
	t.Helper()
	doc, err := Parse([]byte(data), "full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestParse_reads_every_section(t *testing.T) {
	doc := parse(t, full(t))
	for _, c := range [][2]any{
		{doc.Phone.Name, `Désk "1"`}, {doc.Phone.CallWaiting, false}, {doc.Screen.Backlight, 0},
		{doc.Screen.BacklightIdle, 10}, {doc.DialPlan.DialTimeout, 3 * time.Second},
		{doc.Accounts[0].User, "007"}, {doc.Accounts[0].ID, "007"}, {doc.Accounts[0].Password.Reveal(), "0123456"},
		{doc.Accounts[0].SRTP, provisioning.SRTPMandatory}, {doc.Accounts[1].SRTP, provisioning.SRTPOptional},
		{doc.Accounts[1].Transport, ua.UDP}, {doc.Network.RTPPorts.High, uint16(20999)},
		{doc.Audio.PTime, 30 * time.Millisecond}, {doc.Door.Hold, 3 * time.Second},
	} {
		if c[0] != c[1] {
			t.Errorf("got %v, want %v", c[0], c[1])
		}
	}
}

func TestMarshal_is_read_back_the_same(t *testing.T) {
	doc := parse(t, full(t))
	data, err := Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	again := parse(t, string(data))
	if changes := provisioning.Diff(doc, again); len(changes) > 0 {
		t.Errorf("changed by writing and reading: %v\n%s", changes, data)
	}
	if second, _ := Marshal(again); string(second) != string(data) {
		t.Errorf("not canonical:\n%s\n%s", data, second)
	}
}

func TestMarshalRedacted_shows_no_secret(t *testing.T) {
	doc := parse(t, full(t))
	data, err := MarshalRedacted(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"0123456", "it's", "2580", "horse", "PRIVATE KEY"} {
		if strings.Contains(string(data), secret) {
			t.Errorf("%q shows in\n%s", secret, data)
		}
	}
	if !strings.Contains(string(data), "'***'") {
		t.Errorf("nothing stands for the secrets:\n%s", data)
	}
}

// plain turns a tree into what encoding/json writes.
func plain(n *provisioning.Node) any {
	switch n.Kind {
	case provisioning.Map:
		out := map[string]any{}
		for _, f := range n.Fields {
			out[f.Key] = plain(f.Value)
		}
		return out
	case provisioning.List:
		out := []any{}
		for _, item := range n.Items {
			out = append(out, plain(item))
		}
		return out
	case provisioning.Bool:
		return n.Value == "true"
	case provisioning.Int:
		return json.Number(n.Value)
	}
	return n.Value
}

func TestParse_reads_JSON_as_YAML(t *testing.T) {
	doc := parse(t, full(t))
	data, err := json.MarshalIndent(plain(doc.Tree(true)), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	again := parse(t, "\xEF\xBB\xBF \n"+string(data))
	if changes := provisioning.Diff(doc, again); len(changes) > 0 {
		t.Errorf("JSON means something else: %v\n%s", changes, data)
	}
	surrogates := parse(t, `{"offhook": 1, "phone": {"name": "\ud83d\ude00\/"}}`)
	if surrogates.Phone.Name != "😀/" {
		t.Errorf("name %q", surrogates.Phone.Name)
	}
}

func TestTree_places_of_JSON(t *testing.T) {
	root, err := Tree([]byte("{\n  \"offhook\": 1,\n  \"phone\":\n    {\"emergency\": [\"a\",\n \"b\"]}}"), "f")
	if err != nil {
		t.Fatal(err)
	}
	phone := root.Fields[1]
	second := phone.Value.Fields[0].Value.Items[1]
	got := []int{root.Line, root.Column, phone.Line, phone.Column, phone.Value.Line, phone.Value.Column, second.Line, second.Column}
	if want := []int{1, 1, 3, 3, 4, 5, 5, 2}; !cmp.Equal(got, want) {
		t.Errorf("places %v, want %v", got, want)
	}
}

func TestOver_lays_a_document_over_a_base(t *testing.T) {
	base := parse(t, "offhook: 1\nphone: {name: Local, country: de}\naccounts: [{user: 1, domain: a.example}]\n")
	doc, err := Over(base)([]byte("offhook: 1\nphone: {name: Far}\n"), "far.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if doc.Phone.Name != "Far" || doc.Phone.Country != "de" || len(doc.Accounts) != 1 {
		t.Errorf("name %q, country %q, %d accounts", doc.Phone.Name, doc.Phone.Country, len(doc.Accounts))
	}
	for path, want := range map[string]string{
		"phone.name": "far.yaml:2", "phone.country": "full.yaml:2", "accounts[1].user": "full.yaml:3", "audio.ptime": "default",
	} {
		if got := doc.Explain(path); len(got) != 1 || got[0].Where() != want {
			t.Errorf("%s: %v, want from %s", path, got, want)
		}
	}
	if again, _ := base.Origin("phone.name"); again.File != "full.yaml" {
		t.Error("the base was changed")
	}
	doc, err = Over(base)([]byte("offhook: 1\naccounts: [{user: 2, domain: a.example}]\n"), "far.yaml")
	if err != nil || len(doc.Accounts) != 1 || doc.Accounts[0].User != "2" || base.Accounts[0].User != "1" {
		t.Errorf("a list replaces the list: %v %v", doc.Accounts, err)
	}
}

func TestSniff(t *testing.T) {
	for text, want := range map[string]Kind{
		"offhook: 1\n": KindDocument, `{"offhook": 1}`: KindDocument, "agent: 1\n": KindAgent,
		"offhook: [\n": KindDocument, `{"agent": `: KindAgent,
		"offhook-board: 1\n": KindUnknown, "": KindUnknown, "[": KindUnknown,
	} {
		if got := Sniff([]byte(text)); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full(f)))
	for _, c := range faultCases {
		f.Add([]byte(c.document))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := Parse(data, "f")
		if err != nil {
			if len(provisioning.Faults(err)) == 0 {
				t.Fatalf("an error that is no fault: %v", err)
			}
			return
		}
		out, err := Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(out, "f")
		if err != nil {
			t.Fatalf("what we write we cannot read: %v\n%s", err, out)
		}
		if changes := provisioning.Diff(doc, again); len(changes) > 0 {
			t.Fatalf("changed by writing and reading: %v\n%s", changes, out)
		}
	})
}

func FuzzParseAgentConfig(f *testing.F) {
	f.Add([]byte("agent: 1\nconfig: {accounts: [{user: 1, domain: a.example}]}\n"))
	f.Add([]byte(`{"agent": 1, "config": "x.yaml", "provisioning": {"order": ["pinned:stop"]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ParseAgentConfig(data, "f"); err != nil && len(provisioning.Faults(err)) == 0 {
			t.Fatalf("an error that is no fault: %v", err)
		}
	})
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestServers_as_a_list_or_with_commas(t *testing.T) {
	for _, text := range []string{`"a.example:5061, b.example"`, `[a.example:5061, b.example]`, `"a.example:5061,b.example"`} {
		doc, err := Parse([]byte("offhook: 1\naccounts:\n  - {user: 1, domain: pbx.example, registrar: "+text+", proxy: "+text+"}\n"), "f")
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range []string{doc.SIPAccounts()[0].Registrar, doc.SIPAccounts()[0].Proxy} {
			if strings.ReplaceAll(got, " ", "") != "a.example:5061,b.example" {
				t.Errorf("%s: %q", text, got)
			}
		}
	}
}
