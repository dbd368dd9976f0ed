package agent

import (
	"strings"
	"testing"

	"offhook/ua/wire"
)

func FuzzFieldValues(f *testing.F) {
	f.Add(`dialog;call-id="a@b";to-tag=1;from-tag=2;include-session-description;id=7`)
	f.Add("SIP/2.0/TLS alice.example:5071;branch=z9hG4bK1;alias")
	f.Add("sip:tgruu.7hs@pbx.example;gr")
	f.Add("v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\nk=clear:x\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		if filter, ok := dialogFilterOf(text); ok && hasControl(filter.event("dialog")) {
			t.Errorf("an Event that ends its line: %q", filter.event("dialog"))
		}
		if gruu := validGRUU(text); hasControl(gruu) || strings.ContainsAny(gruu, " <>\"") {
			t.Errorf("a GRUU that no Contact can have: %q", gruu)
		}
		if alias, ok := aliasOf(&wire.Message{Fields: []wire.Field{{Name: "Via", Value: text}}}); ok && alias.port == 0 {
			t.Errorf("%+v", alias)
		}
		if strings.Contains(strings.ToLower(withoutKeys([]byte(text))), "\na=crypto:") {
			t.Error("a key is left")
		}
	})
}
