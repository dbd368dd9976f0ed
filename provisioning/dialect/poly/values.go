package poly

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/provisioning/dialect"
)

// converters are those of table.txt that are this maker's own.
var converters = []dialect.Converter{
	{Name: "gmtOffset", As: gmtOffset}, {Name: "longest", As: longest}, {Name: "preferred", As: preferred},
	{Name: "inOrder", As: wanted}, {Name: "ring", As: ring},
}

func said(how string) dialect.Value { return dialect.Value{How: how} }

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

// preferred is a codec's place in the order, from 1; 0: it is off.
func preferred(s string) (dialect.Value, error) {
	v, err := dialect.Number(s)
	if err == nil && v.Text == "0" {
		return said("off"), nil
	}
	return v, err
}

func wanted(s string) (dialect.Value, error) { return dialect.BoolValue(s != "0"), nil }

// ring is the class of an Alert-Info: answering by itself is here.
func ring(s string) (dialect.Value, error) {
	switch strings.ToLower(s) {
	case "autoanswer", "ringautoanswer":
		return dialect.TextValue("intercom"), nil
	}
	return dialect.Value{}, dialect.NoSuch("there are no ring tones for single callers")
}
