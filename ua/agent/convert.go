package agent

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"offhook/ua/wire"
)

// fromSIP is the way back from sipgo's type; the header fields went in as text
// and come out as text.
func fromSIP(r *sip.Response) wire.Message {
	m := wire.Message{Status: r.StatusCode, Reason: r.Reason, Version: r.SipVersion, Body: r.Body()}
	for _, h := range r.Headers() {
		m.Fields = append(m.Fields, wire.Field{Name: h.Name(), Value: h.Value()})
	}
	return m
}

func toSIPResponse(m *wire.Message) *sip.Response {
	r := sip.NewResponse(m.Status, m.Reason)
	for _, field := range normalised(m.Fields) {
		r.AppendHeader(sip.NewHeader(field.Name, field.Value))
	}
	if len(m.Body) > 0 {
		r.SetBody(m.Body)
	}
	return r
}

func toSIPRequest(m *wire.Message, f *flow) *sip.Request {
	r := sip.NewRequest(sip.RequestMethod(m.Method), sip.Uri{})
	for _, field := range normalised(m.Fields) {
		r.AppendHeader(sip.NewHeader(field.Name, field.Value))
	}
	r.SetTransport(strings.ToUpper(string(f.transport)))
	return r
}

// normalised rewrites the fields that sipgo's own parser reads, in the form
// that it does not misread: it compares parameter names with regard to case
// and wants single spaces.
func normalised(fields []wire.Field) []wire.Field {
	out := make([]wire.Field, 0, len(fields))
	for _, field := range fields {
		switch field.Name {
		case "CSeq":
			if cseq, err := wire.ParseCSeq(field.Value); err == nil {
				field.Value = strconv.FormatUint(uint64(cseq.Number), 10) + " " + cseq.Method
			}
		case "Via":
			out = append(out, normalVias(field.Value)...)
			continue
		case "Content-Length":
			continue // SetBody writes it
		}
		out = append(out, field)
	}
	return out
}

func normalVias(line string) []wire.Field {
	var out []wire.Field
	for _, hop := range wire.Split(line, ',') {
		if via, err := wire.ParseVia(hop); err == nil {
			hop = viaText(via)
		}
		out = append(out, wire.Field{Name: "Via", Value: hop})
	}
	return out
}

func viaText(via wire.Via) string {
	var out strings.Builder
	out.WriteString(via.Version + "/" + via.Transport + " " + wire.JoinHostPort(via.Host, via.Port))
	for _, p := range via.Params {
		name := strings.ToLower(p.Name)
		switch {
		case p.Value == "":
			out.WriteString(";" + name)
		// What came bare goes back bare, token or not: a peer that strays from
		// RFC 3261 §25.1 must know its own branch again (§8.2.6.2).
		case !strings.ContainsAny(p.Value, " \t\",;<>\\"):
			out.WriteString(";" + name + "=" + p.Value)
		default:
			out.WriteString(";" + name + "=" + wire.Quote(p.Value))
		}
	}
	return out.String()
}

// stampVia notes in the top Via where the request came from (RFC 3261 §18.2.1,
// RFC 3581 §4), and returns where a response goes (RFC 3261 §18.2.2).
func stampVia(m *wire.Message, from netip.AddrPort, datagram, force bool) netip.AddrPort {
	for i := range m.Fields {
		if m.Fields[i].Name != "Via" {
			continue
		}
		hops := wire.Split(m.Fields[i].Value, ',')
		via, err := wire.ParseVia(hops[0])
		if err != nil {
			return from
		}
		_, asked := via.Params.Get("rport")
		asked = asked || force
		via.Params = without(via.Params, "received", "rport")
		if asked || via.Host != from.Addr().String() {
			via.Params = append(via.Params, wire.Param{Name: "received", Value: from.Addr().String()})
		}
		to := from
		if asked {
			via.Params = append(via.Params, wire.Param{Name: "rport", Value: strconv.Itoa(int(from.Port()))})
		} else if datagram {
			to = netip.AddrPortFrom(from.Addr(), via.Port)
			if via.Port == 0 {
				to = netip.AddrPortFrom(from.Addr(), 5060)
			}
		}
		hops[0] = viaText(via)
		m.Fields[i].Value = strings.Join(hops, ", ")
		return to
	}
	return from
}

func without(params wire.Params, names ...string) wire.Params {
	var out wire.Params
	for _, p := range params {
		keep := true
		for _, name := range names {
			keep = keep && !strings.EqualFold(p.Name, name)
		}
		if keep {
			out = append(out, p)
		}
	}
	return out
}
