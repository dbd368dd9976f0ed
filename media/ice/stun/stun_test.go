package stun

import (
	"bytes"
	"net"
	"net/netip"
	"testing"

	pion "github.com/pion/stun/v3"
)

var four, six = netip.MustParseAddrPort("192.0.2.1:32853"), netip.MustParseAddrPort("[2001:db8:1234:5678:11:2233:4455:6677]:32853")

// What we write is read by another implementation, bit by bit.
func TestMessage_as_others_read_it(t *testing.T) {
	m := New(Binding|Request).PutText(Username, "user:name").Put32(Priority, 0x6e0001ff).Put64(ICEControlling, 7).Put(UseCandidate, nil).
		PutAddress(XORMappedAddress, four).PutAddress(XORPeerAddress, six).PutError(487).Sign(ShortTerm("password"))
	got := new(pion.Message)
	if err := pion.Decode(m.Seal(), got); err != nil {
		t.Fatal(err)
	}
	var name pion.Username
	var address pion.XORMappedAddress
	var code pion.ErrorCodeAttribute
	if err := got.Parse(&name, &address, &code); err != nil || name.String() != "user:name" || !address.IP.Equal(net.IP(four.Addr().AsSlice())) || address.Port != int(four.Port()) || code.Code != 487 {
		t.Errorf("%v: %v %v %v", err, name, address, code)
	}
	if err := address.GetFromAs(got, pion.AttrXORPeerAddress); err != nil || !address.IP.Equal(net.IP(six.Addr().AsSlice())) {
		t.Error(err, address)
	}
	if err := pion.NewShortTermIntegrity("password").Check(got); err != nil {
		t.Error(err)
	}
	if err := pion.Fingerprint.Check(got); err != nil {
		t.Error(err)
	}
	if got.Type != pion.BindingRequest || got.TransactionID != m.ID {
		t.Error(got)
	}
	if !bytes.Equal(LongTerm("u", "r", "p"), pion.NewLongTermIntegrity("u", "r", "p")) {
		t.Error("another key")
	}
}

// What others write is read here.
func TestParse(t *testing.T) {
	good := func(more ...pion.Setter) []byte {
		list := append([]pion.Setter{pion.TransactionID, pion.NewType(pion.MethodChannelBind, pion.ClassErrorResponse), pion.NewRealm("there"),
			&pion.XORMappedAddress{IP: six.Addr().AsSlice(), Port: int(six.Port())}, pion.CodeStaleNonce,
			&pion.AlternateServer{IP: four.Addr().AsSlice(), Port: int(four.Port())}, pion.NewShortTermIntegrity("p")}, more...)
		return pion.MustBuild(list...).Raw
	}
	m, ok := Parse(good(pion.NewNonce("behind"), pion.Fingerprint))
	if !ok {
		t.Fatal("not read")
	}
	code, reason := m.Code()
	if m.Type.Method() != ChannelBind || m.Type.Class() != Error || m.Text(Realm) != "there" || m.Address(XORMappedAddress) != six || m.Plain(AlternateServer) != four || code != 438 || reason == "" {
		t.Errorf("%+v", m)
	}
	if m.Has(Nonce) || !m.Has(Fingerprint) || !m.Verify(ShortTerm("p")) || m.Verify(ShortTerm("q")) {
		t.Error("signature")
	}
	if list := m.Strange(Realm, XORMappedAddress, MessageIntegrity); !bytes.Equal(list, []byte{0, 9}) {
		t.Errorf("%x", list)
	}
	for name, spoil := range map[string]func([]byte) []byte{
		"a wrong fingerprint":           func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"cut short":                     func(b []byte) []byte { return b[:len(b)-4] },
		"another cookie":                func(b []byte) []byte { b[4] ^= 1; return b },
		"something after a fingerprint": func(b []byte) []byte { b[3] += 4; return append(b, 0, 1, 0, 0) },
		"an attribute past the end":     func(b []byte) []byte { b[23] = 255; return b },
		"RTP":                           func(b []byte) []byte { b[0] = 0x80; return b },
		"nothing":                       func([]byte) []byte { return nil },
	} {
		if _, ok := Parse(spoil(good(pion.Fingerprint))); ok {
			t.Errorf("%s is read", name)
		}
	}
	unsigned, ok := Parse(New(Binding | Request).Seal())
	if !ok || unsigned.Verify(nil) {
		t.Error("what is not signed is believed")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(New(Binding|Request).PutText(Username, "a:b").Sign([]byte("p")).Seal())
	f.Add([]byte("\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl"))
	f.Fuzz(func(t *testing.T, packet []byte) {
		m, ok := Parse(packet)
		if !ok {
			return
		}
		theirs := pion.New()
		theirs.Raw = append(theirs.Raw[:0], packet...)
		if err := theirs.Decode(); err != nil {
			t.Fatalf("they do not read it: %v", err)
		}
		if m.Verify([]byte("p")) && pion.NewShortTermIntegrity("p").Check(theirs) != nil {
			t.Error("they do not believe it")
		}
		_, _ = m.Code()
		_, _, _ = m.Address(XORMappedAddress), m.Plain(AlternateServer), m.Strange()
	})
}
