package countermode

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// RFC 3711 §B.3.
func TestDerive(t *testing.T) {
	prf, err := aes.NewCipher(unhex(t, "E1F97A0D3E018BE0D64FA32C06DE4139"))
	if err != nil {
		t.Fatal(err)
	}
	salt := unhex(t, "0EC675AD498AFEEBB6960B3AABE6")
	for label, want := range map[byte]string{
		labelEncryption:     "C61E7A93744F39EE10734AFE3FF7A087",
		labelSalt:           "30CBBC08863D8C85D49DB34A9AE1",
		labelAuthentication: "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4",
	} {
		if got := derive(prf, salt, label, len(want)/2); !bytes.Equal(got, unhex(t, want)) {
			t.Errorf("label %d: %X", label, got)
		}
	}
}

// RFC 3711 §B.2: the key stream of SSRC 0 and index 0 under given session keys.
func TestContext_key_stream(t *testing.T) {
	block, err := aes.NewCipher(unhex(t, "2B7E151628AED2A6ABF7158809CF4F3C"))
	if err != nil {
		t.Fatal(err)
	}
	c := &Context{block: block, salt: [14]byte(unhex(t, "F0F1F2F3F4F5F6F7F8F9FAFBFCFD"))}
	var stream [48]byte
	if err := c.add(stream[:], make([]byte, 48), 0, 0); err != nil {
		t.Fatal(err)
	}
	want := "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB41E95B3BB0A2E8DD477901E4FCA894C0"
	if got := fmt.Sprintf("%X", stream[:]); got != want {
		t.Errorf("%s", got)
	}
}

type profileCase struct {
	profile   srtp.ProtectionProfile
	key, size int
	mki       string
}

func profileCases() []profileCase {
	return []profileCase{
		{srtp.ProtectionProfileAes128CmHmacSha1_80, 16, 10, ""},
		{srtp.ProtectionProfileAes128CmHmacSha1_32, 16, 4, ""},
		{srtp.ProtectionProfileAes256CmHmacSha1_80, 32, 10, ""},
		{srtp.ProtectionProfileAes128CmHmacSha1_80, 16, 10, "\x01\x02"},
	}
}

func (p profileCase) String() string { return fmt.Sprintf("%v mki %x", p.profile, p.mki) }

// both are ours and another implementation with the same keys.
func (p profileCase) both(t testing.TB, seed uint64) (ours *Context, theirs *srtp.Context) {
	t.Helper()
	rng := rand.NewChaCha8([32]byte{byte(seed), byte(p.key), byte(p.size)})
	master, salt := make([]byte, p.key), make([]byte, 14)
	_, _ = rng.Read(master)
	_, _ = rng.Read(salt)
	ours, err := New(master, salt, []byte(p.mki), p.size)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err = srtp.CreateContext(master, salt, p.profile, srtp.SRTPReplayProtection(Window), srtp.MasterKeyIndicator([]byte(p.mki)))
	if err != nil {
		t.Fatal(err)
	}
	return ours, theirs
}

// packets are of two sources, of any size, with extensions and contributors, in
// some disorder, around roll-overs.
func packets(t testing.TB, seed uint64, n int) (all [][]byte) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	sequence := [2]uint16{uint16(65000 + rng.IntN(500)), uint16(rng.IntN(1000))}
	for range n {
		k := rng.IntN(2)
		sequence[k] += uint16(1 + rng.IntN(40))
		p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 9, SequenceNumber: sequence[k], Timestamp: rng.Uint32(), SSRC: uint32(7 + k)}}
		if rng.IntN(4) == 0 {
			p.CSRC = []uint32{1, 2}
			if err := p.SetExtension(1, []byte{1, 2, 3}); err != nil {
				t.Fatal(err)
			}
		}
		p.Payload = make([]byte, rng.IntN(1400))
		for i := range p.Payload {
			p.Payload[i] = byte(rng.Uint32())
		}
		raw, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, raw)
	}
	return all
}

// What we protect is what another implementation does, octet by octet, and what
// either protects the other unprotects.
func TestContext_agrees(t *testing.T) {
	for _, p := range profileCases() {
		t.Run(p.String(), func(t *testing.T) {
			sending, oracle := p.both(t, 1)
			receiving, other := p.both(t, 1)
			var header rtp.Header
			wire, back := make([]byte, 0, 1600), make([]byte, 0, 1600)
			for i, plain := range packets(t, 2, 3000) {
				got, err := sending.EncryptRTP(wire, plain, &header)
				want, errTheirs := oracle.EncryptRTP(nil, plain, nil)
				if err != nil || errTheirs != nil || !bytes.Equal(got, want) {
					t.Fatalf("packet %d: %v, %v\n%x\n%x", i, err, errTheirs, got, want)
				}
				roc, _ := sending.ROC(header.SSRC)
				if theirs, _ := oracle.ROC(header.SSRC); roc != theirs {
					t.Fatalf("packet %d: roll-over counter %d, theirs %d", i, roc, theirs)
				}
				if got, err = receiving.DecryptRTP(back, want, &header); err != nil || !bytes.Equal(got, plain) {
					t.Fatalf("packet %d: %v\n%x\n%x", i, err, got, plain)
				}
				if _, err := other.DecryptRTP(nil, want, nil); err != nil {
					t.Fatalf("packet %d: %v", i, err)
				}
			}
			if roc, _ := sending.ROC(7); roc == 0 {
				t.Error("no roll-over was in it")
			}
		})
	}
}

// Late and repeated packets are judged as another implementation judges them.
func TestContext_disorder(t *testing.T) {
	p := profileCases()[0]
	sending, _ := p.both(t, 3)
	receiving, other := p.both(t, 3)
	rng := rand.New(rand.NewPCG(5, 5))
	var sent [][]byte
	for _, plain := range packets(t, 4, 4000) {
		packet, err := sending.EncryptRTP(nil, plain, &rtp.Header{})
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, packet)
	}
	refused := 0
	for i := range sent {
		k := min(max(0, i+rng.IntN(24)-12), len(sent)-1)
		_, err := receiving.DecryptRTP(nil, sent[k], &rtp.Header{})
		_, theirs := other.DecryptRTP(nil, sent[k], nil)
		if (err == nil) != (theirs == nil) {
			t.Fatalf("packet %d after %d: %v, theirs: %v", k, i, err, theirs)
		}
		if err != nil {
			refused++
		}
	}
	if refused == 0 || refused > len(sent)*3/4 {
		t.Errorf("%d of %d refused", refused, len(sent))
	}
}

func TestContext_refuses(t *testing.T) {
	p := profileCases()[3]
	sending, _ := p.both(t, 6)
	receiving, _ := p.both(t, 6)
	header := rtp.Header{Version: 2, SequenceNumber: 1, SSRC: 9}
	raw, err := (&rtp.Packet{Header: header, Payload: make([]byte, 40)}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	packet, err := sending.EncryptRTP(nil, raw, &header)
	if err != nil {
		t.Fatal(err)
	}
	for i := range packet {
		for bit := range 8 {
			bad := bytes.Clone(packet)
			bad[i] ^= 1 << bit
			if plain, err := receiving.DecryptRTP(nil, bad, &header); err == nil {
				t.Fatalf("octet %d, bit %d changed: %x", i, bit, plain)
			}
		}
	}
	for n := range packet {
		if _, err := receiving.DecryptRTP(nil, packet[:n], &header); err == nil {
			t.Fatalf("cut to %d octets it is taken", n)
		}
	}
	if len(receiving.sources) != 0 {
		t.Errorf("%d sources of packets that were not authentic", len(receiving.sources))
	}
	if _, err := receiving.DecryptRTP(nil, packet, &header); err != nil {
		t.Errorf("the packet itself: %v", err)
	}
	if _, err := receiving.DecryptRTP(nil, packet, &header); !errors.Is(err, ErrReplayed) {
		t.Errorf("the packet again: %v", err)
	}
	sending.SetROC(9, 1<<32-1)
	header.SequenceNumber = 65535
	if raw, err = header.Marshal(); err == nil {
		_, err = sending.EncryptRTP(nil, raw, &header)
	}
	if err != nil {
		t.Errorf("the last packet: %v", err)
	}
	header.SequenceNumber = 0
	if raw, err = header.Marshal(); err == nil {
		_, err = sending.EncryptRTP(nil, raw, &header)
	}
	if !errors.Is(err, ErrSpent) {
		t.Errorf("one more than the last: %v", err)
	}
}

func TestContext_allocates_nothing(t *testing.T) {
	p := profileCases()[0]
	sending, _ := p.both(t, 7)
	receiving, _ := p.both(t, 7)
	var plain, wire, back [1500]byte
	var header rtp.Header
	sequence := uint16(0)
	round := func() {
		sequence++
		h := rtp.Header{Version: 2, SequenceNumber: sequence, SSRC: 9}
		n, _ := h.MarshalTo(plain[:])
		packet, err := sending.EncryptRTP(wire[:0], plain[:n+160], &header)
		if err == nil {
			_, err = receiving.DecryptRTP(back[:0], packet, &header)
		}
		if err != nil {
			t.Fatal(err)
		}
		packet[11]++ // another source, not authentic
		if _, err := receiving.DecryptRTP(back[:0], packet, &header); err == nil {
			t.Fatal("a packet that is not authentic is taken")
		}
	}
	round()
	if got := testing.AllocsPerRun(1000, round); got > 0 {
		t.Errorf("%v allocations", got)
	}
}

func FuzzContext(f *testing.F) {
	p := profileCases()[0]
	sending, _ := p.both(f, 8)
	for _, plain := range packets(f, 9, 5) {
		packet, err := sending.EncryptRTP(nil, plain, &rtp.Header{})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(packet)
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		ours, theirs := p.both(t, 8)
		plain, err := ours.DecryptRTP(nil, packet, &rtp.Header{})
		want, errTheirs := theirs.DecryptRTP(nil, packet, nil)
		if err == nil && (errTheirs != nil || !bytes.Equal(plain, want)) {
			t.Errorf("%x, theirs %x, %v", plain, want, errTheirs)
		}
		if out, err := ours.EncryptRTP(nil, packet, &rtp.Header{}); err == nil && len(out) != len(packet)+10 {
			t.Errorf("%d octets of %d", len(out), len(packet))
		}
	})
}

func TestNearest(t *testing.T) {
	for _, row := range []struct {
		highest  uint64
		sequence uint16
		want     uint64
	}{
		{0, 5, 5}, {5, 3, 3}, {0, 65535, 65535}, {65535, 0, 65536}, {1<<16 | 2, 65530, 65530},
		{3<<16 | 65000, 100, 4<<16 | 100}, {3<<16 | 100, 65000, 2<<16 | 65000}, {3<<16 | 100, 101, 3<<16 | 101},
	} {
		if got := Nearest(row.highest, row.sequence); got != row.want {
			t.Errorf("after %x, %x is %x, want %x", row.highest, row.sequence, got, row.want)
		}
	}
}
