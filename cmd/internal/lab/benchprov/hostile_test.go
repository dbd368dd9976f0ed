package benchprov

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/pem"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/provisioning"
	"offhook/provisioning/native"
	"offhook/provisioning/source/https"
	"offhook/provisioning/store"
)

// endless writes until nobody listens.
func endless(w http.ResponseWriter, most int) {
	chunk := bytes.Repeat([]byte("# nothing\n"), 6554)
	for sent := 0; most < 0 || sent < most; sent += len(chunk) {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// bomb is 64 MB of zeros in a few octets.
var bomb = sync.OnceValue(func() []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(make([]byte, 64<<20)) // to memory
	_ = w.Close()
	return out.Bytes()
})

// hostile is what servers must not be able to do to a phone, and what it says.
var hostile = []struct {
	name  string
	serve func(http.ResponseWriter, *http.Request)
	want  string
}{
	{"100 MB", func(w http.ResponseWriter, _ *http.Request) { endless(w, 100<<20) }, "the file is larger than 1048576 bytes"},
	{"a body without an end", func(w http.ResponseWriter, _ *http.Request) { endless(w, -1) }, "the file is larger than 1048576 bytes"},
	{"a body that stops coming", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("offhook: 1\n"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // the phone has hung up
	}, "within"},
	{"nothing", text(""), "the file is empty"},
	{"a page of a portal", text("<html><body>Please log in</body></html>"), "phone.yaml"},
	{"XML bomb", text(`<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><z>&c;</z>`), "phone.yaml"},
	{"YAML bomb", text("offhook: 1\na: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n"), "phone.yaml:"},
	{"zip of death", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(bomb()) }, "phone.yaml"},
	{"zip of death, as a coding of the transfer", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb())
	}, ""},
	{"invalid UTF-8", text("offhook: 1\nphone: {name: \"\xff\xfe\"}\n"), "phone.yaml:2: byte 27 is not text in UTF-8"},
	{"NULs", text("offhook: 1\x00\x00\x00"), "phone.yaml:1: byte 11 is not text in UTF-8"},
	{"a thousand levels", text("offhook: 1\nphone: " + strings.Repeat("[", 1000)), "phone.yaml:"},
	{"a hundred thousand levels of JSON", text(strings.Repeat(`{"a":`, 100000)), "phone.yaml:"},
	{"many faults", text("offhook: 1\n" + strings.Repeat("x: 1\n", 1000)), "more faults are not shown"},
}

func text(s string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
}

// bound is a phone that is bound to a server.
type bound struct {
	*phone
	access provisioning.Finding
}

func (b bound) Discover(context.Context, provisioning.Document, provisioning.Meta) iter.Seq[provisioning.Finding] {
	return func(yield func(provisioning.Finding) bool) { yield(b.access) }
}

func TestPhone_and_a_hostile_server(t *testing.T) {
	bomb()
	var answer func(http.ResponseWriter, *http.Request)
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answer(w, r) }))
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	kept, err := store.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := bound{&phone{}, provisioning.Finding{Step: "pinned", URL: server.URL + "/phone.yaml", Access: provisioning.Access{CA: string(ca)}}}
	b.point = func() {}
	m := provisioning.NewManager(provisioning.ManagerConfig{
		Base: provisioning.Default(), Parse: native.Parse, Discover: b, Store: kept, Applier: b, Prover: b, Log: slog.New(slog.DiscardHandler),
		Sources: map[string]provisioning.Source{"https": https.New(https.Config{Timeout: time.Second})}, RetryMin: time.Hour, RetryMax: 2 * time.Hour,
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	answer = text(string(document("good")))
	go func() { ended <- m.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	until := func(ok func(provisioning.Status) bool) provisioning.Status {
		for s := m.Status(); ; {
			if ok(s) {
				return s
			}
			select {
			case s = <-m.Updates():
			case <-time.After(20 * time.Second):
				t.Fatalf("it does not come: %+v", m.Status())
			}
		}
	}
	good := until(func(s provisioning.Status) bool { return s.InForce.Hash != "" && s.Activity == provisioning.Resting })
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			before := m.Status().LastAttempt
			answer = c.serve
			m.Reprovision()
			s := until(func(s provisioning.Status) bool { return s.LastAttempt.After(before) })
			if s.Error == "" || len(s.Error) > 1<<15 || !strings.Contains(s.Error, c.want) || s.InForce.Hash != good.InForce.Hash || m.Document().Phone.Name != "good" {
				t.Errorf("told %.500q", s.Error)
			}
			t.Logf("%.160s", s.Error)
		})
	}
	if b.applied == nil || len(b.applied) != 2 { // none, and the good one
		t.Errorf("applied %d documents", len(b.applied))
	}
	answer = text(string(document("better")))
	m.Reprovision()
	until(func(s provisioning.Status) bool { return s.Error == "" && s.InForce.Hash != good.InForce.Hash })
}
