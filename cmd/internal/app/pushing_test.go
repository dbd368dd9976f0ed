package app

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/provisioning"
	"offhook/provisioning/native"
	"offhook/ua"
)

const pushToken = "push-token-0123456789"

// operator pushes to a phone.
type operator struct {
	w        *world
	client   *http.Client
	identity provisioning.Identity // the phone's
}

func newOperator(w *world) *operator {
	w.t.Helper()
	authority, err := ca.Open(filepath.Dir(w.lab.Addresses().CAFile))
	if err != nil {
		w.t.Fatal(err)
	}
	pair, err := authority.Server("127.0.0.1")
	if err != nil {
		w.t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		w.t.Fatal(err)
	}
	return &operator{w, &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: authority.Pool()}}},
		provisioning.Identity{Name: "phone", Certificate: pemOf("CERTIFICATE", pair.Certificate[0]), Key: ua.NewSecret(pemOf("PRIVATE KEY", key))}}
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// free is an address where nobody listens, below the ports that the kernel hands
// out to the tests beside this one.
func free(t *testing.T) string {
	t.Helper()
	for range 1000 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(10000)))
		if err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no port is free on loopback")
	return ""
}

// open lets a document have the phone listen for this operator.
func (o *operator) open(d *provisioning.Document, at string) {
	d.TLS.Identities = []provisioning.Identity{o.identity}
	d.Provisioning.Push = provisioning.Push{Listen: at, Certificate: "$phone", Token: ua.NewSecret(pushToken)}
}

// ask returns the code and the body of an answer; 0 when there is none.
func (o *operator) ask(method, url, token, body string) (int, string) {
	o.w.t.Helper()
	r, err := http.NewRequestWithContext(o.w.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		o.w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	response, err := o.client.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	answer, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(answer)
}

// push sends the document in force with a change.
func (o *operator) push(at string, change func(*provisioning.Document)) {
	o.w.t.Helper()
	doc := o.w.app.manager.Document()
	change(&doc)
	body, err := native.Marshal(doc)
	if err != nil {
		o.w.t.Fatal(err)
	}
	if code, answer := o.ask("PUT", "https://"+at+"/v1/document", pushToken, string(body)); code != http.StatusAccepted {
		o.w.t.Fatalf("%d: %s", code, answer)
	}
}

// answers waits until the endpoint is there, or is gone.
func (o *operator) answers(at string, want int) {
	o.w.t.Helper()
	code, answer := 0, ""
	o.w.wait("the endpoint at "+at, func() bool {
		code, answer = o.ask("GET", "https://"+at+"/v1/status", pushToken, "")
		return code == want
	}, func() any { return answer })
}

func (w *world) named(name string) {
	w.t.Helper()
	w.wait("the document of "+name, func() bool { return w.app.manager.Document().Phone.Name == name }, func() any { return w.app.manager.Status() })
}

func TestPush(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	o, first, second := newOperator(w), free(t), free(t)
	w.serve(func(d *provisioning.Document) { o.open(d, first) })
	w.reprovision()
	o.answers(first, http.StatusOK)

	o.push(first, func(d *provisioning.Document) { d.Phone.Name = "Pushed" })
	w.named("Pushed")
	if from := w.app.manager.Status().InForce; from.Step != "push" || from.Why != "pushed by 127.0.0.1" {
		t.Errorf("in force is %+v", from)
	}
	good := w.until("its hash", func(s localapi.Status) bool { return s.Provisioning.Hash == w.app.manager.Status().InForce.Hash }).Provisioning

	for _, c := range []struct {
		arrow, token, body string
		code               int
		says               string
	}{
		{"faults -> told, with their lines", pushToken, "offhook: 1\nphone:\n  nmae: Wrong\n", http.StatusUnprocessableEntity, "pushed document:3: phone.nmae"},
		{"nobody's form -> told", pushToken, "\x00\x01\x02", http.StatusUnprocessableEntity, "error"},
		{"too large -> told", pushToken, strings.Repeat("#", 2<<20), http.StatusRequestEntityTooLarge, "larger than"},
		{"a wrong token -> told", "push-token-9876543210", "offhook: 1\nphone: {name: Stolen}\n", http.StatusUnauthorized, "certificate"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			if code, answer := o.ask("PUT", "https://"+first+"/v1/document", c.token, c.body); code != c.code || !strings.Contains(answer, c.says) {
				t.Errorf("%d: %s", code, answer)
			}
			if s := w.until("a status", func(localapi.Status) bool { return true }); s.Provisioning.Hash != good.Hash || !isRegistered(s) {
				t.Errorf("in force is %+v", s)
			}
		})
	}

	o.push(first, func(d *provisioning.Document) { o.open(d, second) })
	o.answers(second, http.StatusOK)
	o.answers(first, 0)
	o.push(second, func(d *provisioning.Document) { d.Provisioning.Push, d.Phone.Name = provisioning.Push{}, "Closed" })
	w.named("Closed")
	o.answers(second, 0)
	if strings.Contains(w.log.String(), pushToken) {
		t.Error("the log tells the token")
	}
}

func TestActions(t *testing.T) {
	events := make(chan map[string]string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var event map[string]string
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			t.Error(err)
		}
		events <- event
	}))
	t.Cleanup(server.Close)
	w := newWorld(t, boardFile)
	w.registered()
	w.serve(func(d *provisioning.Document) {
		d.Phone.Name = "Told"
		d.Door.Relay, d.Door.Hold, d.Door.Code = "door", time.Second, ua.NewSecret(doorCode)
		d.Actions = []provisioning.Action{{On: []string{"call-outgoing", "call-answered", "call-ended", "door-opened"}, URL: server.URL + "/{event}", Method: "post"}}
	})
	w.reprovision()
	w.named("Told")
	var call string
	told := func(name, field, want string) {
		t.Helper()
		var e map[string]string
		w.wait(name, func() bool {
			select {
			case e = <-events:
				return true
			default:
				return false
			}
		}, func() any { return "nothing" })
		if e["event"] != name || !strings.Contains(e[field], want) || e["mac"] != phoneMAC {
			t.Fatalf("%+v, want %s with %s %s", e, name, field, want)
		}
		if id := e["call"]; id != "" && call != "" && id != call {
			t.Errorf("%s is of call %s, not %s", name, id, call)
		}
		call = cmp.Or(e["call"], call) // the door's event has none
	}
	id := ua.CallID(w.talking("600").ID)
	told("call-outgoing", "remote", "600@")
	told("call-answered", "account", "1001")
	for _, digit := range []byte(doorCode) { // as the far end's telephone events are heard
		w.app.desk.inbox <- phone.Digit{Call: id, Digit: digit, By: phone.ByEvent}
	}
	told("door-opened", "door", "door")
	w.replace()
	told("call-ended", "cause", "local")
}
