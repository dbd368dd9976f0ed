package app

import (
	"testing"

	"offhook/provisioning"
	"offhook/ua"
)

// What is this telephone's alone goes to the server of its configuration, and to no
// other that a document may name.
func TestAccessOf(t *testing.T) {
	doc := provisioning.Default()
	doc.Provisioning.Username, doc.Provisioning.Password = "phone", ua.NewSecret("secret")
	own := provisioning.Access{CA: "the installer's", Proxy: "http://proxy:3128"}
	for _, c := range []struct {
		arrow, url, from string
		named            bool
	}{
		{"the same server -> named", "https://prov.example/offhook", "https://prov.example/1.yaml", true},
		{"another server -> not", "https://cdn.example/offhook", "https://prov.example/1.yaml", false},
		{"another port -> not", "https://prov.example:8443/offhook", "https://prov.example/1.yaml", false},
		{"in the clear -> not", "http://prov.example/offhook", "https://prov.example/1.yaml", false},
		{"no server has configured it -> not", "https://prov.example/offhook", "", false},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got := accessOf(c.url, c.from, doc, own)
			if (got.Username != "") != c.named || got.Password.IsZero() == c.named {
				t.Errorf("%+v", got)
			}
			if got.CA != own.CA || got.Proxy != own.Proxy || !got.AllowHTTP {
				t.Errorf("%+v", got)
			}
		})
	}
}
