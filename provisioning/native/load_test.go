package native

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"offhook/provisioning"
)

func TestLoadAgentConfig_reads_the_files_it_names(t *testing.T) {
	dir := t.TempDir()
	certificate, key := pair(t)
	write(t, dir, "ca.pem", certificate)
	write(t, dir, "phone.key", key)
	write(t, dir, "local.yaml", "offhook: 1\nphone: {name: Gate}\n")
	path := write(t, dir, "offhook.yaml", `agent: 1
board: workbench
provisioning:
  url: https://prov.example/{mac}
  ca: ca.pem
  certificate: `+filepath.Join(dir, "ca.pem")+`
  key: phone.key
config: local.yaml
`)
	config, err := LoadAgentConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	access := config.Access()
	if access.CA != certificate || access.Certificate != certificate || access.Key.Reveal() != key || access.AllowHTTP {
		t.Errorf("access %v", access)
	}
	if config.Base().Phone.Name != "Gate" || config.State != "/var/lib/offhook" || config.Board != "workbench" {
		t.Errorf("config %+v", config)
	}
}

func TestLoadAgentConfig_tells_every_fault(t *testing.T) {
	certificate, _ := pair(t)
	_, other := pair(t)
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"plain http that is not allowed", "agent: 1\nprovisioning:\n  url: http://prov.example/\n  static: ['https://a.example/', 'HTTP://b.example/']\n", []string{
			`3: provisioning.url: is plain http, which is not fetched; use https, or set provisioning.allow-http`,
			`4: provisioning.static[1]: is plain http, which is not fetched; use https, or set provisioning.allow-http`,
		}},
		{"the schema", "agent: 1\nboards: x\nprovisioning: {order: [pinned, dhpc, 'static:go'], url: prov.example}\ndevice: {mac: 12}\nlog: {level: loud}\n", []string{
			"2: boards: is not a setting here; did you mean board?",
			`3: provisioning.order[1]: "dhpc" is not a step; use one of pinned, document, dhcp, pnp, dns, static, redirect, cached`,
			`3: provisioning.order[2]: "go" is neither stop nor proceed; write static:stop or static:proceed`,
			`3: provisioning.url: names no host; write it as https://host/path`,
			`4: device.mac: "12" is not a MAC address; write it as 02:00:5e:10:00:01`,
			`5: log.level: "loud" is not known; use one of debug, info, warn, error`}},
		{"files that are not there", "agent: 1\nprovisioning:\n  ca: no.pem\nconfig: no.yaml\n", []string{
			"3: provisioning.ca: there is no file DIR/no.pem; put it there or mend the name",
			"4: config: there is no file DIR/no.yaml; put it there or mend the name"}},
		{"a file that is something else", "agent: 1\nprovisioning: {ca: offhook.yaml}\n", []string{
			"2: provisioning.ca: the file offhook.yaml is not PEM; it must start with -----BEGIN"}},
		{"half a pair", "agent: 1\nprovisioning:\n  certificate: offhook.yaml\n", []string{
			"3: provisioning.key: is missing; a certificate needs its key"}},
		{"a strange pair", "agent: 1\nprovisioning:\n  certificate: |\n    " + indent(certificate, 4) + "\n  key: |\n    " + indent(other, 4) + "\n", []string{
			strconv.Itoa(4+strings.Count(certificate, "\n")) + ": provisioning.key: does not belong to the certificate; give the key that it was made with"}},
		{"an inline document", "agent: 1\nconfig:\n  phone: {nam: Gate}\n  accounts:\n    - {user: 1001}\n", []string{
			"3: config.phone.nam: is not a setting here; did you mean name?",
			"5: config.accounts[1001].domain: is missing; add it"}},
		{"a document of another version", "agent: 1\nconfig: {offhook: 7, x: y}\n", []string{
			`2: config.offhook: is version "7", and this program reads version 1; write the document for that version or update the program`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := write(t, dir, "offhook.yaml", c.text)
			_, err := LoadAgentConfig(path)
			var got []string
			for _, f := range provisioning.Faults(err) {
				text := strings.TrimPrefix(f.Error(), path+":")
				got = append(got, strings.ReplaceAll(text, dir, "DIR"))
			}
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestLoadAgentConfig_inline_document(t *testing.T) {
	path := write(t, t.TempDir(), "offhook.yaml", "agent: 1\nconfig:\n  accounts:\n    - {user: 1001, domain: pbx.example}\n")
	config, err := LoadAgentConfig(path)
	if err != nil {
		t.Fatal(err)
	}
	base := config.Base()
	if len(base.Accounts) != 1 || base.Accounts[0].ID != "1001" || base.Phone.TimeZone != "UTC" {
		t.Errorf("base %v", base)
	}
	if at, ok := base.Origin("accounts[1001].user"); !ok || at.Line != 4 {
		t.Errorf("origin %v", at)
	}
}

func TestLoadAgentConfig_without_a_file(t *testing.T) {
	config, err := LoadAgentConfig(filepath.Join(t.TempDir(), "offhook.yaml"))
	if !errors.Is(err, fs.ErrNotExist) || config.State == "" {
		t.Errorf("%v %v", config, err)
	}
}
