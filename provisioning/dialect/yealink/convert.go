package yealink

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/provisioning/dialect"
)

// converters are those of table.txt that are this maker's own.
var converters = []dialect.Converter{
	{Name: "rings", As: rings}, {Name: "always", As: always}, {Name: "packet", As: packet}, {Name: "ring", As: ring},
	{Name: "dialNow", As: dialNow}, {Name: "oneOf", As: oneOf}, {Name: "failback", As: failback},
}

// rings takes a number of rings of six seconds.
func rings(s string) (dialect.Value, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 30 {
		return dialect.Value{}, fmt.Errorf("%q is not a number of rings", dialect.Clip(s))
	}
	return dialect.DurationValue(time.Duration(n) * 6 * time.Second), nil
}

// always takes a time, of which 0 is always.
func always(s string) (dialect.Value, error) {
	if s == "0" {
		return dialect.Value{Kind: 1, Text: "24h0m0s", How: "always"}, nil
	}
	return dialect.Seconds(s)
}

// packet takes milliseconds of sound in a packet; 0: the default.
func packet(s string) (dialect.Value, error) {
	switch s {
	case "0":
		return dialect.Value{How: "the default"}, nil
	case "10", "20", "30", "40", "60":
		return dialect.TextValue(s + "ms"), nil
	}
	return dialect.Value{}, dialect.NoSuch("%q ms of sound in a packet are none of 10, 20, 30, 40, 60", dialect.Clip(s))
}

// ring takes one of the telephone's own ring tones.
func ring(s string) (dialect.Value, error) {
	name := strings.TrimPrefix(strings.ToLower(s), "resource:")
	switch name {
	case "common", "auto":
		return dialect.Value{How: "the phone's"}, nil
	case "ring1.wav":
		return dialect.TextValue("bell"), nil
	case "ring2.wav":
		return dialect.TextValue("warble"), nil
	case "ring3.wav":
		return dialect.TextValue("chime"), nil
	}
	return dialect.Value{}, dialect.NoSuch("this phone does not have the ring tone %s; it has bell, warble and chime, and WAV files of its own", dialect.Clip(s))
}

// dialNow takes patterns with commas between, in which x is a digit.
func dialNow(s string) (dialect.Value, error) {
	return dialect.DigitMap(strings.ReplaceAll(s, ",", "|"))
}

// oneOf makes a list of one.
func oneOf(s string) (dialect.Value, error) { return dialect.ListValue(s), nil }

// failback takes seconds; 0 is until the next registration.
func failback(s string) (dialect.Value, error) {
	if s == "0" {
		return dialect.Value{How: "the phone's own pace"}, nil
	}
	return dialect.Seconds(s)
}
