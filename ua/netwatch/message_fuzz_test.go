package netwatch

import "testing"

func FuzzParse(f *testing.F) {
	f.Add(addressMessage(false, 2, "192.0.2.7/24", 0, 0))
	f.Add(routeMessage(false, 2, "0.0.0.0/0", "192.0.2.1", 100))
	f.Add(linkMessage(false, 2, true, false))
	f.Add([]byte{16, 0, 0, 0, 3, 0, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		changes, _ := parse(data)
		p := newPicture()
		for _, c := range changes {
			if c.kind == kindAddress && !c.prefix.IsValid() {
				t.Fatalf("an address that is none: %+v", c)
			}
			p.apply(c)
		}
		p.see()
	})
}
