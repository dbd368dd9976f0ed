package provisioning

import (
	"strings"
	"testing"
	"time"

	"offhook/ua"
)

func TestAccount_dealings(t *testing.T) {
	for _, c := range []struct {
		arrow  string
		change func(*Account)
		want   ua.Dealings
	}{
		{"the defaults -> none", func(*Account) {}, ua.Dealings{}},
		{"times -> times", func(a *Account) { a.Silence, a.Failback = time.Second, time.Minute }, ua.Dealings{Silence: time.Second, Failback: time.Minute}},
		{"who may -> who may", func(a *Account) { a.AutoAnswerFor, a.AutoAnswerFrom = "listed", []string{"1", "2@b"} }, ua.Dealings{AutoAnswer: ua.AnswerListed, AutoAnswerFrom: "1 2@b"}},
		{"all -> all", func(a *Account) { a.LateOffer, a.NoReferSub, a.Reuse = true, true, true }, ua.Dealings{LateOffer: true, NoReferSub: true, ConnectionReuse: true}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			a := Account{}
			a.setDefaults()
			c.change(&a)
			if got := a.dealings(); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestDocument_keys_watch(t *testing.T) {
	doc := Document{
		Accounts: []Account{{ID: "a", Watch: []string{"1"}}, {ID: "b", WatchList: "all"}},
		Keys: []Key{
			{Type: "blf", Value: "1"}, {Type: "blf", Value: "2"}, {Type: "pickup", Value: "2", Account: "a"}, {Type: "pickup"},
			{Type: "speed-dial", Value: "3"}, {Type: "blf", Value: "4", Account: "b"}, {Type: "park", Value: "5"},
		},
	}
	for i, want := range []string{"1 2", ""} {
		if got := doc.SIPAccounts()[i].Watch; got != want {
			t.Errorf("%s watches %q, want %q", doc.Accounts[i].ID, got, want)
		}
	}
}

func TestValidate_dealings(t *testing.T) {
	for _, c := range []struct {
		arrow  string
		change func(*Document)
		want   string // "" is no fault
	}{
		{"the defaults -> fine", func(*Document) {}, ""},
		{"transport auto with a ca -> fine", func(d *Document) { d.Accounts[0].Transport, d.Accounts[0].CA = ua.Auto, "system" }, ""},
		{"transport udp with a ca -> carries none", func(d *Document) { d.Accounts[0].Transport, d.Accounts[0].CA = ua.UDP, "system" }, "carries no certificate"},
		{"listed, nobody -> who?", func(d *Document) { d.Accounts[0].AutoAnswerFor = "listed" }, "needs those who may"},
		{"not listed, somebody -> which?", func(d *Document) { d.Accounts[0].AutoAnswerFrom = []string{"1"} }, "set that to listed"},
		{"another policy -> which?", func(d *Document) { d.Accounts[0].AutoAnswerFor = "friends" }, `"friends" is not known`},
		{"reuse over udp -> tls", func(d *Document) { d.Accounts[0].Transport, d.Accounts[0].Reuse = ua.UDP, true }, "RFC 5923"},
		{"silence of 100 ms -> too short", func(d *Document) { d.Accounts[0].Silence = 100 * time.Millisecond }, "silence: 100ms is too short; use 500ms"},
		{"failback of 1 s -> too short", func(d *Document) { d.Accounts[0].Failback = time.Second }, "use 5s or more"},
		{"neither -> fine", func(d *Document) { d.Accounts[0].Silence, d.Accounts[0].Failback = 0, 0 }, ""},
		{"too silent -> range", func(d *Document) { d.Accounts[0].Silence = time.Minute }, "out of range"},
		{"a code with letters -> number", func(d *Document) { d.Accounts[0].PickupCode = "star" }, "is not a number"},
		{"blf without a number -> who?", func(d *Document) { d.Keys = []Key{{Key: "line1", Type: "blf"}} }, "telephone that it watches"},
		{"intercom without a number -> who?", func(d *Document) { d.Keys = []Key{{Key: "line1", Type: "intercom"}} }, "needs the number"},
		{"a key to somebody elsewhere -> fine", func(d *Document) { d.Keys = []Key{{Key: "line1", Type: "blf", Value: "sip:1@b.example"}} }, ""},
		{"a key to nobody -> who?", func(d *Document) { d.Keys = []Key{{Key: "line1", Type: "blf", Value: "a b"}} }, "is not somebody to call"},
		{"pickup without a number -> fine", func(d *Document) { d.Keys = []Key{{Key: "line1", Type: "pickup"}} }, ""},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			doc := Default()
			a := Account{ID: "a", User: "1001", Domain: "pbx.example"}
			a.setDefaults()
			doc.Accounts = []Account{a}
			c.change(&doc)
			doc.complete()
			err := doc.Validate()
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}
