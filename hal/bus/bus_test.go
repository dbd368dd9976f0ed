package bus

import (
	"fmt"
	"strings"
	"testing"
)

func TestOpen_what_is_not_there_is_said(t *testing.T) {
	if _, err := OpenI2C(250); err == nil || !strings.Contains(err.Error(), "I2C bus 250: ") || !strings.Contains(err.Error(), "ls /dev/i2c-*") {
		t.Errorf("got %v", err)
	}
	if _, err := OpenSPI(250, 250); err == nil || !strings.Contains(err.Error(), "spidev250.250: ") || !strings.Contains(err.Error(), "ls /dev/spidev*") {
		t.Errorf("got %v", err)
	}
}

func FuzzParseSPI(f *testing.F) {
	for _, s := range []string{"spidev0.0", "spidev10.1", "spidev", "spidev1", "spidev-1.0", "spidev0.0.0", "", "spidev256.0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		number, selected, ok := ParseSPI(s)
		if !ok {
			return
		}
		if n, c, again := ParseSPI(fmt.Sprintf("spidev%d.%d", number, selected)); n != number || c != selected || !again || number > 255 || selected > 255 {
			t.Errorf("%q is %d.%d", s, number, selected)
		}
	})
}
