package registration

import "testing"

func FuzzSameContact(f *testing.F) {
	f.Add("sip:1001@[::1]:5060;transport=tls?x=y", "<sips:a@b>")
	f.Fuzz(func(t *testing.T, a, b string) {
		if !sameContact(a, a) {
			t.Error("a URI is not itself")
		}
		if sameContact(a, b) != sameContact(b, a) {
			t.Error("not symmetric")
		}
	})
}
