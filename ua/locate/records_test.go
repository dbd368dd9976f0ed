package locate

import (
	"fmt"
	"path/filepath"
	"testing"
)

func TestNAPTR_and_SRV_of_any_service(t *testing.T) {
	d := newFakeDNS(t,
		`lan.example 60 NAPTR 20 10 "u" "SFUA.CFG" "!.*!https://b.example/!" none.example`,
		`lan.example 60 NAPTR 10 20 "u" "SFUA.CFG" "!.*!https://a.example/!" none.example`,
		"_x._tcp.lan.example 60 SRV 20 0 443 second.example",
		"_x._tcp.lan.example 60 SRV 10 0 8443 first.example")
	conf := filepath.Join(t.TempDir(), "resolv.conf")
	write(t, conf, "search lan.example other.example\n")
	r, _ := newResolver(t, func(c *Config) { c.ResolvConf = conf }, d.address)
	naptr, err := r.NAPTR(t.Context(), "lan.example")
	if err != nil || len(naptr) != 2 || naptr[0].Regexp != "!.*!https://a.example/!" {
		t.Errorf("%+v %v", naptr, err)
	}
	srv, err := r.SRV(t.Context(), "_x._tcp.lan.example")
	if err != nil || fmt.Sprint(srv) != "[{10 0 8443 first.example} {20 0 443 second.example}]" {
		t.Errorf("%v %v", srv, err)
	}
	if none, err := r.SRV(t.Context(), "_y._tcp.lan.example"); err != nil || len(none) != 0 {
		t.Errorf("a name without records: %v %v", none, err)
	}
	if got := fmt.Sprint(r.Domains()); got != "[lan.example other.example]" {
		t.Error(got)
	}
}
