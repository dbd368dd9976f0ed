package agent

import (
	"bytes"
	"slices"
	"strings"

	"offhook/ua/events/dialoginfo"
	"offhook/ua/wire"
)

// dialogFilter is what a subscription to our dialogs is about, by the parameters of
// its Event header (RFC 4235 §4.2): all dialogs; those of one INVITE, by Call-ID
// and our tag; or one.
type dialogFilter struct {
	id           string // of the subscription; it comes back in each NOTIFY (RFC 6665 §8.2.1)
	callID       string
	local        string // to-tag: ours
	remote       string // from-tag: theirs
	descriptions bool   // with what is described in them
}

// dialogFilterOf reads an Event value. It reports false for parameters that name
// no dialog.
func dialogFilterOf(event string) (dialogFilter, bool) {
	_, rest, _ := strings.Cut(event, ";")
	params, err := wire.ParseParams(rest)
	if err != nil {
		return dialogFilter{}, false
	}
	var f dialogFilter
	f.id, _ = params.Get("id")
	f.callID, _ = params.Get("call-id")
	f.local, _ = params.Get("to-tag")
	f.remote, _ = params.Get("from-tag")
	_, f.descriptions = params.Get("include-session-description")
	named := f.callID != "" && f.local != ""
	if f.id != "" && !wire.IsToken(f.id) {
		return f, false
	}
	return f, named || f.callID == "" && f.local == "" && f.remote == ""
}

// event is the Event value of the subscription's NOTIFYs.
func (f dialogFilter) event(name string) string {
	if f.id == "" {
		return name
	}
	return name + ";id=" + f.id
}

// only reports whether the subscription is about some dialogs alone, and is over
// with them.
func (f dialogFilter) only() bool { return f.callID != "" }

func (f dialogFilter) wants(d dialoginfo.Dialog) bool {
	return !f.only() || f.callID == d.CallID && f.local == d.LocalTag && (f.remote == "" || f.remote == d.RemoteTag)
}

// of are the dialogs that the subscription is about.
func (f dialogFilter) of(dialogs []dialoginfo.Dialog) []dialoginfo.Dialog {
	dialogs = slices.DeleteFunc(dialogs, func(d dialoginfo.Dialog) bool { return !f.wants(d) })
	for i := range dialogs {
		if !f.descriptions {
			dialogs[i].Local.Description, dialogs[i].Remote.Description = "", ""
		}
	}
	return dialogs
}

// withoutKeys takes the keys of a description away (RFC 4568 §6, RFC 8866 §5.12):
// who may know of a call may not hear it.
func withoutKeys(sdp []byte) string {
	var out strings.Builder
	for _, line := range bytes.FieldsFunc(sdp, func(r rune) bool { return r == '\r' || r == '\n' }) {
		word := bytes.ToLower(bytes.TrimSpace(line))
		if !bytes.HasPrefix(word, []byte("a=crypto:")) && !bytes.HasPrefix(word, []byte("a=key-mgmt:")) && !bytes.HasPrefix(word, []byte("k=")) {
			out.Write(line)
			out.WriteString("\r\n")
		}
	}
	return out.String()
}
