package grandstream

import (
	"fmt"
	"strconv"
	"strings"

	"offhook/provisioning/dialect"
)

// transport knows the numbers and the words; templates declare one and write the
// other.
var transport = dialect.Enum("0", "udp", "1", "tcp", "2", "tls", "UDP", "udp", "TCP", "tcp",
	"TlsOrTcp", "tls", "Tls Or Tcp", "tls", "TLS/TCP", "tls", "TCP/TLS", "tls", "TLS", "tls")

var srtp = dialect.Enum("0", "off", "1", "optional", "2", "mandatory", "3", "optional",
	"Disabled", "off", "No", "off", "EnabledButNotForced", "optional", "EnabledAndForced", "mandatory", "Optional", "optional")

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
	names := map[string]string{"0": "PCMU", "8": "PCMA", "9": "G722", "123": "opus", "2": "G726-32", "4": "G723.1", "18": "G729", "97": "iLBC", "98": "iLBC"}
	if name, ok := names[s]; ok {
		v, err := dialect.CodecName(name)
		v.How = "payload type " + s
		return v, err
	}
	return dialect.CodecName(s)
}

// on takes Yes for one value and lets No say nothing.
func on(value string) dialect.Convert {
	return func(s string) (dialect.Value, error) {
		v, err := dialect.Flag(s)
		if err != nil || v.Text == "false" {
			return dialect.Value{How: "says nothing"}, err
		}
		return dialect.TextValue(value), nil
	}
}

// either takes Yes for one value and No for another.
func either(yes, no string) dialect.Convert {
	return func(s string) (dialect.Value, error) {
		v, err := dialect.Flag(s)
		if err != nil {
			return v, err
		}
		if v.Text == "true" {
			return dialect.TextValue(yes), nil
		}
		return dialect.TextValue(no), nil
	}
}

// always takes Yes for what is not otherwise here.
func always(why string) dialect.Convert {
	return func(s string) (dialect.Value, error) {
		v, err := dialect.Flag(s)
		if err == nil && v.Text == "true" {
			return dialect.Value{How: "as it always is"}, nil
		}
		if err == nil {
			err = dialect.Unsafe("%s", why)
		}
		return dialect.Value{}, err
	}
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

// jitterType: there is one.
var jitterType = dialect.Then(dialect.Enum("1", "adaptive", "Adaptive", "adaptive",
	"0", "!the jitter buffer always adapts itself", "Fixed", "!the jitter buffer always adapts itself"),
	func(dialect.Value) (dialect.Value, error) { return dialect.Value{How: "as it always is"}, nil })

// doorCode refuses what the document would: it must not be refused as a whole.
func doorCode(s string) (dialect.Value, error) {
	if len(s) < 4 || len(s) > 12 || strings.Trim(s, "0123456789") != "" {
		return dialect.Value{}, dialect.Unsafe("a code has 4 to 12 digits here")
	}
	return dialect.TextValue(s), nil
}

var clock = dialect.Enum("0", "12h", "1", "24h", "12Hour", "12h", "24Hour", "24h", "12", "12h", "24", "24h")

// numbers is a list of numbers with commas between.
func numbers(s string) (dialect.Value, error) { return dialect.ListValue(dialect.Words(s)...), nil }

// mode is when files are fetched anew.
var mode = dialect.Then(dialect.Enum("0", "no", "No", "no", "1", "yes", "YesUpgradeMin", "yes", "Yes", "yes",
	"2", "!this phone asks at intervals, not at an hour of the day", "3", "!this phone asks at intervals, not on a day of the week",
	"YesUpgradeHourOfDay", "!this phone asks at intervals, not at an hour of the day", "YesUpgradeDayOfWeek", "!this phone asks at intervals, not on a day of the week"),
	func(v dialect.Value) (dialect.Value, error) { return dialect.BoolValue(v.Text == "yes"), nil })

var protocol = dialect.Enum("0", "tftp", "1", "http", "2", "https", "3", "ftp", "4", "ftps",
	"TFTP", "tftp", "HTTP", "http", "HTTPS", "https", "FTP", "ftp", "FTPS", "ftps")

var logLevel = dialect.Enum("0", "error", "None", "error", "1", "debug", "DEBUG", "debug", "2", "info", "INFO", "info",
	"3", "warn", "WARNING", "warn", "4", "error", "ERROR", "error")

// oneBased counts from 1 what the file counts from 0.
func oneBased(s string) (dialect.Value, error) {
	v, err := dialect.Number(s)
	if err != nil {
		return v, err
	}
	n, _ := strconv.Atoi(v.Text)
	v = dialect.IntValue(n + 1)
	v.How = "counted from 0"
	return v, nil
}

// dnsMode: servers without a port are found by DNS here, which is what the
// choices of SRV and NAPTR ask for; with a port the address alone is asked.
var dnsMode = dialect.Then(dialect.Enum("0", "a", "ARecord", "a", "A Record", "a", "1", "srv", "SRV", "srv", "2", "naptr", "NaptrOrSrv", "naptr", "NAPTR/SRV", "naptr",
	"3", "!addresses for a server's name are not kept in the configuration", "UseConfiguredIP", "!addresses for a server's name are not kept in the configuration"),
	func(dialect.Value) (dialect.Value, error) {
		return dialect.Value{How: "a server without a port is found by SRV, one with a port by its address"}, nil
	})

// natMode: keeping the way open is what the choice can say here.
func natMode(s string) (dialect.Value, error) {
	v, err := dialect.Enum("0", "off", "No", "off", "1", "on", "STUN", "on", "2", "on", "KeepAlive", "on", "Keep-Alive", "on", "4", "on", "Auto", "on",
		"3", "!this phone does not speak UPnP", "UPnP", "!this phone does not speak UPnP", "5", "!a VPN is the board's own", "VPN", "!a VPN is the board's own")(s)
	if err != nil || v.Text == "off" {
		return dialect.Value{How: "the way through NAT is always kept open"}, err
	}
	return dialect.BoolValue(true), nil
}

// keyMode is what a multi-purpose key does, in words or as numbers: what those
// mean differs between telephones.
func keyMode(zero map[string]string) dialect.Convert {
	return func(s string) (dialect.Value, error) {
		word := strings.ToLower(strings.NewReplacer(" ", "", "_", "", "-", "").Replace(s))
		if w, ok := zero[s]; ok {
			word = w
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

// fixedKeys are the numbers of line keys of GXP21xx; dynamicKeys those of
// multi-purpose keys, and of line keys where a file has aliases.
var (
	fixedKeys = map[string]string{"0": "line", "1": "sharedline", "10": "speeddial", "11": "blf", "12": "presencewatcher", "13": "eventlistblf",
		"14": "speeddialactive", "15": "dialdtmf", "16": "voicemail", "17": "callreturn", "18": "transfer", "19": "callpark", "20": "intercom", "21": "ldapsearch",
		"-1": "none", "31": "line"}
	dynamicKeys = map[string]string{"-1": "none", "0": "speeddial", "1": "blf", "2": "presencewatcher", "3": "eventlistblf", "4": "speeddialactive", "5": "dialdtmf",
		"6": "voicemail", "7": "callreturn", "8": "transfer", "9": "callpark", "10": "intercom", "16": "monitoredcallpark", "21": "forward", "22": "dnd", "31": "line", "32": "sharedline"}
)
