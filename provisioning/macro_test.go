package provisioning

import (
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	d := Device{MAC: "02:00:5E:10:00:01", Model: "pi zero", Serial: "S/1", Version: "1.2"}
	for _, c := range []struct{ in, want string }{
		{"https://p.example/{mac}.yaml", "https://p.example/02005e100001.yaml"},
		{"{MAC} {model} {serial} {version} {vendor}", "02005E100001 pi%20zero S%2F1 1.2 offhook"},
		{"/spa$PSN.cfg?m=$MA", "/spapi%20zero.cfg?m=02005e100001"},
		{"$mac $MAU $MAC $SN $SERIAL $SWVER $PN", "02005e100001 02005E100001 02:00:5e:10:00:01 S%2F1 S%2F1 1.2 pi%20zero"},
		{"${MA}xml", "02005e100001xml"},
		{"cost$$5", "cost$5"},
		{"no macro", "no macro"},
		{"{what}", "error: {what} is not a macro; use {mac}, {MAC}, {model}, {serial}, {version} or {vendor}"},
		{"{mac", "error: {mac is not a macro; use {mac}, {MAC}, {model}, {serial}, {version} or {vendor}"},
		{"/$MAXX", "error: $MAXX is not a macro; use $mac, $MA, $MAU, $MAC, $PN, $PSN, $SN, $SERIAL or $SWVER, or write $$ for a dollar"},
		{"${MA", "error: ${MA is not a macro; use $mac, $MA, $MAU, $MAC, $PN, $PSN, $SN, $SERIAL or $SWVER, or write $$ for a dollar"},
		{"$", "error: $ is not a macro; use $mac, $MA, $MAU, $MAC, $PN, $PSN, $SN, $SERIAL or $SWVER, or write $$ for a dollar"},
	} {
		got, err := d.Expand(c.in)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != c.want {
			t.Errorf("%s -> %s, want %s", c.in, got, c.want)
		}
	}
}

func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"{mac}", "$MA", "${PN}$$", "{", "$"} {
		f.Add(seed)
	}
	d := Device{MAC: "02:00:5e:10:00:01"}
	f.Fuzz(func(t *testing.T, s string) {
		out, err := d.Expand(s)
		if err == nil && !strings.ContainsAny(s, "{$") && out != s {
			t.Errorf("%q became %q", s, out)
		}
	})
}
