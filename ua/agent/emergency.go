package agent

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"strings"
	"time"

	"offhook/ua"
	"offhook/ua/wire"
)

// serviceURN asks for whoever helps where we are (RFC 5031 §4.2).
const serviceURN = "urn:service:sos"

// emergency marks the INVITE of a call for help: it is urgent, and says where we
// are if the account knows, by value (RFC 6442 §4.1).
func (o *owner) emergency(c *call, s *spec) {
	s.extra = append(s.extra, wire.Field{Name: "Priority", Value: "emergency"})
	account := c.line.account
	if account.Location == (ua.Location{}) {
		return
	}
	host, _, _ := splitServer(account.Domain)
	id := c.localTag + "@" + host
	body, boundary, err := withLocation(s.body, account.Location, "pres:"+wire.EscapeUser(account.User)+"@"+host, id, o.config.Now())
	if err != nil {
		o.log.Error("a call for help goes without its location", "error", err)
		return
	}
	s.contentType, s.body = "multipart/mixed;boundary="+boundary, body
	s.extra = append(s.extra,
		wire.Field{Name: "Geolocation", Value: "<cid:" + id + ">"},
		wire.Field{Name: "Geolocation-Routing", Value: "yes"},
		wire.Field{Name: "Accept", Value: "application/sdp, application/pidf+xml"},
	)
}

// withLocation puts a description and a location into one body (RFC 5621).
func withLocation(sdp []byte, at ua.Location, entity, id string, now time.Time) (body []byte, boundary string, err error) {
	var out bytes.Buffer
	parts := multipart.NewWriter(&out)
	for _, p := range []struct {
		header textproto.MIMEHeader
		body   []byte
	}{
		{textproto.MIMEHeader{"Content-Type": {"application/sdp"}}, sdp},
		{textproto.MIMEHeader{"Content-Type": {"application/pidf+xml"}, "Content-ID": {"<" + id + ">"}}, pidf(at, entity, now)},
	} {
		part, err := parts.CreatePart(p.header)
		if err == nil {
			_, err = part.Write(p.body)
		}
		if err != nil {
			return nil, "", err
		}
	}
	if err := parts.Close(); err != nil {
		return nil, "", err
	}
	return out.Bytes(), parts.Boundary(), nil
}

// pidf is a location object (RFC 4119 §2): a point (RFC 5491 §5.2.1), a civic
// address in the order of its schema (RFC 5139 §5), or both.
func pidf(at ua.Location, entity string, now time.Time) []byte {
	var out strings.Builder
	out.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10" entity="` + escaped(entity) + `">` +
		`<tuple id="phone"><status><gp:geopriv><gp:location-info>`)
	if at.Latitude != "" && at.Longitude != "" {
		fmt.Fprintf(&out, `<gml:Point xmlns:gml="http://www.opengis.net/gml" srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>%s %s</gml:pos></gml:Point>`,
			escaped(at.Latitude), escaped(at.Longitude))
	}
	var civic strings.Builder
	for _, e := range []struct{ name, text string }{
		{"country", strings.ToUpper(at.Country)}, {"A1", at.State}, {"A3", at.City}, {"RD", at.Street}, {"HNO", at.Number},
		{"FLR", at.Floor}, {"PC", at.Postcode}, {"BLD", at.Building}, {"ROOM", at.Room},
	} {
		if e.text != "" {
			fmt.Fprintf(&civic, "<ca:%s>%s</ca:%s>", e.name, escaped(e.text), e.name)
		}
	}
	if civic.Len() > 0 {
		out.WriteString(`<ca:civicAddress xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr">` + civic.String() + `</ca:civicAddress>`)
	}
	fmt.Fprintf(&out, `</gp:location-info><gp:usage-rules/><gp:method>Manual</gp:method></gp:geopriv></status><timestamp>%s</timestamp></tuple></presence>`+"\r\n",
		now.UTC().Format(time.RFC3339))
	return []byte(out.String())
}

// escaped is text as XML has it; encoding/xml would cost the firmware more than
// all else here.
func escaped(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;").Replace(text)
}
