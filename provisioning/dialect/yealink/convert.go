package yealink

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/provisioning/dialect"
)

// rings takes a number of rings of six seconds.
func rings(s string) (dialect.Value, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 30 {
		return dialect.Value{}, fmt.Errorf("%q is not a number of rings", dialect.Clip(s))
	}
	return dialect.DurationValue(time.Duration(n) * 6 * time.Second), nil
}

// tenths takes a level from 0 to 10 for percent.
func tenths(s string) (dialect.Value, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 10 {
		return dialect.Value{}, fmt.Errorf("%q is not a level from 0 to 10", dialect.Clip(s))
	}
	return dialect.IntValue(10 * n), nil
}

// volume takes a level from 0 to 15 for percent.
func volume(s string) (dialect.Value, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 15 {
		return dialect.Value{}, fmt.Errorf("%q is not a level from 0 to 15", dialect.Clip(s))
	}
	return dialect.IntValue(n * 100 / 15), nil
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

// logLevel takes 0 (emergencies) to 7 (debug).
var logLevel = dialect.Enum("0", "error", "1", "error", "2", "error", "3", "error", "4", "warn", "5", "info", "6", "debug", "7", "debug")

// all is a flag that answers every call.
func all(s string) (dialect.Value, error) {
	v, err := dialect.Flag(s)
	if err != nil || v.Text == "false" {
		return dialect.Value{How: "off, as by default"}, err
	}
	return dialect.TextValue("all"), nil
}

// intercom is a flag that answers calls that ask for it.
func intercom(s string) (dialect.Value, error) {
	v, err := dialect.Flag(s)
	if err != nil || v.Text == "false" {
		return dialect.Value{How: "off, as by default"}, err
	}
	return dialect.TextValue("intercom"), nil
}

// dialNow takes patterns with commas between, in which x is a digit.
func dialNow(s string) (dialect.Value, error) {
	return dialect.DigitMap(strings.ReplaceAll(s, ",", "|"))
}
