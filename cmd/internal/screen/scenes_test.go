package screen

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/ua"
)

func TestMain(m *testing.M) {
	flag.Bool("update", false, "write the golden pictures and texts")
	flag.Parse()
	os.Exit(m.Run())
}

// scene is a state that a person may see, made by the telephone itself.
type scene struct {
	name string
	view phone.View
}

type stage struct {
	s      phone.State
	nextID ua.CallID
	timers []phone.StartTimer
}

func (st *stage) in(inputs ...phone.Input) *stage {
	for _, in := range inputs {
		var effects []phone.Effect
		st.s, effects = phone.Step(st.s, in)
		for _, e := range effects {
			switch e := e.(type) {
			case phone.Invite:
				st.nextID++
				st.in(phone.Invited{Ref: e.Ref, Call: st.nextID})
			case phone.StartTimer:
				st.timers = append(st.timers, e)
			}
		}
	}
	return st
}

// later is when all that lasts for a while is over.
func (st *stage) later() *stage {
	for _, e := range st.timers {
		st.in(phone.Timer{ID: e.ID, Gen: e.Gen})
	}
	return st
}

func (st *stage) keys(keys ...hal.Key) *stage {
	for _, k := range keys {
		st.in(phone.Key{KeyEvent: hal.KeyEvent{Key: k}})
	}
	return st
}

func (st *stage) call(c ua.Call) *stage { return st.in(phone.UA{Event: ua.CallChanged{Call: c}}) }

func noon() time.Time { return time.Date(2026, time.November, 22, 14, 5, 0, 0, time.UTC) }

var sceneLanguage string

func config() phone.Config {
	return phone.Config{
		Name:      "Reception",
		Language:  sceneLanguage,
		Accounts:  []phone.Account{{ID: "a", Label: "Reception", Number: "1001", Voicemail: "700", Register: true}},
		Emergency: []string{"112"},
	}
}

func ready() *stage {
	st := &stage{}
	return st.in(phone.Network{Up: true, Address: "192.0.2.17"}, config(), phone.Clock{Now: noon()},
		phone.UA{Event: ua.RegistrationChanged{Account: "a", State: ua.Registered}})
}

func anna(id ua.CallID) ua.Call {
	return ua.Call{ID: id, Account: "a", State: ua.Confirmed, Started: noon().Add(-70 * time.Second),
		Answered: noon().Add(-67 * time.Second), Remote: ua.Party{User: "1002", DisplayName: "Anna Lindqvist"}, SecureSIP: true, Status: 200}
}

func ben(id ua.CallID) ua.Call {
	return ua.Call{ID: id, Account: "a", Incoming: true, State: ua.Early, Started: noon(),
		Remote: ua.Party{User: "+442079460018", DisplayName: "Benjamin Okafor"}, Status: 180}
}

// talking is a call with Anna, id 1, dialled at the handset.
func talking() *stage {
	return ready().in(phone.Hook{State: hal.OffHook}).keys("1", "0", "0", "2", "#").call(anna(1))
}

func history() phone.Restore {
	at := func(minutes int) time.Time { return noon().Add(-time.Duration(minutes) * time.Minute) }
	return phone.Restore{Entries: []phone.Entry{
		{Kind: phone.Missed, Name: "Benjamin Okafor", Number: "+442079460018", Time: at(12), New: true},
		{Kind: phone.Missed, Number: "1007", Time: at(95), New: true},
		{Kind: phone.Dialled, Name: "Anna Lindqvist", Number: "1002", Time: at(130)},
		{Kind: phone.Missed, Name: "Zoë Müller-Lüdenscheidt, Building Services", Number: "1044", Time: at(200)},
		{Kind: phone.Received, Name: "Front gate", Number: "1200", Time: at(1500)},
		{Kind: phone.Missed, Number: "+4915205550143", Time: at(1700)},
		{Kind: phone.Missed, Name: "Workshop", Number: "1033", Time: at(3200)},
		{Kind: phone.Missed, Name: "Canteen", Number: "1050", Time: at(4800)},
		{Kind: phone.Missed, Name: "Canteen", Number: "1050", Time: at(4900)},
	}}
}

func scenes() []scene { return scenesIn("") }

// scenesIn are the scenes in a language.
func scenesIn(language string) []scene {
	sceneLanguage = language
	defer func() { sceneLanguage = "" }()
	var out []scene
	add := func(name string, st *stage) { out = append(out, scene{name, st.s.View()}) }
	bootScenes(add)
	noticeScenes(add)
	idleScenes(add)
	diallingScenes(add)
	callScenes(add)
	languageScenes(add)
	return out
}

func watches(number, label string) phone.LineKey {
	return phone.LineKey{Label: label, Account: "a", Number: number, Use: phone.KeyWatch}
}

// tells has the server tell of a watched telephone.
func (st *stage) tells(who string, state ua.LineState, held bool) *stage {
	e := ua.DialogsChanged{Account: "a", Resource: who, State: state, Incoming: state == ua.LineEarly, Held: held}
	if state != ua.LineIdle {
		e.CallID, e.LocalTag, e.RemoteTag, e.RemoteTarget = "c", "l", "r", "sip:b@192.0.2.9"
		e.Remote = ua.Party{User: "+442079460018", DisplayName: "Benjamin Okafor"}
	}
	return st.in(phone.UA{Event: e})
}

func bootScenes(add func(string, *stage)) {
	add("booting", (&stage{}).in(phone.Provisioning{}))
	add("provisioning", (&stage{}).in(phone.Clock{Now: noon()}, phone.Network{Up: true, Address: "192.0.2.17"},
		phone.Provisioning{State: phone.Fetching, Detail: "https://provisioning.example/phones/0004f2a81c55.yaml", Progress: 40}))
	up := phone.Network{Up: true, Address: "192.0.2.17"}
	add("discovering", (&stage{}).in(up, phone.Provisioning{State: phone.Discovering, Detail: "DHCP, SIP multicast, DNS"}))
	add("discovering-no-network", (&stage{}).in(phone.Provisioning{State: phone.Discovering, Detail: "DHCP, SIP multicast, DNS"}))
	unknown := phone.Provisioning{State: phone.ProvisioningFailed, Cause: "no provisioning server is known; set provisioning.url in the agent's file"}
	add("provisioning-unknown", (&stage{}).in(phone.Clock{Now: noon()}, up, unknown))
	add("provisioning-no-network", (&stage{}).in(phone.Clock{Now: noon()}, unknown))
	add("provisioning-code", (&stage{}).in(phone.Clock{Now: noon()}, up, unknown,
		phone.Device{Model: "Desk 4", Version: "1.4.2", MAC: "00:04:f2:a8:1c:55", Dims: true}).keys(hal.KeySoft1))
	add("provisioning-failed", (&stage{}).in(phone.Clock{Now: noon()}, phone.Network{Up: true}, phone.Provisioning{State: phone.ProvisioningFailed,
		Cause: "TLS: certificate of provisioning.example has expired on 21 November. Renew it on the server, or set the phone's clock."}))
	add("no-account", (&stage{}).in(phone.Clock{Now: noon()}, phone.Provisioning{State: phone.Provisioned}))
}

func noticeScenes(add func(string, *stage)) {
	found := phone.Newcomer{Server: "https://provisioning.example:8443", Step: "dhcp", Issuer: "Example Widgets CA", Fingerprint: "3F2A 91C0 77B1 E05D"}
	plain := phone.Newcomer{Server: "http://192.0.2.9", Step: "pnp", Plain: true}
	untrusted := found
	untrusted.Problem = "certificate signed by unknown authority"
	asks := func(n phone.Newcomer) phone.Input { return phone.Servers{Waiting: []phone.Newcomer{n}} }
	add("server-new", ready().in(asks(found)))
	add("server-new-boot", (&stage{}).in(phone.Clock{Now: noon()}, phone.Network{Up: true, Address: "192.0.2.17"}, phone.Provisioning{State: phone.Discovering}, asks(found)))
	add("server-plain", ready().in(asks(plain)))
	add("server-untrusted", ready().in(asks(untrusted)))
	add("server-accept", ready().in(asks(found)).keys(hal.KeySoft1))
	add("server-refuse", ready().in(asks(found)).keys(hal.KeySoft2))
	add("list-servers", ready().in(phone.Servers{Waiting: []phone.Newcomer{found}, Refused: []string{"https://other.example"}}).keys(hal.KeySoft4, hal.KeyMenu, hal.KeyOK))
	trial := phone.Provisioning{State: phone.Provisioned, Trial: true}
	add("trial", ready().in(trial))
	add("trial-confirmed", ready().in(trial, phone.Provisioning{State: phone.Provisioned}))
	add("trial-back", ready().in(trial, phone.Provisioning{State: phone.Provisioned,
		RolledBack: "rolled back: within 2m of its trial account 1001 is not registered, and was before"}))
	add("document-refused", ready().in(phone.Provisioning{State: phone.Provisioned,
		Refused: "https://provisioning.example/0004f2a81c55.yaml:14: accounts[0].transprt is not known; did you mean transport? (and 2 more)"}))
}

func idleScenes(add func(string, *stage)) {
	add("idle", ready())
	add("idle-waiting", ready().in(history(), phone.UA{Event: ua.MessageWaiting{Account: "a", Waiting: true, New: 3}}))
	add("idle-registering", (&stage{}).in(config(), phone.Clock{Now: noon()}, phone.UA{Event: ua.RegistrationChanged{Account: "a", State: ua.Registering}}))
	add("idle-unregistered", ready().in(phone.UA{Event: ua.RegistrationChanged{Account: "a", State: ua.RegistrationFailed,
		Cause: "TLS: certificate signed by unknown authority (pbx.example); give the phone the authority's certificate"}}))
	lines := config()
	lines.Hour12 = true
	lines.Accounts = append(lines.Accounts, phone.Account{ID: "b", Label: "Sales"}, phone.Account{ID: "c", Label: "Night service", Number: "1003"})
	add("idle-lines", ready().in(lines, phone.Clock{Now: noon()}))
	add("idle-dnd", ready().in(history(), phone.RemoteDND{On: true}))
	add("idle-forwarded", ready().in(phone.RemoteForward{Number: "1007"}))
	add("message", ready().in(phone.UA{Event: ua.MessageReceived{Account: "a", From: ua.Party{User: "1002", DisplayName: "Anna Lindqvist"}, Text: "The delivery is at the back door"}}))
	messageScenes(add)
	watching := config()
	watching.Accounts[0].Domain = "pbx.example"
	watching.LineKeys = []phone.LineKey{{Account: "a"}, watches("1002", "Anna"), watches("1007", "Carl"), watches("1044", "Workshop")}
	add("idle-watching", ready().in(watching, phone.Clock{Now: noon()}).tells("1002", ua.LineEarly, false).tells("1007", ua.LineIdle, false).tells("1044", ua.LineConfirmed, false).in(history()))
	watching.LineKeys = append(watching.LineKeys, watches("1050", ""), watches("1051", "Night service"), watches("1052", "Gate"), phone.LineKey{Account: "a", Use: phone.KeyPickup})
	more := ready().in(watching, phone.Clock{Now: noon()}).tells("1002", ua.LineEarly, false).tells("1007", ua.LineIdle, false).tells("1044", ua.LineConfirmed, false).
		tells("1050", ua.LineConfirmed, true).in(phone.UA{Event: ua.SubscriptionChanged{Account: "a", Event: "dialog", Resource: "1052", Cause: "404: not found"}})
	add("idle-watching-many", more)
	add("list-watched", (&stage{s: more.s}).keys(hal.KeyMenu, hal.KeyOK, hal.KeyDown))
	add("picking-up", (&stage{s: more.s}).keys(hal.KeyLine2))
	add("volume", ready().keys(hal.KeyVolumeUp))
	add("volume-in-call", talking().keys(hal.KeyVolumeUp, hal.KeyVolumeUp, hal.KeyVolumeUp, hal.KeyVolumeUp))
	add("list-missed", ready().in(history()).keys(hal.KeyUp, hal.KeyDown))
	add("list-calls", ready().in(history()).keys(hal.KeyDown, hal.KeyDown, hal.KeyDown))
	add("list-empty", ready().keys(hal.KeyUp))
	add("list-status", ready().in(phone.Audio{Gone: true, Cause: "USB sound card unplugged"}).keys(hal.KeyMenu, hal.KeyOK))
	bookScenes(add)
	settingScenes(add)
	add("notice", ready().keys(hal.KeyRedial))
	add("trouble-everywhere", ready().in(history(), phone.UA{Event: ua.MessageWaiting{Account: "a", Waiting: true, New: 140}},
		phone.Network{Cause: "cable unplugged"}, phone.Audio{Gone: true, Cause: "USB sound card unplugged"}))
}

func messageScenes(add func(string, *stage)) {
	text := func(user, name, text string) phone.Input {
		return phone.UA{Event: ua.MessageReceived{Account: "a", From: ua.Party{User: user, DisplayName: name}, Text: text}}
	}
	waiting := ready().in(people(), text("1044", "Zoë Müller-Lüdenscheidt", "The heating in rooms 4.10 to 4.22 is off from nine until noon on Monday. Please leave the radiators open; whoever needs a fan heater finds one at the front desk. The lift on the north side stays out of order until Thursday, and parcels go to the loading bay."),
		text("1007", "", "Call me"), text("1002", "Anna Lindqvist", "The delivery is at the back door"), phone.Clock{Now: noon().Add(time.Minute)}).later()
	quiet := func(keys ...hal.Key) *stage { return (&stage{s: waiting.s}).keys(keys...) }
	add("messages-waiting", quiet())
	add("messages", quiet(hal.KeySoft3, hal.KeyDown))
	add("message-open", quiet(hal.KeySoft3, hal.KeyDown, hal.KeyDown, hal.KeyOK))
	add("message-scrolled", quiet(hal.KeySoft3, hal.KeyDown, hal.KeyDown, hal.KeyOK, hal.KeyDown, hal.KeyDown))
	add("replies", quiet(hal.KeySoft3, hal.KeyOK, hal.KeyOK, hal.KeyDown))
	add("messages-none", ready().keys(hal.KeyMenu, hal.KeyDown, hal.KeyDown, hal.KeyDown, hal.KeyDown, hal.KeyDown, hal.KeyOK))
}

func people() phone.Input {
	var all []phone.Contact
	for _, c := range []string{"Anna Lindqvist:1002:+46 8 505 55 01", "Benjamin Okafor:+442079460018", "Carl Brandt:1007", "Front gate:1200",
		"Workshop:1033", "Zoë Müller-Lüdenscheidt, Building Services:1044", "Öztürk, Deniz:1051", "Night service:1003"} {
		parts := strings.Split(c, ":")
		all = append(all, phone.Contact{Name: parts[0], Numbers: parts[1:]})
	}
	return phone.Contacts{All: all}
}

func bookScenes(add func(string, *stage)) {
	add("menu", ready().in(history(), people()).keys(hal.KeyMenu, hal.KeyDown, hal.KeyDown))
	add("list-contacts", ready().in(people()).keys(hal.KeySoft3, hal.KeyDown))
	add("list-contacts-found", ready().in(people()).keys(hal.KeySoft3, "6"))
	add("list-contacts-none", ready().in(people()).keys(hal.KeySoft3, "9", "9", "9"))
	add("list-numbers", ready().in(people()).keys(hal.KeySoft3, hal.KeyOK, hal.KeyDown))
	add("list-dialled", ready().in(history()).keys(hal.KeyMenu, hal.KeyDown, hal.KeyDown, hal.KeyDown, hal.KeyDown, hal.KeyOK))
	add("call-menu", ready().in(history()).keys(hal.KeyUp, hal.KeyDown, hal.KeySoft3))
	add("naming", ready().in(history()).keys(hal.KeyUp, hal.KeyDown, hal.KeySoft3, hal.KeyDown, hal.KeyOK, "9", "6", "6", "6", "7", "5", "5"))
	add("delete-all", ready().in(history()).keys(hal.KeyUp, hal.KeySoft3, hal.KeyUp, hal.KeyOK))
	add("contact-saved", ready().in(history()).keys(hal.KeyUp, hal.KeyDown, hal.KeySoft3, hal.KeyDown, hal.KeyOK, "9", hal.KeyOK))
}

func settingScenes(add func(string, *stage)) {
	menu := func(downs int, more ...hal.Key) *stage {
		st := ready().in(history(), phone.Device{Model: "Desk 4", Version: "1.4.2", MAC: "00:04:f2:a8:1c:55", Dims: true}).keys(hal.KeyMenu)
		for range downs {
			st.keys(hal.KeyDown)
		}
		return st.keys(hal.KeyOK).keys(more...)
	}
	add("settings", menu(7, hal.KeyDown))
	kept := config()
	kept.Locked, kept.Backlight.Active = phone.UserPaths(), 60
	locked := func(more ...hal.Key) *stage { return (&stage{s: menu(7).s}).in(kept).keys(more...) }
	add("settings-locked", locked(hal.KeyDown))
	add("setting-kept", locked(hal.KeyOK))
	add("light", menu(7, hal.KeyDown, hal.KeyDown, hal.KeyDown, hal.KeyOK, hal.KeyDown))
	add("languages", menu(7, hal.KeyOK, hal.KeyDown))
	add("volumes", menu(7, hal.KeyDown, hal.KeyOK))
	add("level", menu(7, hal.KeyDown, hal.KeyOK, hal.KeyOK))
	add("about", menu(8, hal.KeyDown))
	add("code", menu(8, hal.KeyOK))
	add("detail", menu(8, hal.KeyDown, hal.KeyDown, hal.KeyOK))
	add("tests", menu(9))
	add("key-test", menu(9, hal.KeyDown, hal.KeyOK, "7"))
}

func diallingScenes(add func(string, *stage)) {
	add("dial-tone", ready().in(history(), phone.Hook{State: hal.OffHook}))
	add("dialling", ready().in(history(), phone.Hook{State: hal.OffHook}).keys("1", "0", "0", "2"))
	add("dialling-long", ready().in(phone.Hook{State: hal.OffHook}).keys("0", "0", "4", "4", "2", "0", "7", "9", "4", "6", "0", "0", "1", "8", "2", "2", "5", "5", "1", "1", "9", "9"))
	add("dialling-while-ringing", ready().in(phone.Hook{State: hal.OffHook}).keys("1", "0").call(ben(7)))
	add("calling", ready().in(phone.Hook{State: hal.OffHook}).keys("1", "0", "0", "2", "#").call(ua.Call{ID: 1, Account: "a", State: ua.Early, Remote: ua.Party{User: "1002", DisplayName: "Anna Lindqvist"}}))
	add("calling-number", ready().keys("0", "2", "0", "7", "9", "4", "6", "0", "0", "1", "8", hal.KeyOK))
	add("transfer", talking().keys(hal.KeyTransfer, "1", "0", "0", "7"))
	add("transferring", talking().keys(hal.KeyTransfer, "1", "0", "0", "7", hal.KeyTransfer))
	carl := ua.Call{ID: 2, Account: "a", State: ua.Early, Remote: ua.Party{User: "1007", DisplayName: "Carl Brandt"}}
	add("deflecting", ready().call(ben(7)).keys(hal.KeyTransfer, "1", "0", "0", "7"))
	add("asking", talking().keys(hal.KeyTransfer, "1", "0", "0", "7", hal.KeyOK).call(carl))
	carl.State, carl.Answered = ua.Confirmed, noon().Add(-9*time.Second)
	add("asked", talking().keys(hal.KeyTransfer, "1", "0", "0", "7", hal.KeyOK).call(carl))
	busy := ua.Call{ID: 1, Account: "a", State: ua.Terminated, Status: 486, Reason: "Busy here", Cause: ua.Rejected}
	add("failed-busy", ready().in(phone.Hook{State: hal.OffHook}).keys("1", "0", "0", "2", "#").call(busy))
	lost := ua.Call{ID: 1, Account: "a", State: ua.Terminated, Cause: ua.CauseSetupFail, Reason: "No address for pbx.example: the name server 192.0.2.53 did not reply within 5 s. Check the network settings."}
	add("failed-network", ready().in(phone.Hook{State: hal.OffHook}).keys("1", "0", "0", "2", "#").call(lost))
}

func callScenes(add func(string, *stage)) {
	add("ringing", ready().call(ben(7)))
	unknown := ben(7)
	unknown.Remote = ua.Party{URI: "sip:very.long.user.name.of.somebody@sub.domain.example.org"}
	add("ringing-uri", ready().call(unknown))
	foreign := ben(7)
	foreign.Remote = ua.Party{User: "1090", DisplayName: "田中 花子"}
	add("ringing-foreign", ready().call(foreign))
	add("in-call", talking())
	add("in-call-echo", talking().in(phone.Echo{Figures: "31 dB, 12 ms, ERL 4.3 dB, double talk 0 %"}).keys(hal.KeyMenu))
	secure := phone.Media{Call: 1, Encoding: "G722", Suite: "AEAD_AES_128_GCM"}
	add("in-call-secure", talking().in(secure).keys(hal.KeySpeaker))
	add("in-call-muted", talking().in(secure).keys(hal.KeyMute))
	held := anna(1)
	held.RemoteHold = true
	add("in-call-muted-held", talking().in(secure).call(held).keys(hal.KeyMute))
	long := anna(1)
	long.Answered = noon().Add(-3*time.Hour - 25*time.Minute)
	long.Remote.DisplayName = "Zoë Müller-Lüdenscheidt, Building Services and Grounds"
	add("in-call-long-name", talking().call(long))
	add("waiting", talking().call(ben(7)))
	add("hold", talking().keys(hal.KeyHold))
	talk := ben(7)
	talk.State, talk.Answered = ua.Confirmed, noon().Add(-9*time.Second)
	add("two-calls", talking().call(ben(7)).keys(hal.KeySoft1).call(talk))
	third := ben(8)
	third.Remote = ua.Party{User: "1200", DisplayName: "Front gate"}
	add("three-calls", talking().call(ben(7)).keys(hal.KeySoft1).call(talk).call(third))
	over := anna(1)
	over.State, over.Cause = ua.Terminated, ua.RemoteBye
	add("ended", talking().call(over))
}

// languageScenes are a few in each of the other languages.
func languageScenes(add func(string, *stage)) {
	before := sceneLanguage
	for _, l := range []string{"de", "fr", "es", "it", "nl"} {
		sceneLanguage = l
		add("idle-waiting-"+l, ready().in(history(), phone.UA{Event: ua.MessageWaiting{Account: "a", Waiting: true, New: 3}}))
		add("ringing-"+l, ready().call(ben(7)))
		add("list-missed-"+l, ready().in(history()).keys(hal.KeyUp, hal.KeyDown))
	}
	sceneLanguage = before
}
