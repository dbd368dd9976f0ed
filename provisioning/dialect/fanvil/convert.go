package fanvil

import (
	"fmt"
	"strconv"
	"strings"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
)

// converters are those of table.txt that are this maker's own.
var converters = []dialect.Converter{
	{Name: "offset", As: offset}, {Name: "zoneName", As: zoneName}, {Name: "noServer", As: noServer}, {Name: "code", As: code},
	{Name: "class", As: class}, {Name: "memoryKind", As: memoryKind}, {Name: "keyNumber", As: keyNumber}, {Name: "keyLine", As: keyLine},
	{Name: "orNone", Of: orNone},
}

// orNone takes a number of seconds or hours, and 0 for none.
func orNone(args []string) dialect.Convert {
	var convert dialect.Convert
	switch strings.Join(args, "|") {
	case "seconds":
		convert = dialect.Seconds
	case "hours":
		convert = dialect.Hours
	default:
		return nil
	}
	return func(s string) (dialect.Value, error) {
		if s == "0" {
			return dialect.Value{Kind: provisioning.Null, How: "0: the default"}, nil
		}
		return convert(s)
	}
}

// class is what a function key is for: 1 a number, whose value tells the rest,
// 2 a line.
func class(s string) (dialect.Value, error) {
	switch s {
	case "1":
		return dialect.Value{How: "a number, as the value says"}, nil
	case "2":
		return dialect.TextValue("line"), nil
	case "0":
		return dialect.TextValue("!the key has no function"), nil
	case "14":
		return dialect.TextValue("!this phone has no multicast paging"), nil
	case "21":
		return dialect.TextValue("!this phone has no browser and no phone book of a server"), nil
	}
	return dialect.TextValue("!this phone has no key of the kind " + dialect.Clip(s)), nil
}

// offset takes quarters of an hour from UTC, or hours with a sign.
func offset(s string) (dialect.Value, error) {
	if strings.ContainsAny(s, "+-:") && !strings.HasPrefix(s, "-") {
		return dialect.TextValue(s), nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < -48 || n > 56 {
		return dialect.Value{}, fmt.Errorf("%q is not a number of quarters of an hour from UTC", dialect.Clip(s))
	}
	sign := "+"
	if n < 0 {
		sign, n = "-", -n
	}
	return dialect.TextValue(fmt.Sprintf("%s%d:%02d", sign, n/4, n%4*15)), nil
}

// zoneName takes a name unless it is one of UTC+1, which the offset tells too.
func zoneName(s string) (dialect.Value, error) {
	if strings.HasPrefix(s, "UTC") {
		return dialect.Value{How: "the offset tells it"}, nil
	}
	return dialect.TextValue(s), nil
}

// noServer takes 0.0.0.0 for none.
func noServer(s string) (dialect.Value, error) {
	if s == "0.0.0.0" {
		return dialect.Value{How: "none"}, nil
	}
	return dialect.TextValue(s), nil
}

// code takes digits; * alone is none.
func code(s string) (dialect.Value, error) {
	if s == "*" {
		return dialect.Value{How: "none"}, nil
	}
	if len(s) < 4 || len(s) > 12 || strings.Trim(s, "0123456789") != "" {
		return dialect.Value{}, dialect.Unsafe("a code has 4 to 12 digits here")
	}
	if strings.Contains("01234567890 09876543210", s) || strings.Count(s, s[:1]) == len(s) {
		return dialect.Value{}, dialect.Unsafe("the code is guessed at once (one digit, or digits in a row); choose another")
	}
	return dialect.TextValue(s), nil
}

// A key's value is number@line/kind: 4001@1/bc, 4001@SIP1/f, SIP1.
func keyParts(s string) (number, line, kind string) {
	s, kind, _ = strings.Cut(s, "/")
	number, line, _ = strings.Cut(s, "@")
	return number, line, kind
}

// keyKinds are the letters behind the slash: what a memory key does.
const keyKinds = "|" +
	"=speed-dial|f=speed-dial|bc=blf|ba=blf|bb=blf|b=blf|c=park|i=intercom|in=intercom|p=pickup|v=voicemail|"

// memoryKind is the kind of a memory key, from its value.
func memoryKind(s string) (dialect.Value, error) {
	_, _, kind := keyParts(s)
	if ours, ok := dialect.Lookup(keyKinds, strings.ToLower(kind)); ok {
		return dialect.TextValue(ours), nil
	}
	return dialect.Value{}, dialect.NoSuch("this phone has no key that does /%s", dialect.Clip(kind))
}

// keyNumber is what is dialled; a line has none.
func keyNumber(s string) (dialect.Value, error) {
	number, _, _ := keyParts(s)
	if number == "" || strings.HasPrefix(strings.ToUpper(number), "SIP") {
		return dialect.Value{How: "a line"}, nil
	}
	return dialect.TextValue(number), nil
}

// keyLine is the account: @1, @SIP1, or SIP1 alone.
func keyLine(s string) (dialect.Value, error) {
	number, line, _ := keyParts(s)
	if strings.HasPrefix(strings.ToUpper(number), "SIP") {
		line = number
	}
	line = strings.TrimPrefix(strings.ToUpper(line), "SIP")
	if n, err := strconv.Atoi(line); err == nil && n > 0 && n < 100 {
		return dialect.IntValue(n), nil
	}
	return dialect.IntValue(0), nil
}
