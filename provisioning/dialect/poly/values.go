package poly

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/provisioning/dialect"
)

func said(how string) dialect.Value { return dialect.Value{How: how} }

// when takes 1 for a word and lets 0 be another, or say nothing.
func when(yes, no string) dialect.Convert {
	return func(s string) (dialect.Value, error) {
		v, err := dialect.Flag(s)
		if err != nil {
			return v, err
		}
		word := no
		if v.Text == "true" {
			word = yes
		}
		if word == "" {
			return said("says nothing"), nil
		}
		return dialect.TextValue(word), nil
	}
}

func constant(word string) dialect.Convert {
	return func(string) (dialect.Value, error) { return dialect.TextValue(word), nil }
}

var transport = dialect.Enum("UDPOnly", "udp", "TCPOnly", "tcp", "TCPpreferred", "tcp", "TLS", "tls", "DNSnaptr", "auto", "UDP", "udp", "TCP", "tcp")

// switched takes the address of a subscription for the wish to have one.
func switched(string) (dialect.Value, error) { return dialect.BoolValue(true), nil }

var callBack = dialect.Then(dialect.Enum("contact", "contact", "registration", "!a number is called for messages: give msg.mwi.…callBack", "disabled", "!the key for messages is the phone's own"),
	func(dialect.Value) (dialect.Value, error) { return said("a number is called"), nil })

// gmtOffset is seconds from UTC.
func gmtOffset(s string) (dialect.Value, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < -14*3600 || n > 14*3600 {
		return dialect.Value{}, fmt.Errorf("%q is not a number of seconds from UTC", dialect.Clip(s))
	}
	sign := "+"
	if n < 0 {
		sign, n = "-", -n
	}
	return dialect.TextValue(fmt.Sprintf("%s%d:%02d", sign, n/3600, n%3600/60)), nil
}

// longest is the longest of the times of the digit map's patterns: 3 | 3 | 4.
func longest(s string) (dialect.Value, error) {
	most := 0
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == '|' || r == ' ' }) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 || n > 3600 {
			return dialect.Value{}, fmt.Errorf("%q is not seconds with | between", dialect.Clip(s))
		}
		most = max(most, n)
	}
	if most == 0 {
		return said("none"), nil
	}
	return dialect.DurationValue(time.Duration(most) * time.Second), nil
}

func numbers(s string) (dialect.Value, error) { return dialect.ListValue(dialect.Words(s)...), nil }

// preferred is a codec's place in the order, from 1; 0: it is off.
func preferred(s string) (dialect.Value, error) {
	v, err := dialect.Number(s)
	if err == nil && v.Text == "0" {
		return said("off"), nil
	}
	return v, err
}

func wanted(s string) (dialect.Value, error) { return dialect.BoolValue(s != "0"), nil }

// polling: there is one way, at intervals.
var polling = dialect.Then(dialect.Enum("abs", "!this phone asks at intervals, not at a time of the day", "rel", "rel", "random", "random"),
	func(dialect.Value) (dialect.Value, error) { return said("at intervals, spread at random"), nil })

var serverType = dialect.Enum("HTTP", "http", "HTTPS", "https", "TFTP", "tftp", "FTP", "ftp", "FTPS", "ftps", "0", "ftp", "1", "tftp", "2", "http", "3", "https", "4", "ftps")

var level = dialect.Enum("0", "debug", "1", "debug", "2", "info", "3", "info", "4", "warn", "5", "error", "6", "error")

var clock = when("24h", "12h")

// ring is the class of an Alert-Info: answering by itself is here.
func ring(s string) (dialect.Value, error) {
	switch strings.ToLower(s) {
	case "autoanswer", "ringautoanswer":
		return dialect.TextValue("intercom"), nil
	}
	return dialect.Value{}, dialect.NoSuch("there are no ring tones for single callers")
}
