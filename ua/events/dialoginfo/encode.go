package dialoginfo

import (
	"fmt"
	"strings"

	"offhook/ua/events/element"
)

// Encode writes a full document.
func (i Info) Encode() []byte {
	var out strings.Builder
	fmt.Fprintf(&out, `<?xml version="1.0"?>`+"\r\n"+
		`<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="%d" state="full" entity="%s">`+"\r\n", i.Version, element.Escape(i.Entity))
	for _, d := range i.Dialogs {
		d.encode(&out)
	}
	out.WriteString("</dialog-info>\r\n")
	return []byte(out.String())
}

func (d Dialog) encode(out *strings.Builder) {
	fmt.Fprintf(out, `<dialog id="%s"`, element.Escape(d.ID))
	direction := "initiator"
	if d.Incoming {
		direction = "recipient"
	}
	for _, a := range []struct{ name, value string }{
		{"call-id", d.CallID}, {"local-tag", d.LocalTag}, {"remote-tag", d.RemoteTag}, {"direction", direction},
	} {
		if a.value != "" {
			fmt.Fprintf(out, ` %s="%s"`, a.name, element.Escape(a.value))
		}
	}
	fmt.Fprintf(out, "><state>%s</state>", d.State)
	d.Local.encode(out, "local", d.Held)
	d.Remote.encode(out, "remote", false)
	out.WriteString("</dialog>\r\n")
}

func (s Side) encode(out *strings.Builder, name string, held bool) {
	if s.Identity == "" && s.Target == "" && s.Description == "" {
		return
	}
	fmt.Fprintf(out, "<%s>", name)
	if s.Identity != "" {
		out.WriteString("<identity")
		if s.Display != "" {
			fmt.Fprintf(out, ` display="%s"`, element.Escape(s.Display))
		}
		fmt.Fprintf(out, ">%s</identity>", element.Escape(s.Identity))
	}
	if s.Target != "" {
		fmt.Fprintf(out, `<target uri="%s">`, element.Escape(s.Target))
		if held {
			out.WriteString(`<param pname="+sip.rendering" pval="no"/>`)
		}
		out.WriteString("</target>")
	}
	if s.Description != "" { // RFC 4235 §4.1
		fmt.Fprintf(out, `<session-description type="application/sdp">%s</session-description>`, element.Escape(s.Description))
	}
	fmt.Fprintf(out, "</%s>", name)
}
