package hal

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

type wiredPart struct {
	Chip    string         `param:"chip"`
	Rows    []string       `param:"rows,required" takes:"line"`
	Keys    map[Key]string `param:"keys" takes:"line"`
	Bus     int            `param:"bus" range:"0..255"`
	Address int            `param:"address" takes:"address"`
	Level   string         `param:"off-hook" values:"high low"`
	Rate    int            `param:"rate" values:"8000 16000 48000"`
	Hold    time.Duration  `param:"hold"`
}

func listed(all []Claim) (text string) {
	for _, c := range all {
		text += fmt.Sprintf("%s: %s, ", c.Path, c)
	}
	return text
}

func TestClaims(t *testing.T) {
	type part struct {
		Chip string         `param:"chip"`
		Rows []string       `param:"rows" takes:"line"`
		Keys map[Key]string `param:"keys" takes:"line"`
	}
	got := Claims(part{}, Params{"chip": "rp1", "rows": []any{"GPIO4", "gpiochip0:7", true}, "keys": map[string]any{"call": "GPIO9", "1": "GPIO8"}})
	want := "rows[0]: GPIO4 of rp1, rows[1]: gpiochip0:7, keys.1: GPIO8 of rp1, keys.call: GPIO9 of rp1, "
	if listed(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if all := Claims(wiredPart{Bus: 1, Address: 0x3c}, nil); listed(all) != "address: 0x3c of 1, " {
		t.Errorf("defaults claim %v", all)
	}
	type light struct {
		SPI   string `param:"spi"`
		Pixel int    `param:"pixel" takes:"pixel"`
	}
	type panel struct {
		SPI  string `param:"spi" takes:"spi"`
		Chip string `param:"chip"`
		DC   string `param:"dc" takes:"line"`
	}
	strip, glass := Claims(light{SPI: "spidev0.0"}, nil), Claims(panel{SPI: "spidev0.0"}, Params{"dc": "GPIO25"})
	if listed(glass) != "spi: spidev0.0, dc: GPIO25, " || !strip[0].Same(glass[0]) || !glass[0].Same(strip[0]) || !glass[0].Same(glass[0]) || glass[1].Same(strip[0]) {
		t.Errorf("panel %s, strip %s", listed(glass), listed(strip))
	}
	if other := Claims(panel{SPI: "spidev0.1"}, nil); other[0].Same(strip[0]) || other[0].Same(glass[0]) {
		t.Error("another chip select is the same device")
	}
	if all := Claims(light{SPI: "spidev0.0"}, Params{"pixel": 12}); listed(all) != "pixel: 12 of spidev0.0, " {
		t.Errorf("a light claims %v", all)
	}
	if all := Claims(nil, Params{"line": "GPIO4"}); all != nil {
		t.Errorf("a driver that tells nothing claims %v", all)
	}
}

func TestClaim_Same(t *testing.T) {
	line := func(name, on string) Claim { return Claim{What: "line", Name: name, On: on} }
	for _, c := range []struct {
		name string
		a, b Claim
		want bool
	}{
		{"one line -> same", line("GPIO4", "rp1"), line("GPIO4", "rp1"), true},
		{"any controller -> same", line("GPIO4", ""), line("GPIO4", "rp1"), true},
		{"two controllers -> two lines", line("GPIO4", "bcm"), line("GPIO4", "rp1"), false},
		{"two lines -> two", line("GPIO4", ""), line("GPIO5", ""), false},
		{"one address of two buses -> two", Claim{What: "address", Name: "0x3c", On: "1"}, Claim{What: "address", Name: "0x3c", On: "0"}, false},
		{"a lamp called as a line -> two", line("ring", ""), Claim{What: "lamp", Name: "ring"}, false},
	} {
		if c.a.Same(c.b) != c.want || c.b.Same(c.a) != c.want {
			t.Errorf("%s: %v, want %v", c.name, !c.want, c.want)
		}
	}
}

func TestDecode_bounds(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Params
		want string
	}{
		{"inside -> no fault", Params{"rows": []any{}, "bus": 255, "off-hook": "low", "rate": 8000}, ""},
		{"outside a range -> said", Params{"rows": []any{}, "bus": 256}, "bus: 256 is not between 0 and 255"},
		{"none of two words -> said", Params{"rows": []any{}, "off-hook": "up"}, `off-hook: "up" is neither high nor low`},
		{"none of three numbers -> said", Params{"rows": []any{}, "rate": 44100}, "rate: 44100 is none of 8000, 16000 and 48000"},
		{"not even a number -> one fault", Params{"rows": []any{}, "rate": "fast"}, "rate: fast is not a whole number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := Decode(c.in, &wiredPart{}); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestSchema(t *testing.T) {
	s := Schema(wiredPart{Bus: 1, Level: "high", Hold: time.Second})
	p := s["properties"].(map[string]any)
	for name, want := range map[string]map[string]any{
		"off-hook": {"type": []string{"string", "integer"}, "enum": []any{"high", "low"}, "default": "high"},
		"rate":     {"type": "integer", "enum": []any{8000, 16000, 48000}},
		"bus":      {"type": "integer", "minimum": 0, "maximum": 255, "default": 1},
	} {
		if !reflect.DeepEqual(p[name], want) {
			t.Errorf("%s: %v, want %v", name, p[name], want)
		}
	}
	if !reflect.DeepEqual(s["required"], []string{"rows"}) || s["additionalProperties"] != false {
		t.Errorf("required %v, additional %v", s["required"], s["additionalProperties"])
	}
	if hold := p["hold"].(map[string]any); hold["default"] != "1s" || hold["pattern"] == nil {
		t.Errorf("hold: %v", hold)
	}
}
