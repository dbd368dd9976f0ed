package grandstream

import (
	"fmt"
	"strconv"
	"strings"

	"offhook/provisioning/dialect"
)

// converters are those of table.txt that are this maker's own.
var converters = []dialect.Converter{
	{Name: "expires", As: expires}, {Name: "codec", As: codec}, {Name: "frames", As: frames}, {Name: "jitter", As: jitter},
	{Name: "doorCode", As: doorCode}, {Name: "oneBased", As: oneBased}, {Name: "zone", As: zone}, {Name: "keys", Of: keyMode},
}

// expires is in minutes, where nearly every other maker has seconds; servers that
// give both the same number are found by its size.
func expires(s string) (dialect.Value, error) {
	v, err := dialect.Minutes(s)
	if n, _ := strconv.Atoi(s); err == nil && n >= 300 {
		v.Warning = fmt.Sprintf("%d minutes are %d hours: this maker's files give minutes; was it meant in seconds?", n, n/60)
	}
	return v, err
}

// codec is a payload type or a name.
func codec(s string) (dialect.Value, error) {
	const names = "|0=PCMU|8=PCMA|9=G722|123=opus|2=G726-32|4=G723.1|18=G729|97=iLBC|98=iLBC|"
	if name, ok := dialect.Lookup(names, s); ok {
		v, err := dialect.CodecName(name)
		v.How = "payload type " + s
		return v, err
	}
	return dialect.CodecName(s)
}

// frames are of 10 ms each.
func frames(s string) (dialect.Value, error) {
	switch s {
	case "1", "2", "3", "4", "6":
		return dialect.TextValue(s + "0ms"), nil
	}
	return dialect.Value{}, dialect.NoSuch("this phone sends packets of 10, 20, 30, 40 or 60 ms")
}

// jitter is the number of a choice that begins with 100 ms, or "300ms".
func jitter(s string) (dialect.Value, error) {
	if ms, ok := strings.CutSuffix(s, "ms"); ok {
		return dialect.Milliseconds(ms)
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 7 {
		return dialect.Value{}, fmt.Errorf("%q is neither 0 to 7 nor such as 300ms", dialect.Clip(s))
	}
	return dialect.TextValue(strconv.Itoa(100*(n+1)) + "ms"), nil
}

// doorCode refuses what the document would: it must not be refused as a whole.
func doorCode(s string) (dialect.Value, error) {
	if len(s) < 4 || len(s) > 12 || strings.Trim(s, "0123456789") != "" {
		return dialect.Value{}, dialect.Unsafe("a code has 4 to 12 digits here")
	}
	return dialect.TextValue(s), nil
}

// oneBased counts from 1 what the file counts from 0.
func oneBased(s string) (dialect.Value, error) {
	if name, ok := strings.CutPrefix(s, "Account"); ok { // the newer form has a name: Account1 is the first
		return dialect.Number(strings.TrimSpace(name))
	}
	v, err := dialect.Number(s)
	if err != nil {
		return v, err
	}
	n, _ := strconv.Atoi(v.Text)
	v = dialect.IntValue(n + 1)
	v.How = "counted from 0"
	return v, nil
}

// keyMode is what a multi-purpose key does, in words or as numbers: what those
// mean differs between telephones, and is in the arguments: 10=speeddial.
func keyMode(args []string) dialect.Convert {
	return func(s string) (dialect.Value, error) {
		word := strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(s))
		for _, arg := range args {
			if number, w, _ := strings.Cut(arg, "="); number == s {
				word = w
			}
		}
		switch word {
		case "none", "default", "":
			return dialect.Value{How: "nothing"}, nil
		case "line", "sharedline":
			return dialect.TextValue("line"), nil
		case "speeddial", "speeddialactive", "speeddialviaactiveaccount":
			return dialect.TextValue("speed-dial"), nil
		case "blf", "presencewatcher", "eventlistblf":
			return dialect.TextValue("blf"), nil
		case "callpark", "monitoredcallpark":
			return dialect.TextValue("park"), nil
		case "voicemail", "dnd", "forward", "intercom":
			return dialect.TextValue(word), nil
		}
		return dialect.Value{}, dialect.NoSuch("this phone has no key for %s", dialect.Clip(s))
	}
}
