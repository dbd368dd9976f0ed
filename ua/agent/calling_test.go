package agent

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/uatest"
	"offhook/ua/wire"
)

func lastRequest(t *testing.T, o *office, method string) wire.Message {
	t.Helper()
	all := o.Requests(method)
	if len(all) == 0 {
		t.Fatalf("no %s came", method)
	}
	return all[len(all)-1]
}

// a calls b, who sends the call on to c.
func TestRedirect_says_where_and_why(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		_, a, b, c := trio(t, transport)
		id, err := a.agent.Invite("1001", "1002")
		a.must(err)
		in := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
		b.must(b.agent.Ringing(in.ID))
		b.must(b.agent.Redirect(in.ID, "1003", ua.DivertNoAnswer))
		b.awaitEnd(in.ID, ua.Forwarded)
		ct := answerNext(c)
		a.awaitCall(ua.Confirmed)
		a.must(a.agent.Hangup(id))
		c.awaitEnd(ct, ua.RemoteBye)
	})
}

func TestRedirect_fields(t *testing.T) {
	for _, c := range []struct {
		arrow, request string
		want           []string
	}{
		{"plain -> Diversion", "", []string{"Contact: <sip:1003@pbx>", "Diversion: <sip:1002@pbx>;reason=user-busy;counter=1"}},
		{"who supports histinfo -> a history of one", "Supported: histinfo\n", []string{
			"Contact: <sip:1003@pbx>;mp=1", "Diversion: <sip:1002@pbx>;reason=user-busy;counter=1",
			"History-Info: <sip:1002@192.0.2.7?Reason=SIP%3Bcause%3D302>;index=1"}},
		{"a history -> it and why it goes on", "History-Info: <sip:1002@pbx>;index=1, <sip:1002@192.0.2.7>;index=1.1;rc=1\n", []string{
			"Contact: <sip:1003@pbx>;mp=1.1", "Diversion: <sip:1002@pbx>;reason=user-busy;counter=1",
			"History-Info: <sip:1002@pbx>;index=1", "History-Info: <sip:1002@192.0.2.7?Reason=SIP%3Bcause%3D302>;index=1.1"}},
		{"a history that is none -> left as it is", "History-Info: <<>\n", []string{
			"Contact: <sip:1003@pbx>", "Diversion: <sip:1002@pbx>;reason=user-busy;counter=1", "History-Info: <<>"}},
	} {
		m, err := wire.Parse([]byte(strings.ReplaceAll("INVITE sip:1002@192.0.2.7 SIP/2.0\n"+c.request+"\n", "\n", "\r\n")))
		if err != nil {
			t.Fatal(c.arrow, err)
		}
		d := diversionOf(&m)
		d.reason = ua.DivertBusy
		var got []string
		for _, f := range d.fields("sip:1003@pbx", "sip:1002@pbx") {
			got = append(got, f.Name+": "+f.Value)
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s: got\n%s", c.arrow, strings.Join(got, "\n"))
		}
	}
}

func TestRedirect_does_not_go_in_circles(t *testing.T) {
	for arrow, c := range map[string]struct {
		before []string
		want   bool
	}{
		"nobody before us -> goes on":     {nil, false},
		"another before us -> goes on":    {[]string{"<sip:1009@pbx>;reason=unconditional"}, false},
		"we did already -> no more":       {[]string{"<sip:1003@pbx>", `"B" <sip:1002@pbx;user=phone>;reason=no-answer`}, true},
		"as many as ever may -> no more":  {strings.Fields("<sip:1@x> <sip:2@x> <sip:3@x> <sip:4@x> <sip:5@x>"), true},
		"what nobody can read -> goes on": {[]string{"<<>"}, false},
	} {
		if got := (diversion{before: c.before}).loops("sip:1002@pbx"); got != c.want {
			t.Errorf("%s: %v", arrow, got)
		}
	}
}

func TestDivertedBy(t *testing.T) {
	for request, want := range map[string]string{
		"":                            "",
		"Diversion: <sip:1009@pbx>\n": "1009",
		"Diversion: <sip:1009@pbx>;reason=x, <sip:1008@pbx>\n":                                            "1009",
		"History-Info: <sip:1002@pbx>;index=1\n":                                                          "",
		"History-Info: <sip:1009@pbx?Reason=x>;index=1, <sip:1002@pbx>;index=1.1;mp=1\n":                  "1009",
		"History-Info: <sip:1009@pbx>;index=1, <sip:1002@pbx>;index=1.1;rc=1\n":                           "",
		"History-Info: <sip:1009@pbx>;index=1, <sip:1008@p>;index=1.1;mp=1, <sip:2@p>;index=1.2;mp=1.1\n": "1008",
	} {
		m, err := wire.Parse([]byte(strings.ReplaceAll("INVITE sip:1002@pbx SIP/2.0\n"+request+"\n", "\n", "\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		if got := divertedBy(&m); got.User != want {
			t.Errorf("%q: %+v", request, got)
		}
	}
}

func TestInvite_identity(t *testing.T) {
	for _, c := range []struct {
		arrow   string
		account func(*ua.Account)
		options ua.InviteOptions
		want    map[string]string // what a field contains; "" for no such field
	}{
		{"as ever -> our name", nil, ua.InviteOptions{}, map[string]string{"From": "sip:1001@pbx.example", "Privacy": "", "P-Preferred-Identity": "", "Contact": "sip:1001@"}},
		{"withheld for a call -> the server alone is told", nil, ua.InviteOptions{Anonymous: true}, map[string]string{
			"From": "sip:anonymous@anonymous.invalid", "Privacy": "id", "P-Preferred-Identity": `"Phone 1001" <sip:1001@pbx.example>`, "Contact": "sip:anonymous@"}},
		{"withheld by the account -> the server alone is told", func(a *ua.Account) { a.Anonymous = true }, ua.InviteOptions{}, map[string]string{
			"From": "sip:anonymous@anonymous.invalid", "Privacy": "id"}},
		{"a call for help -> nothing is withheld", func(a *ua.Account) { a.Anonymous = true }, ua.InviteOptions{Emergency: true}, map[string]string{
			"From": "sip:1001@pbx.example", "Privacy": "", "Priority": "emergency"}},
		{"a preferred identity -> the server is told", func(a *ua.Account) { a.Identity = "4420" }, ua.InviteOptions{}, map[string]string{
			"From": "sip:1001@pbx.example", "P-Preferred-Identity": "<sip:4420@pbx.example>", "Privacy": ""}},
		{"an intercom call -> asks for it", nil, ua.InviteOptions{Intercom: true}, map[string]string{
			"Answer-Mode": "Auto", "Call-Info": "answer-after=0", "Alert-Info": "alert-autoanswer"}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			o := newOffice(t, nil)
			a := o.phone(t, "1001", ua.TCP, c.account)
			a.awaitState(ua.Registered)
			id, err := a.agent.InviteWith("1001", "1009", c.options)
			a.must(err)
			a.awaitEnd(id, ua.Rejected)
			m := lastRequest(t, o, "INVITE")
			for name, want := range c.want {
				if got := m.Get(name); want == "" && got != "" || !strings.Contains(got, want) {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestInvite_intercom_is_answered_by_itself(t *testing.T) {
	_, a, b := pair(t, ua.TCP)
	_, err := a.agent.InviteWith("1001", "1002", ua.InviteOptions{Intercom: true})
	a.must(err)
	b.awaitCallThat("a call that asks for it", func(c ua.Call) bool { return c.Incoming && c.AutoAnswer })
}

func TestInvite_withheld_rings_as_anonymous_and_is_hung_up_by_either(t *testing.T) {
	_, a, b := pair(t, ua.UDP)
	id, err := a.agent.InviteWith("1001", "1002", ua.InviteOptions{Anonymous: true})
	a.must(err)
	in := b.awaitCallThat("a call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
	if in.Remote.User != "anonymous" || in.Remote.DisplayName != "Anonymous" {
		t.Errorf("%+v", in.Remote)
	}
	b.must(b.agent.Answer(in.ID))
	a.awaitCall(ua.Confirmed)
	b.awaitCall(ua.Confirmed)
	b.must(b.agent.Hangup(in.ID))
	a.awaitEnd(id, ua.RemoteBye)
}

func TestAsserted(t *testing.T) {
	for request, want := range map[string]ua.Party{
		"": {},
		"P-Asserted-Identity: \"Bob\" <sip:1002@pbx>, <tel:+1>\nRemote-Party-ID: <sip:1@x>\n": {URI: "sip:1002@pbx", User: "1002", DisplayName: "Bob", Verified: true},
		"Remote-Party-ID: \"Bob\" <sip:1002@pbx>;party=calling;screen=yes;privacy=off\n":      {URI: "sip:1002@pbx", User: "1002", DisplayName: "Bob", Verified: true},
		"Remote-Party-ID: \"Bob\" <sip:1002@pbx>;screen=no\n":                                 {URI: "sip:1002@pbx", User: "1002", DisplayName: "Bob"},
		"Remote-Party-ID: <sip:1002@pbx>;privacy=full\n":                                      {},
		"P-Asserted-Identity: <<\n":                                                           {},
	} {
		m, err := wire.Parse([]byte(strings.ReplaceAll("INVITE sip:1002@pbx SIP/2.0\n"+request+"\n", "\n", "\r\n")))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := asserted(&m); got != want || ok != (want != ua.Party{}) {
			t.Errorf("%q: %+v %v", request, got, ok)
		}
	}
}

// a calls b, c picks the call up while it rings there.
func TestPickup_of_what_rings_elsewhere(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b, c := trio(t, transport)
		at, err := a.agent.Invite("1001", "1002")
		a.must(err)
		in := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
		b.must(b.agent.Ringing(in.ID))
		a.awaitCall(ua.Early)
		ref := dialogOf(a, at)
		ref.Target, ref.EarlyOnly = "1001", true
		ct, err := c.agent.Pickup("1003", ref)
		c.must(err)
		c.awaitCall(ua.Confirmed)
		taken := a.awaitCallThat("a call in its place", func(c ua.Call) bool { return c.Replaces == at && c.State == ua.Confirmed })
		if taken.Remote.User != "1003" {
			t.Errorf("%+v", taken)
		}
		a.awaitEnd(at, ua.Replaced)
		b.awaitEnd(in.ID, ua.AnsweredOther)
		invite := lastRequest(t, o, "INVITE")
		if r := invite.Get("Replaces"); !strings.Contains(r, "early-only") || !strings.Contains(invite.Get("Require"), "replaces") {
			t.Errorf("Replaces %q, Require %q", r, invite.Get("Require"))
		}
		c.must(c.agent.Hangup(ct))
		a.awaitEnd(taken.ID, ua.RemoteBye)
	})
}

// A call that is there already is not picked up by who wants it early only.
func TestPickup_too_late(t *testing.T) {
	_, a, b, c := trio(t, ua.TCP)
	at, bt := talk(a, b)
	ref := dialogOf(a, at)
	ref.Target, ref.EarlyOnly = "1001", true
	ct, err := c.agent.Pickup("1003", ref)
	c.must(err)
	c.awaitEnd(ct, ua.Rejected)
	a.must(a.agent.Hangup(at))
	b.awaitEnd(bt, ua.RemoteBye)
}

func TestPickup_of_nothing(t *testing.T) {
	o := newOffice(t, nil)
	a := o.phone(t, "1001", ua.TCP, nil)
	for arrow, ref := range map[string]ua.DialogRef{
		"no target":         {CallID: "x", LocalTag: "1", RemoteTag: "2"},
		"no Call-ID":        {LocalTag: "1", RemoteTag: "2", Target: "1002"},
		"a header's end":    {CallID: "x\r\nEvil: 1", LocalTag: "1", RemoteTag: "2", Target: "1002"},
		"a tag with a line": {CallID: "x", LocalTag: "1\n", RemoteTag: "2", Target: "1002"},
	} {
		if _, err := a.agent.Pickup("1001", ref); err != ua.ErrTarget {
			t.Errorf("%s: %v", arrow, err)
		}
	}
}

func dialogOf(p *phone, id ua.CallID) ua.DialogRef {
	p.tb.Helper()
	found := make(chan ua.DialogRef, 1)
	p.must(p.agent.command(func(o *owner) {
		c := o.calls[id]
		ref := ua.DialogRef{CallID: c.callID, LocalTag: c.localTag}
		ref.RemoteTag = c.machine.RemoteTag()
		found <- ref
	}))
	return <-found
}

// a calls b, rings at c, and does not wait for him.
func TestTransfer_to_one_who_has_not_answered(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		_, a, b, c := trio(t, transport)
		at, bt := talk(a, b)
		consult, err := a.agent.Invite("1001", "1003")
		a.must(err)
		first := c.awaitCallThat("the question", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
		c.must(c.agent.Ringing(first.ID))
		a.awaitCallThat("ringing", func(c ua.Call) bool { return c.ID == consult && c.State == ua.Early })
		a.must(a.agent.TransferTo(at, consult))
		next := b.awaitCallThat("a call in its place", func(c ua.Call) bool { return c.Replaces == bt })
		in := c.awaitCallThat("the call", func(c ua.Call) bool { return c.ID != first.ID && c.State == ua.Proceeding }) // before or after the end of the first
		c.must(c.agent.Answer(in.ID))
		b.awaitEnd(bt, ua.RemoteBye)
		b.must(b.agent.Hangup(next.ID))
		c.awaitEnd(in.ID, ua.RemoteBye)
	})
}

func TestTransfer_to_one_who_is_gone_is_told(t *testing.T) {
	_, a, b := pair(t, ua.TCP)
	at, bt := talk(a, b)
	a.must(a.agent.Transfer(at, "1003@[::"))
	a.awaitCallThat("the refusal", func(c ua.Call) bool {
		return c.ID == at && strings.HasPrefix(c.Reason, "transfer: ") && !c.Transferring
	})
	a.must(a.agent.Hangup(at))
	b.awaitEnd(bt, ua.RemoteBye)
}

func TestEmergency_says_where_we_are(t *testing.T) {
	o := newOffice(t, nil)
	place := ua.Location{Country: "de", City: "Köln & Umland", Street: "Domkloster", Number: "4", Latitude: "50.9413", Longitude: "6.9583"}
	a := o.phone(t, "1001", ua.TCP, func(a *ua.Account) { a.EmergencyURN, a.Location = true, place })
	a.awaitState(ua.Registered)
	id, err := a.agent.InviteWith("1001", "112", ua.InviteOptions{Emergency: true})
	a.must(err)
	a.awaitEnd(id, ua.Rejected)
	m := lastRequest(t, o, "INVITE")
	if m.URI != "urn:service:sos" || !strings.Contains(m.Get("To"), "<urn:service:sos>") || m.Get("Priority") != "emergency" {
		t.Errorf("%s To %s Priority %s", m.URI, m.Get("To"), m.Get("Priority"))
	}
	parts := partsOf(t, &m)
	if len(parts["application/sdp"]) == 0 {
		t.Error("no description")
	}
	where := parts["application/pidf+xml"]
	for _, want := range []string{"<gml:pos>50.9413 6.9583</gml:pos>", "<ca:country>DE</ca:country><ca:A3>Köln &amp; Umland</ca:A3><ca:RD>Domkloster</ca:RD><ca:HNO>4</ca:HNO>", `entity="pres:1001@pbx.example"`} {
		if !strings.Contains(where, want) {
			t.Errorf("no %s in %s", want, where)
		}
	}
	if err := xml.Unmarshal([]byte(where), new(struct{})); err != nil {
		t.Error(err)
	}
}

func partsOf(t *testing.T, m *wire.Message) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		t.Fatal(kind, err)
	}
	out := map[string]string{}
	reader := multipart.NewReader(bytes.NewReader(m.Body), params["boundary"])
	for {
		part, err := reader.NextPart()
		if err != nil {
			return out
		}
		body, _ := io.ReadAll(part)
		out[part.Header.Get("Content-Type")] = string(body)
		if id := part.Header.Get("Content-ID"); id != "" && m.Get("Geolocation") != "<cid:"+strings.Trim(id, "<>")+">" {
			t.Errorf("Geolocation %s, Content-ID %s", m.Get("Geolocation"), id)
		}
	}
}

func TestEmergency_nowhere_is_a_plain_call(t *testing.T) {
	_, a, b := pair(t, ua.TCP)
	_, err := a.agent.InviteWith("1001", "1002", ua.InviteOptions{Emergency: true})
	a.must(err)
	b.awaitCallThat("a call", func(c ua.Call) bool { return c.Incoming })
}

func TestPIDF_of_a_point_alone(t *testing.T) {
	got := string(pidf(ua.Location{Latitude: "1", Longitude: "-2"}, "pres:a@b", time.Unix(0, 0)))
	if strings.Contains(got, "civicAddress") || !strings.Contains(got, "<gml:pos>1 -2</gml:pos>") || !strings.Contains(got, "1970-01-01T00:00:00Z") {
		t.Error(got)
	}
}

func TestMessage_both_ways(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := pair(t, transport)
		id, err := a.agent.SendMessage("1001", "1002", "Grüße\n2")
		a.must(err)
		in := await(b, "a message", func(ua.MessageReceived) bool { return true })
		if in.Text != "Grüße\n2" || in.From.User != "1001" || in.Account != "1002" {
			t.Errorf("%+v", in)
		}
		if out := await(a, "its end", func(ua.MessageSent) bool { return true }); out.ID != id || out.Status != 200 || out.Reason != "" {
			t.Errorf("%+v", out)
		}
		if m := lastRequest(t, o, "MESSAGE"); m.Has("Contact") || m.Get("Max-Forwards") != "69" && m.Get("Max-Forwards") != "70" {
			t.Errorf("Contact %q Max-Forwards %q", m.Get("Contact"), m.Get("Max-Forwards"))
		}
	})
}

func TestMessage_that_nobody_takes(t *testing.T) {
	o := newOffice(t, nil)
	a := o.phone(t, "1001", ua.TCP, nil)
	a.awaitState(ua.Registered)
	_, err := a.agent.SendMessage("1001", "1009", "hello")
	a.must(err)
	if out := await(a, "its end", func(ua.MessageSent) bool { return true }); out.Status != 404 || out.Reason != "Not Found" {
		t.Errorf("%+v", out)
	}
	for arrow, text := range map[string]string{"nothing": " ", "too long": strings.Repeat("x", maxMessage+1), "broken": "\xff"} {
		if _, err := a.agent.SendMessage("1001", "1002", text); err != ua.ErrMessage {
			t.Errorf("%s: %v", arrow, err)
		}
	}
	if _, err := a.agent.SendMessage("1009", "1002", "x"); err != ua.ErrNoAccount {
		t.Error(err)
	}
}

func TestMessage_that_comes(t *testing.T) {
	answers := make(chan wire.Message, 8)
	o := newOffice(t, func(c *uatest.ProxyConfig) { c.ServiceNote = func(m wire.Message) { answers <- m } })
	a := o.phone(t, "1001", ua.TCP, nil)
	a.awaitState(ua.Registered)
	for _, c := range []struct {
		arrow, kind, body string
		status            int
	}{
		{"plain", "text/plain", "hello", 200},
		{"HTML", "text/html", "<b>", 415},
		{"packed", "text/plain\nContent-Encoding: gzip", "x", 415},
		{"broken", "text/plain", "\xff", 400},
	} {
		a.must(o.Send("1001", "MESSAGE %CONTACT% SIP/2.0\nVia: %VIA%\nMax-Forwards: 70\nFrom: <sip:1002@pbx.example>;tag=q\nTo: <sip:1001@pbx.example>\nCall-ID: m-"+c.arrow+
			fmt.Sprintf("\nCSeq: 1 MESSAGE\nContent-Type: %s\nContent-Length: %d\n\n%s", c.kind, len(c.body), c.body)))
		if m := nextFinal(t, answers); m.Status != c.status || m.Has("Contact") {
			t.Errorf("%s: %d", c.arrow, m.Status)
		}
	}
	await(a, "the plain one", func(e ua.MessageReceived) bool { return e.Text == "hello" })
}
