package panel

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/i2c"

	"offhook/hal"
	"offhook/hal/haltest"
)

var lcdWired = hal.Params{"rs": "RS", "enable": "E", "data": []any{"D4", "D5", "D6", "D7"}, "backlight": "LIGHT"}

// lcdSized are the parameters p, of a display of this size.
func lcdSized(p hal.Params, cols, rows int, more ...any) hal.Params {
	out := hal.Params{"display-width-chars": cols, "display-height-chars": rows}
	for k, v := range p {
		out[k] = v
	}
	for i := 0; i+1 < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

func openText(t testing.TB, d hal.Driver[hal.TextDisplay], p hal.Params) hal.TextDisplay {
	t.Helper()
	l, err := d.Open(t.Context(), p, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func openChip(t testing.TB, c *lcdChip, p hal.Params) hal.TextDisplay {
	return openText(t, lcdDrivers(c.open, nil)["hd44780-i2c"], p)
}

func openLines(t testing.TB, b *lcdBench, p hal.Params) hal.TextDisplay {
	return openText(t, lcdDrivers(nil, b)["hd44780-gpio"], p)
}

func TestLCD_conforms(t *testing.T) {
	for _, size := range []lcdSize{{20, 4}, {16, 2}, {16, 4}, {40, 2}, {8, 2}} {
		for _, rom := range []string{"a00", "a02"} {
			t.Run(fmt.Sprintf("lines, %v, %s", size, rom), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := newLCDBench(newLCDGlass(t, size.cols, size.rows))
					haltest.TextDisplay(t, func(t testing.TB) (hal.TextDisplay, func() []string) {
						return openLines(t, b, lcdSized(lcdWired, size.cols, size.rows, "rom", rom)), b.codes
					})
					if b.on || bool(b.levels["LIGHT"]) || len(b.held) > 0 {
						t.Errorf("closed: on %v, light %v, lines held %v", b.on, b.levels["LIGHT"], b.held)
					}
				})
			})
			t.Run(fmt.Sprintf("backpack, %v, %s", size, rom), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := newLCDChip(newLCDGlass(t, size.cols, size.rows), 0x27)
					haltest.TextDisplay(t, func(t testing.TB) (hal.TextDisplay, func() []string) {
						return openChip(t, c, lcdSized(nil, size.cols, size.rows, "rom", rom)), c.codes
					})
					if c.on || c.lit() || !c.closed || c.most > 255 {
						t.Errorf("closed: on %v, light %v, bus closed %v; %d bytes at once", c.on, c.lit(), c.closed, c.most)
					}
				})
			})
		}
	}
}

func TestLCD_letters(t *testing.T) {
	for _, c := range []struct {
		name, rom, give, want string
	}{
		{"small umlauts in Japan", "a00", "äöüßñ°", "\xe1\xef\xf5\xe2\xee\xdf"},
		{"capital umlauts in Japan are drawn", "a00", "ÄÖÜ", "\x00\x01\x02"},
		{"signs in Japan are drawn", "a00", "✉↙🔒🔇🔕", "\x03\x04\x05\x06\x07"},
		{"what Japan has others for", "a00", `\~`, "/-"},
		{"neither", "a00", "é田", "??"},
		{"European letters", "a02", "äöüßÄÖÜéÅñ°", "\xe4\xf6\xfc\xdf\xc4\xd6\xdc\xe9\xc5\xf1\xb0"},
		{"signs in Europe are drawn", "a02", "✉↙🔒🔇🔕", "\x00\x01\x02\x03\x04"},
		{"what Europe has", "a02", `\~`, `\~`},
		{"neither, in Europe", "a02", "田Ł", "??"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				chip := newLCDChip(newLCDGlass(t, 20, 4), 0x27)
				d := openChip(t, chip, hal.Params{"rom": c.rom})
				defer d.Close()
				if err := d.Write([]string{"", "", c.give}); err != nil {
					t.Fatal(err)
				}
				if got := strings.TrimRight(chip.codes()[2], " "); got != c.want {
					t.Errorf("codes % x, want % x", got, c.want)
				}
				for _, r := range c.give {
					if d.Shows(r) != (c.want != "??") {
						t.Errorf("shows %c: %v", r, d.Shows(r))
					}
				}
				for i, s := range rom(c.rom).own() {
					if got := [8]byte(chip.dots[8*i : 8*i+8]); got != s.dots {
						t.Errorf("%c has the dots %05b", s.letter, got)
					}
				}
			})
		})
	}
}

func TestLCD_only_what_changed_is_sent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newLCDChip(newLCDGlass(t, 20, 4), 0x27)
		d := openChip(t, c, nil)
		defer d.Close()
		for _, s := range []struct {
			name  string
			lines []string
			cells int
			bytes int // six each, and six for an address
		}{
			{"a call", []string{"In call         1:07", "Anna Lindqvist"}, 7 + 4 + 14, 6 * (7 + 4 + 14 + 3)},
			{"the same", []string{"In call         1:07", "Anna Lindqvist"}, 0, 0},
			{"a second", []string{"In call         1:08", "Anna Lindqvist"}, 1, 12},
			{"two cells with one between", []string{"In call         2:18", "Anna Lindqvist"}, 3, 24},
			{"far apart", []string{"On call         2:19", "Anna Lindqvist"}, 2, 24},
			{"two cells with two between", []string{"On call         3:18", "Anna Lindqvist"}, 2, 24},
		} {
			c.cells, c.sent = 0, 0
			if err := d.Write(s.lines); err != nil {
				t.Fatal(err)
			}
			if c.cells != s.cells || c.sent != s.bytes {
				t.Errorf("%s: %d cells by %d bytes, want %d by %d", s.name, c.cells, c.sent, s.cells, s.bytes)
			}
		}
		lines, n := [][]string{{"1:07"}, {"1:08"}}, 0
		if a := testing.AllocsPerRun(100, func() { n++; _ = d.Write(lines[n%2]) }); a != 0 {
			t.Errorf("%v allocations a Write", a)
		}
	})
}

// TestLCD_is_set_up_again: nobody can ask it whether it is well.
func TestLCD_is_set_up_again(t *testing.T) {
	for _, c := range []struct {
		name string
		harm func(*lcdGlass)
	}{
		{"it lost its power", (*lcdGlass).power},
		{"a disturbance was half a byte", func(g *lcdGlass) { g.second, g.high = true, 0xa0 }},
		{"a disturbance switched it off", func(g *lcdGlass) { g.on = false }},
		{"a disturbance made it eight bits wide", func(g *lcdGlass) { g.four, g.second = false, false }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newLCDBench(newLCDGlass(t, 20, 4))
				d := openLines(t, b, lcdWired)
				defer d.Close()
				want := []string{"Reception      14:05", "Sunday, 22 November ", "                    ", "     Calls     Inbox"}
				if err := d.Write(want); err != nil {
					t.Fatal(err)
				}
				c.harm(b.lcdGlass)
				time.Sleep(time.Minute)
				b.unnatural = true // what half a byte becomes is anything
				if err := d.Write(want); err != nil {
					t.Fatal(err)
				}
				if got := b.codes(); !slices.Equal(got, want) {
					t.Errorf("it shows %q", got)
				}
			})
		})
	}
}

// TestLCD_renewal_is_not_seen: what is well stays on, and as it is.
func TestLCD_renewal_is_not_seen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newLCDChip(newLCDGlass(t, 20, 4), 0x27)
		d := openChip(t, c, nil)
		defer d.Close()
		want := []string{"one", "two", "three", "four"}
		if err := d.Write(want); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		c.cells = 0
		before := time.Now()
		if err := d.Write(want); err != nil || c.cells != 80 || !c.on {
			t.Errorf("%d cells, on %v, %v", c.cells, c.on, err)
		}
		if rest := time.Since(before); rest > 25*time.Millisecond {
			t.Errorf("it takes %s beside the bus", rest)
		}
	})
}

func TestLCD_broken_wire_then_set_up_again(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newLCDChip(newLCDGlass(t, 16, 2), 0x3f)
		d := openChip(t, c, lcdSized(nil, 16, 2, "address", 0x3f))
		defer d.Close()
		c.broken = errors.New("remote I/O error")
		if err := d.Write([]string{"lost"}); err == nil || !strings.Contains(err.Error(), "display at 0x3f on I2C bus 1: remote I/O error") {
			t.Errorf("got %v", err)
		}
		c.broken = nil
		c.power()
		if err := d.Write([]string{"back"}); err != nil || !strings.HasPrefix(c.codes()[0], "back ") || !c.lit() {
			t.Errorf("it shows %q, light %v, %v", c.codes(), c.lit(), err)
		}
	})
}

func TestLCD_light(t *testing.T) {
	for _, low := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c := newLCDChip(newLCDGlass(t, 20, 4), 0x27)
			d := openChip(t, c, hal.Params{"backlight-active-low": low})
			b := newLCDBench(newLCDGlass(t, 20, 4))
			l := openLines(t, b, lcdSized(lcdWired, 20, 4, "backlight-active-low", low))
			for _, percent := range []int{100, 0, 1} {
				err := errors.Join(d.Backlight(percent), d.Write([]string{"x"}), l.Backlight(percent), l.Write([]string{"x"}))
				if on := (percent > 0) != low; err != nil || c.lit() != on || bool(b.levels["LIGHT"]) != on {
					t.Errorf("active low %v, %d percent: %v, %v, %v", low, percent, c.lit(), b.levels["LIGHT"], err)
				}
			}
			if err := errors.Join(d.Close(), l.Close()); err != nil || c.lit() != low || bool(b.levels["LIGHT"]) != low {
				t.Errorf("closed: %v, %v, %v", c.lit(), b.levels["LIGHT"], err)
			}
		})
	}
}

func TestOpenLCD_faults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newLCDChip(newLCDGlass(t, 20, 4), 0x27)
		c.broken = errors.New("no such device or address")
		_, err := lcdDrivers(c.open, nil)["hd44780-i2c"].Open(t.Context(), nil, quiet)
		if err == nil || !strings.Contains(err.Error(), "display at 0x27 on I2C bus 1: no such device") || !strings.Contains(err.Error(), "i2cdetect -y 1") || !c.closed {
			t.Errorf("%v, closed %v", err, c.closed)
		}
		none := func(n int) (i2c.BusCloser, error) { return nil, fmt.Errorf("no bus %d", n) }
		if _, err := lcdDrivers(none, nil)["hd44780-i2c"].Open(t.Context(), nil, quiet); err == nil || !strings.Contains(err.Error(), "no bus 1") {
			t.Error(err)
		}
		b := newLCDBench(newLCDGlass(t, 20, 4))
		_, err = lcdDrivers(nil, b)["hd44780-gpio"].Open(t.Context(), lcdSized(lcdWired, 20, 4, "data", []any{"D4", "D5", "GPIO99", "D7"}), quiet)
		if err == nil || !strings.Contains(err.Error(), "data[2]: this machine has no line GPIO99") || len(b.held) > 0 {
			t.Errorf("%v, held %v", err, b.held)
		}
		b.broken = errors.New("device or resource busy")
		_, err = lcdDrivers(nil, b)["hd44780-gpio"].Open(t.Context(), lcdWired, quiet)
		if err == nil || !strings.Contains(err.Error(), "rs: device or resource busy") || len(b.held) > 0 {
			t.Errorf("%v, held %v", err, b.held)
		}
	})
}

func TestLCD_check(t *testing.T) {
	d := Drivers(nil).Texts
	lines := func(more ...any) hal.Params {
		return lcdSized(hal.Params{"rs": "GPIO7", "enable": "GPIO8", "data": []any{"GPIO25", "GPIO24", "GPIO23", "GPIO18"}}, 20, 4, more...)
	}
	for _, c := range []struct {
		driver string
		p      hal.Params
		want   string
	}{
		{"hd44780-gpio", lines(), ""},
		{"hd44780-gpio", lines("backlight", "front:3", "rom", "a02"), ""},
		{"hd44780-gpio", hal.Params{}, "rs: is required"},
		{"hd44780-gpio", lines("data", []any{"GPIO25", "GPIO24", "GPIO23"}), "data: names 3 lines"},
		{"hd44780-gpio", lines("enable", "GPIO24"), "data[1]: GPIO24 is used by enable already"},
		{"hd44780-gpio", lines("chip", "pinctrl-rp1", "rs", "GPIO54"), "rs: GPIO54 does not exist on this chip"},
		{"hd44780-gpio", lines("display-width-chars", 40), "display-width-chars: 40×4 characters are more than the 80"},
		{"hd44780-gpio", lines("display-height-chars", 3), "display-height-chars: 3 is neither 2 nor 4"},
		{"hd44780-gpio", lines("rom", "a01"), `rom: "a01" is neither a00 nor a02`},
		{"hd44780-i2c", hal.Params{}, ""},
		{"hd44780-i2c", hal.Params{"address": 0x3f, "pins": []any{"d4", "d5", "d6", "d7", "enable", "rw", "rs", "backlight"}}, ""},
		{"hd44780-i2c", hal.Params{"pins": []any{"rs", "", "enable", "", "d4", "d5", "d6", "d7"}}, ""},
		{"hd44780-i2c", hal.Params{"address": 0x30}, "address: 0x30 is not one of a PCF8574"},
		{"hd44780-i2c", hal.Params{"pins": []any{"rs", "rw", "e", "backlight", "d4", "d5", "d6", "d7"}}, `pins[2]: "e" is none of rs`},
		{"hd44780-i2c", hal.Params{"pins": []any{"rs", "rs", "enable", "backlight", "d4", "d5", "d6", "d7"}}, "pins[1]: rs stands here twice"},
		{"hd44780-i2c", hal.Params{"pins": []any{"rs", "rw", "enable", "backlight", "d4", "d5", "d6"}}, "pins: d7 is missing"},
		{"hd44780-i2c", hal.Params{"pins": []any{"", "rs", "rw", "enable", "backlight", "d4", "d5", "d6", "d7"}}, "pins: are 9 names"},
	} {
		err := d[c.driver].Check(c.p)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%s %v: got %v, want %s", c.driver, c.p, err, c.want)
		}
	}
}

// FuzzParsePins: what is accepted gives each wire a pin of its own.
func FuzzParsePins(f *testing.F) {
	f.Add("rs rw enable backlight d4 d5 d6 d7")
	f.Add("d4 d5 d6 d7 enable  rs ")
	f.Add("rs rs enable d4 d5 d6 d7 x y z")
	f.Fuzz(func(t *testing.T, names string) {
		b, err := parsePins(strings.Split(names, " "))
		if err != nil {
			return
		}
		seen := b.light
		for _, bit := range []byte{b.rs, b.enable, b.data[0], b.data[1], b.data[2], b.data[3]} {
			if bit == 0 || bit&(bit-1) != 0 || seen&bit != 0 {
				t.Errorf("%q gives %+v", names, b)
			}
			seen |= bit
		}
	})
}
