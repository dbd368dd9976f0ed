package locate

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"offhook/ua"
)

func TestOrder_is_a_permutation_by_priority(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) SRV {
			return SRV{rapid.Uint16Range(0, 3).Draw(t, "priority"), rapid.Uint16().Draw(t, "weight"), rapid.Uint16().Draw(t, "port"), "a"}
		}), 0, 12).Draw(t, "records")
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		before := slices.Clone(records)
		out := Order(records, dice.IntN)
		if !slices.Equal(records, before) {
			t.Fatal("the argument was changed")
		}
		if !slices.IsSortedFunc(out, func(a, b SRV) int { return cmp.Compare(a.Priority, b.Priority) }) {
			t.Fatalf("not by priority: %v", out)
		}
		full := func(a, b SRV) int {
			return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Weight, b.Weight), cmp.Compare(a.Port, b.Port))
		}
		slices.SortFunc(before, full)
		slices.SortFunc(out, full)
		if !slices.Equal(out, before) {
			t.Fatalf("%v became %v", before, out)
		}
	})
}

// The first place goes by weight: 20 000 draws stay within 2 % of it.
func TestOrder_first_place_by_weight(t *testing.T) {
	records := []SRV{{1, 0, 1, "zero"}, {1, 10, 2, "ten"}, {1, 30, 3, "thirty"}, {1, 60, 4, "sixty"}, {2, 1000, 5, "backup"}}
	dice := rand.New(rand.NewPCG(1, 2))
	const draws = 20_000
	first := map[string]int{}
	for range draws {
		first[Order(records, dice.IntN)[0].Target]++
	}
	for name, want := range map[string]float64{"zero": 0.01, "ten": 0.10, "thirty": 0.30, "sixty": 0.59, "backup": 0} {
		if share := float64(first[name]) / draws; share < want-0.02 || share > want+0.02 {
			t.Errorf("%s: %.3f, want %.2f", name, share, want)
		}
	}
	if first["zero"] == 0 {
		t.Error("weight 0 has no chance at all")
	}
}

func TestNAPTR_there_and_back(t *testing.T) {
	for _, n := range []NAPTR{
		{1, 2, "s", "SIPS+D2T", "", "_sips._tcp.pbx.example"}, {65535, 0, "", "", "!a!b!", ""}, {},
	} {
		data, err := n.Pack()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseNAPTR(data); err != nil || got != n {
			t.Errorf("%+v became %+v, %v", n, got, err)
		}
		for cut := range data {
			if _, err := ParseNAPTR(data[:cut]); err == nil {
				t.Errorf("%x was taken", data[:cut])
			}
		}
	}
	// RFC 3263 §4.1's first record, as octets.
	raw := append([]byte{0, 50, 0, 50, 1, 's', 8}, "SIPS+D2T\x00\x05_sips\x04_tcp\x07example\x03com\x00"...)
	if n, err := ParseNAPTR(raw); err != nil || n != (NAPTR{50, 50, "s", "SIPS+D2T", "", "_sips._tcp.example.com"}) {
		t.Errorf("%+v, %v", n, err)
	}
	for name, bad := range map[string][]byte{
		"a compressed name": {0, 0, 0, 0, 0, 0, 0, 0xc0, 0x0c}, "octets after the name": {0, 0, 0, 0, 0, 0, 0, 0, 1},
		"a name that is too long": append([]byte{0, 0, 0, 0, 0, 0, 0}, append(bytes.Repeat(append([]byte{63}, make([]byte, 63)...), 4), 0)...),
	} {
		if n, err := ParseNAPTR(bad); err == nil {
			t.Errorf("%s was taken: %+v", name, n)
		}
	}
}

func FuzzParseNAPTR(f *testing.F) {
	seed, _ := NAPTR{1, 2, "s", "SIP+D2U", "", "_sip._udp.example"}.Pack()
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := ParseNAPTR(data)
		if err != nil || strings.Contains(n.Replacement, "..") {
			return
		}
		if again, err := n.Pack(); err == nil && !bytes.Equal(again, data) && !bytes.Contains(data, []byte{'.'}) {
			t.Errorf("%x became %x", data, again)
		}
	})
}

func TestInterleave(t *testing.T) {
	for _, test := range []struct{ name, in, far, want string }{
		{"IPv6 first, then by turns", "4a 4b 4c 6a 6b", "", "6a 4a 6b 4b 4c"},
		{"one family", "4a 4b", "", "4a 4b"},
		{"no way by IPv6 -> last", "6a 6b 4a 4b", "6a 6b", "4a 4b 6a 6b"},
		{"no way at all -> as ever", "4a 6a", "4a 6a", "6a 4a"},
		{"none", "", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var in []netip.Addr
			for name := range strings.FieldsSeq(test.in) {
				in = append(in, named(name))
			}
			var out []string
			for _, address := range Interleave(in, func(a netip.Addr) bool { return !strings.Contains(test.far, name(a)) }) {
				out = append(out, name(address))
			}
			if got := strings.Join(out, " "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func named(text string) netip.Addr {
	if text[0] == '4' {
		return netip.MustParseAddr(fmt.Sprintf("192.0.2.%d", text[1]))
	}
	return netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", text[1]))
}

func name(a netip.Addr) string {
	octets := a.AsSlice()
	if a.Is4() {
		return "4" + string(octets[3:])
	}
	return "6" + string(octets[15:])
}

func TestReachable_loopback(t *testing.T) {
	if !Reachable(netip.MustParseAddr("127.0.0.1")) {
		t.Error("no way to ourselves")
	}
}

func TestHealth(t *testing.T) {
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(n int) Target {
		return Target{Transport: ua.TCP, Address: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), 5060), Rank: n}
	}
	order := func(h *Health, now time.Time) string {
		var out []string
		for _, target := range h.Order([]Target{at(0), at(1), at(2)}, now) {
			out = append(out, fmt.Sprint(target.Rank))
		}
		return strings.Join(out, " ")
	}
	type step struct {
		after   time.Duration // of the one before
		failed  int           // -1 for none
		retry   time.Duration
		worked  int
		want    string
		penalty time.Duration // of failed
	}
	for _, test := range []struct {
		name  string
		steps []step
	}{
		{"nothing known -> as it is", []step{{failed: -1, worked: -1, want: "0 1 2"}}},
		{"failed -> last for 30 s", []step{{failed: 0, worked: -1, want: "1 2 0", penalty: 30 * time.Second}, {after: 29 * time.Second, failed: -1, worked: -1, want: "1 2 0"}, {after: time.Second, failed: -1, worked: -1, want: "0 1 2"}}},
		{"failed again and again -> longer, but bounded", []step{
			{failed: 0, worked: -1, want: "1 2 0", penalty: 30 * time.Second}, {failed: 0, worked: -1, want: "1 2 0", penalty: time.Minute},
			{failed: 0, worked: -1, want: "1 2 0", penalty: 2 * time.Minute}, {failed: 0, worked: -1, want: "1 2 0", penalty: 4 * time.Minute},
			{failed: 0, worked: -1, want: "1 2 0", penalty: 8 * time.Minute}, {failed: 0, worked: -1, want: "1 2 0", penalty: 10 * time.Minute}}},
		{"Retry-After is kept", []step{{failed: 0, retry: 120 * time.Second, worked: -1, want: "1 2 0", penalty: 120 * time.Second}}},
		{"a Retry-After of days is not", []step{{failed: 0, retry: 90 * time.Hour, worked: -1, want: "1 2 0", penalty: time.Hour}}},
		{"worked -> in its place", []step{{failed: 0, worked: 0, want: "0 1 2"}}},
		{"worked for a moment -> the next failure counts on", []step{{failed: 0, worked: 0, want: "0 1 2"}, {after: time.Minute, failed: 0, worked: -1, want: "1 2 0", penalty: time.Minute}}},
		{"worked for long -> forgotten", []step{{failed: 0, worked: 0, want: "0 1 2"}, {after: 5 * time.Minute, failed: 0, worked: -1, want: "1 2 0", penalty: 30 * time.Second}}},
		{"all failed -> the first to be tried again first", []step{
			{failed: 1, worked: -1, want: "0 2 1", penalty: 30 * time.Second}, {after: time.Second, failed: 0, worked: -1, want: "2 1 0", penalty: 30 * time.Second},
			{after: time.Second, failed: 2, worked: -1, want: "1 0 2", penalty: 30 * time.Second}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var h Health
			now := start
			for i, s := range test.steps {
				now = now.Add(s.after)
				if s.failed >= 0 {
					h.Failed(at(s.failed).Server(), now, s.retry)
				}
				if s.penalty > 0 && h.Until(at(s.failed).Server()) != now.Add(s.penalty) {
					t.Errorf("step %d: until %v, want %v", i, h.Until(at(s.failed).Server()).Sub(now), s.penalty)
				}
				if s.worked >= 0 {
					h.Worked(at(s.worked).Server(), now)
				}
				if got := order(&h, now); got != s.want {
					t.Errorf("step %d: %s, want %s", i, got, s.want)
				}
			}
		})
	}
}

func TestHealth_is_bounded_and_its_clone_apart(t *testing.T) {
	var h Health
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i := range 1000 {
		h.Failed(Server{Name: fmt.Sprint(i)}, now.Add(time.Duration(i)*time.Second), 0)
	}
	if len(h.marks) != remembered {
		t.Errorf("%d are remembered", len(h.marks))
	}
	other := h.Clone()
	other.Worked(Server{Name: "999"}, now)
	if h.Until(Server{Name: "999"}).IsZero() || !other.Until(Server{Name: "999"}).IsZero() {
		t.Error("the clone is not apart")
	}
}

func TestCache_is_bounded(t *testing.T) {
	var c cache
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for i := range 10 * cacheSize {
		c.put(keyOf(fmt.Sprint(i, ".example"), typeNAPTR), answer{ttl: time.Hour}, now.Add(time.Duration(i)*time.Second))
	}
	if len(c.all) != cacheSize {
		t.Errorf("%d entries", len(c.all))
	}
	if _, _, known := c.get(keyOf(fmt.Sprint(10*cacheSize-1, ".example"), typeNAPTR), now); !known {
		t.Error("the newest went")
	}
}
