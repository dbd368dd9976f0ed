package cisco

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/provisioning/dialect"
)

// converters are those of table.txt that are this maker's own.
var converters = []dialect.Converter{
	{Name: "text", As: text}, {Name: "codec", As: codec}, {Name: "tos", As: tos}, {Name: "fraction", As: fraction},
	{Name: "volume", As: volume}, {Name: "light", As: light}, {Name: "period", As: period}, {Name: "more", As: more},
	{Name: "gmt", As: gmt}, {Name: "pickup", As: pickup}, {Name: "lineKey", Of: lineKey}, {Name: "function", Of: function},
}

// said is a value that changes nothing here.
func said(how string) dialect.Value { return dialect.Value{How: how} }

// text leaves out macros that name another parameter: $USER stands for the
// user, which is what the document does without a value.
func text(s string) (dialect.Value, error) {
	if strings.HasPrefix(s, "$") {
		return said("left to this phone"), nil
	}
	return dialect.Text(s)
}

func codec(s string) (dialect.Value, error) {
	if strings.EqualFold(s, "Unspecified") {
		return said("none"), nil
	}
	return dialect.CodecName(s)
}

// tos is the octet that holds the code point in its upper six bits.
func tos(s string) (dialect.Value, error) {
	n, err := strconv.ParseUint(strings.ToLower(s), 0, 8)
	if err != nil {
		return dialect.Value{}, fmt.Errorf("%q is not an octet; write it as 0xb8", dialect.Clip(s))
	}
	return dialect.IntValue(int(n >> 2)), nil
}

// fraction is seconds with a point: 0.020.
func fraction(s string) (dialect.Value, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 || f > 10 {
		return dialect.Value{}, fmt.Errorf("%q is not seconds, such as 0.020", dialect.Clip(s))
	}
	ms := time.Duration(f*1000+0.5) * time.Millisecond
	switch ms {
	case 10 * time.Millisecond, 20 * time.Millisecond, 30 * time.Millisecond, 40 * time.Millisecond, 60 * time.Millisecond:
		return dialect.DurationValue(ms), nil
	}
	return dialect.Value{}, dialect.NoSuch("this phone sends packets of 10, 20, 30, 40 or 60 ms")
}

// volume is a step of 15.
func volume(s string) (dialect.Value, error) {
	const most = 15
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > most {
		return dialect.Value{}, fmt.Errorf("%q is not 0 to %d", dialect.Clip(s), most)
	}
	v := dialect.IntValue((n*100 + most/2) / most)
	v.How = fmt.Sprintf("%d of %d in percent", n, most)
	return v, nil
}

// light is how long the screen stays lit: 30s, 10 m, Always on.
func light(s string) (dialect.Value, error) {
	short := strings.ReplaceAll(strings.ToLower(s), " ", "")
	d, err := time.ParseDuration(short)
	if err != nil || d <= 0 {
		return dialect.Value{}, dialect.NoSuch("the screen is dimmed after a time: give one such as 30s")
	}
	return dialect.DurationValue(d), nil
}

// period is seconds between fetches; none: the files are not fetched again.
func period(s string) (dialect.Value, error) {
	if s == "0" {
		return said("no interval"), nil
	}
	return dialect.Seconds(s)
}

func more(s string) (dialect.Value, error) { return dialect.BoolValue(s != "0"), nil }

// gmt is hours from UTC as GMT-08:00.
func gmt(s string) (dialect.Value, error) {
	rest := strings.TrimPrefix(strings.TrimPrefix(strings.ToUpper(strings.ReplaceAll(s, " ", "")), "GMT"), "UTC")
	if rest == "" {
		rest = "0"
	}
	return dialect.TextValue(rest), nil
}

// pickup is a code with # where the number goes.
func pickup(s string) (dialect.Value, error) {
	v := dialect.TextValue(strings.TrimSuffix(s, "#"))
	if v.Text != s {
		v.How = "# stands for the number"
	}
	return v, nil
}

// lineKey is the account of a line key, or the word; neither where it is Disabled.
func lineKey(args []string) dialect.Convert {
	return func(s string) (dialect.Value, error) {
		switch {
		case strings.EqualFold(s, "Disabled"):
			return said("no line"), nil
		case len(args) > 0:
			return dialect.TextValue(args[0]), nil
		}
		return dialect.Number(s)
	}
}

// function takes a piece of fnc=blf+sd+cp;sub=1002@$PROXY;nme=Ben;vid=1.
func function(args []string) dialect.Convert {
	if len(args) != 1 {
		return nil
	}
	name := args[0]
	return func(s string) (dialect.Value, error) {
		pieces := map[string]string{}
		for _, piece := range strings.Split(s, ";") {
			key, value, _ := strings.Cut(strings.TrimSpace(piece), "=")
			pieces[strings.ToLower(key)] = strings.TrimSpace(value)
		}
		kind, err := keyType(pieces["fnc"])
		switch {
		case err != nil || name == "fnc":
			return kind, err
		case name == "number":
			number, _, _ := strings.Cut(pieces["ext"], "@")
			if number == "" {
				number, _, _ = strings.Cut(pieces["sub"], "@")
			}
			if number != "" {
				return dialect.TextValue(number), nil
			}
		case pieces[name] != "":
			return dialect.TextValue(pieces[name]), nil
		}
		return said("no " + name), nil
	}
}

// keyType is the document's kind for functions with + between.
func keyType(functions string) (dialect.Value, error) {
	all := strings.Split(strings.ToLower(functions), "+")
	for _, kind := range []struct{ theirs, ours string }{{"blf", "blf"}, {"prk", "park"}, {"sd", "speed-dial"}, {"dnd", "dnd"}, {"cfwd", "forward"}, {"mwi", "voicemail"}} {
		for _, f := range all {
			if f == kind.theirs {
				return dialect.TextValue(kind.ours), nil
			}
		}
	}
	return dialect.Value{}, dialect.NoSuch("this phone has no key for the function %q", dialect.Clip(functions))
}
