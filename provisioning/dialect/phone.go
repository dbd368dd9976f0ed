package dialect

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"offhook/provisioning"
)

// url makes provisioning.url of its parts.
func (f *finisher) url() {
	const path = "provisioning.url"
	piece := func(name string) *setting { return f.settings["@url."+name] }
	server, protocol, folder, file := piece("server"), piece("protocol"), piece("path"), piece("file")
	if server == nil {
		return
	}
	address := text(server)
	if !strings.Contains(address, "://") {
		scheme := text(protocol)
		if scheme == "" {
			scheme = "http"
		}
		address = scheme + "://" + address
	}
	for _, more := range []*setting{folder, file} {
		if more != nil {
			address = strings.TrimSuffix(address, "/") + "/" + strings.TrimPrefix(text(more), "/")
		}
	}
	out, how, err := URL(address, f.dialect.FileName)
	if err != nil {
		f.drop(Unsupported, err.Error(), server, protocol, folder, file)
		return
	}
	f.made(path, TextValue(out), how, server, protocol, folder, file)
}

// URL makes a URL of the document of another maker's: macros in braces, and
// file at the end of one that names a folder.
func URL(address, file string) (out, how string, err error) {
	address = Macros(address)
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return "", "", fmt.Errorf("it is not a URL; write it as https://host/path")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", "", fmt.Errorf("this phone does not fetch by %s; use https", Clip(u.Scheme))
	case macroFault(address) != nil:
		return "", "", macroFault(address)
	case u.User != nil:
		return "", "", fmt.Errorf("it holds a user name or password; give them by their own parameters")
	}
	if file != "" && (u.Path == "" || strings.HasSuffix(u.Path, "/") || !strings.ContainsAny(u.Path[strings.LastIndexByte(u.Path, '/')+1:], ".{")) {
		return strings.TrimSuffix(address, "/") + "/" + file, "a folder, with this phone's file in it", nil
	}
	return address, "", nil
}

func macroFault(address string) error {
	_, err := provisioning.Device{}.Expand(address)
	return err
}

// Macros replaces other makers' macros by those of the document.
func Macros(s string) string {
	return strings.NewReplacer(
		"{$mac}", "{mac}", "{$MAC}", "{MAC}", "$PSN", "{model}", "$MAU", "{MAC}", "$MA", "{mac}", "$PN", "{model}", "$SN", "{serial}",
		"$mac", "{mac}", "$MAC", "{MAC}", "$PHONE_MODEL", "{model}", "[PHONE_MODEL]", "{model}", "[MAC]", "{mac}", "[SERIALNUMBER]", "{serial}",
		"$model", "{model}", "$PVALUE", "",
	).Replace(s)
}

// zone makes phone.time-zone of a name or of the hours from UTC.
func (f *finisher) zone() {
	const path = "phone.time-zone"
	name, offset := f.settings["@zone.name"], f.settings["@zone.offset"]
	if name != nil {
		if zone, ok := ZoneName(text(name)); ok {
			f.made(path, TextValue(zone), "", name)
			f.drop(Idle, "the name of the zone counts", offset)
			return
		}
		why := fmt.Sprintf("the zone %q is not known here; give its offset, or a name of the tz database such as Europe/Berlin", Clip(text(name)))
		at := f.at(name)
		f.drop(Unsupported, why, name)
		f.warn(Notice{at.File, at.Line, f.given(name), why})
	}
	if offset == nil {
		return
	}
	zone, err := ZoneOffset(text(offset))
	if err != nil {
		f.drop(Unsupported, err.Error(), offset)
		return
	}
	f.made(path, TextValue(zone), "hours from UTC", offset)
	at := f.at(offset)
	f.warn(Notice{at.File, at.Line, f.given(offset), "an offset alone tells no summer time; give the zone's name, too"})
}

// ports makes network.rtp-ports of its two ends.
func (f *finisher) ports() {
	const path = "network.rtp-ports"
	low, high, count := f.settings["@rtp.low"], f.settings["@rtp.high"], f.settings["@rtp.count"]
	if low == nil && high == nil {
		return
	}
	from, to := int(f.base.Network.RTPPorts.Low), int(f.base.Network.RTPPorts.High)
	if low != nil {
		from, _ = strconv.Atoi(text(low))
	}
	if high != nil {
		to, _ = strconv.Atoi(text(high))
	}
	if n, err := strconv.Atoi(text(count)); err == nil && high == nil {
		to = from + n - 1
	} else if high == nil && to < from+15 {
		to = min(from+1000, 65535)
	}
	if from < 1024 || to > 65535 || to-from < 15 {
		why := fmt.Sprintf("%d-%d is no range of ports for this phone: it wants at least 16, from 1024 up", from, to)
		f.drop(Refused, why, low, high, count)
		return
	}
	f.made(path, TextValue(fmt.Sprintf("%d-%d", from, to)), "", low, high, count)
}

// door settles the door's code, which is worth nothing without a relay.
func (f *finisher) door() {
	code := f.settings["door.code"]
	switch {
	case code == nil:
		return
	case f.settings["door.relay"] == nil && f.base.Door.Relay == "":
		f.drop(Unsupported, "no relay of the board is named: set door.relay in the agent's own file", code)
	default:
		return
	}
	delete(f.settings, "door.code")
}
