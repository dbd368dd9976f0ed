package app

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"offhook/provisioning"
	"offhook/ua"
)

// listened is a teller whose events a web server gets.
func listened(t *testing.T) (*teller, chan map[string]string) {
	t.Helper()
	got := make(chan map[string]string, 50)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var event map[string]string
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &event); err != nil {
			t.Error(err)
		}
		got <- event
	}))
	t.Cleanup(server.Close)
	w := newTeller(slog.New(slog.DiscardHandler), provisioning.Device{MAC: "02:00:5e:10:00:01"})
	doc := provisioning.Default()
	doc.Actions = []provisioning.Action{{On: []string{"*"}, URL: server.URL, Method: "post"}}
	w.use(doc)
	ended := make(chan error)
	go func() { ended <- w.run(t.Context()) }()
	t.Cleanup(func() { <-ended })
	return w, got
}

func TestTeller(t *testing.T) {
	w, got := listened(t)
	if e := <-got; e["event"] != "started" || e["mac"] != "02:00:5e:10:00:01" {
		t.Fatal(e)
	}
	call := func(id ua.CallID, incoming bool, state ua.CallState, cause ua.Cause, answered time.Time) ua.CallChanged {
		return ua.CallChanged{Call: ua.Call{ID: id, Account: "1001", Incoming: incoming, State: state, Cause: cause, Answered: answered, Remote: ua.Party{URI: "sip:1002@pbx.example", DisplayName: "Ann"}}}
	}
	minute := time.Now().Add(-time.Minute)
	for _, c := range []struct {
		arrow string
		event ua.Event
		want  string // name, remote, cause; empty: nothing is told
	}{
		{"registering -> nothing", ua.RegistrationChanged{Account: "1001", State: ua.Registering}, ""},
		{"registered -> told", ua.RegistrationChanged{Account: "1001", State: ua.Registered}, "registered  "},
		{"refreshed -> nothing", ua.RegistrationChanged{Account: "1001", State: ua.Registered}, ""},
		{"failed -> why", ua.RegistrationChanged{Account: "1001", State: ua.RegistrationFailed, Cause: "403"}, "registration-failed  403"},
		{"a call comes -> told", call(1, true, ua.Early, "", time.Time{}), "call-incoming sip:1002@pbx.example "},
		{"it rings on -> nothing", call(1, true, ua.Early, "", time.Time{}), ""},
		{"answered -> told", call(1, true, ua.Confirmed, "", minute), "call-answered sip:1002@pbx.example "},
		{"held -> nothing", call(1, true, ua.Confirmed, "", minute), ""},
		{"it ends -> told", call(1, true, ua.Terminated, ua.RemoteBye, minute), "call-ended sip:1002@pbx.example remote-bye"},
		{"a call goes out -> told", call(2, false, ua.Early, "", time.Time{}), "call-outgoing sip:1002@pbx.example "},
		{"busy -> ended", call(2, false, ua.Terminated, ua.Rejected, time.Time{}), "call-ended sip:1002@pbx.example rejected"},
		{"one that comes -> told", call(3, true, ua.Early, "", time.Time{}), "call-incoming sip:1002@pbx.example "},
		{"given up -> missed", call(3, true, ua.Terminated, ua.Cancelled, time.Time{}), "call-missed sip:1002@pbx.example cancelled"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			w.observe(c.event)
			if c.want == "" {
				w.tell("nothing", nil) // events are in order: it comes first
				c.want = "nothing  "
			}
			e := <-got
			if told := e["event"] + " " + e["remote"] + " " + e["cause"]; told != c.want {
				t.Errorf("%q, want %q", told, c.want)
			}
			if e["event"] == "call-ended" && e["cause"] == "remote-bye" && e["seconds"] != "60" {
				t.Errorf("%s seconds", e["seconds"])
			}
		})
	}
	if len(w.calls) != 0 {
		t.Errorf("%d calls are remembered", len(w.calls))
	}
}

func TestTeller_configured(t *testing.T) {
	w, got := listened(t)
	<-got
	status := provisioning.Status{InForce: provisioning.Meta{Hash: "a", Step: "dhcp"}}
	w.configured(status)
	w.configured(status)
	status.Error = "404: no file"
	w.configured(status)
	status.Error = ""
	w.configured(status)
	w.tell("end", nil)
	var names []string
	for len(names) < 3 {
		e := <-got
		names = append(names, e["event"]+" "+e["cause"])
	}
	if all := strings.Join(names, ","); all != "configured dhcp,configuration-failed 404: no file,end " {
		t.Error(all)
	}
}
