package dialoginfo

import (
	"errors"
	"strconv"
	"strings"

	"offhook/ua"
	"offhook/ua/events/element"
)

// ErrDocument says that a body is no dialog-info document.
var ErrDocument = errors.New("dialoginfo: not a dialog-info document")

// Bounds of what is kept of a resource.
const (
	maxDialogs = 32
	maxText    = 256 // octets of one value
)

// Info is a document.
type Info struct {
	Entity  string
	Version uint32
	Full    bool
	Dialogs []Dialog
}

// Dialog is one dialog of a watched resource. Local and its tag are the
// resource's own side.
type Dialog struct {
	ID        string
	CallID    string
	LocalTag  string
	RemoteTag string
	Incoming  bool // direction recipient
	State     ua.CallState
	Held      bool // the resource renders nothing (RFC 4235 §4.1.5.2, §5.2)
	Local     Side
	Remote    Side
}

// Side is one end of a dialog. Description is what it has said of its session
// (SDP), where that is told at all; it is written, not read.
type Side struct{ Display, Identity, Target, Description string }

// Parse reads a document (RFC 4235 §4.1). What lacks an id or a state that is
// known makes it invalid.
func Parse(body []byte) (Info, error) {
	root, err := element.Parse(body)
	if err != nil {
		return Info{}, err
	}
	version, err := strconv.ParseUint(root.Attr("version"), 10, 32)
	if root.Name != "dialog-info" || err != nil {
		return Info{}, ErrDocument
	}
	info := Info{Entity: keep(root.Attr("entity")), Version: uint32(version)}
	switch root.Attr("state") {
	case "full":
		info.Full = true
	case "partial":
	default:
		return Info{}, ErrDocument
	}
	for i := range root.Children {
		if root.Children[i].Name != "dialog" || len(info.Dialogs) == maxDialogs {
			continue
		}
		dialog, ok := dialogOf(&root.Children[i])
		if !ok {
			return Info{}, ErrDocument
		}
		info.Dialogs = append(info.Dialogs, dialog)
	}
	return info, nil
}

func dialogOf(e *element.Element) (Dialog, bool) {
	state, ok := states[strings.ToLower(e.Child("state").Text)]
	local := e.Child("local")
	d := Dialog{
		ID: keep(e.Attr("id")), CallID: keep(e.Attr("call-id")), LocalTag: keep(e.Attr("local-tag")), RemoteTag: keep(e.Attr("remote-tag")),
		Incoming: e.Attr("direction") == "recipient", State: state,
		Local: sideOf(local), Remote: sideOf(e.Child("remote")), Held: held(local.Child("target")),
	}
	return d, ok && d.ID != ""
}

var states = map[string]ua.CallState{
	"trying": ua.Trying, "proceeding": ua.Proceeding, "early": ua.Early, "confirmed": ua.Confirmed, "terminated": ua.Terminated,
}

func sideOf(e *element.Element) Side {
	identity := e.Child("identity")
	side := Side{Identity: keep(identity.Text), Target: keep(e.Child("target").Attr("uri"))}
	if side.Identity != "" {
		side.Display = keep(identity.Attr("display"))
	}
	return side
}

func held(target *element.Element) bool {
	if keep(target.Attr("uri")) == "" {
		return false
	}
	for i := range target.Children {
		p := &target.Children[i]
		if p.Name == "param" && strings.EqualFold(p.Attr("pname"), "+sip.rendering") && strings.EqualFold(p.Attr("pval"), "no") {
			return true
		}
	}
	return false
}

// keep takes a copy, so that a value does not hold the whole body in memory.
func keep(text string) string {
	if len(text) > maxText {
		return ""
	}
	return strings.Clone(text)
}
