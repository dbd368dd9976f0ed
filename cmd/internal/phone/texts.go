package phone

import (
	"compress/flate"
	_ "embed" // the catalogues
	"io"
	"reflect"
	"strings"
)

// Texts is a language: every word that the phone puts on the screen, in the order
// of texts.txt.
type Texts struct {
	_                                                          [0]func() // never compared: code for that would be larger than the texts
	Code                                                       string    // of the language, and its own name for itself
	Name, Booting, Discovering, Fetching                       string
	ProvisioningFailed, ProvisioningRetry, ProvisioningOld     string
	Missed                                                     [3]string // for one, for several with %d, and when not told how many
	Messages                                                   [3]string
	NoAccount, NoAccountHint, NotRegistered, StillRegistering  string
	WrongPassword, WrongPasswordHint, NetworkDown, NetworkHint string
	NoServer, NoServerHint, Network, Ready                     string
	Configuration, Sound, NoSound, StatusTitle                 string
	EnterNumber                                                string
	TransferTo                                                 string // with %s for whom
	Calling, CallProgress, RingingThere, Connecting            string
	EmergencyCall, Incoming, CallWaiting, Waits                string
	InCall, Muted, OnHold, HeldByThem                          string
	Transferring                                               string // with %s for the number
	Transferred, TransferFailed, CallEnded, HeldEnded          string
	CallLost, CallFailed, NotSent, NoReply                     string
	HangUp, TooMany, AnswerFailed, HoldFailed                  string
	FarDigits, NothingToTransfer, NothingDialled, NoVoicemail  string
	NoConference, NoCallKey, DoorOpen, DoorWrong               string
	DoorLocked, NobodyNow, Conference, Recording               string
	NoRecording, RecordingEnded, MissedCalls, AllCalls         string
	NoMissed, NoCalls                                          string
	DND                                                        [2]string // when it ends, and while it is
	PickingUp, NothingRings, NoPickup, Deflected               string
	Keys                                                       [4]string             // of keys without a label
	Watch                                                      [WatchHeld + 1]string // by WatchState
	Forwarded, NotForwarded, NoForward, MessageFrom            string
	ContactsTitle, NoContacts, BookFull, NameOf                string
	NamingHelp, Saved, MenuTitle, DialledCalls                 string
	EditNumber, SaveName, DeleteAll, ReallyDeleteAll           string
	DeleteThem, KeepThem                                       string
	OnOff                                                      [2]string
	SettingsTitle, LanguageTitle, VolumesTitle, RingToneTitle  string
	RingTones                                                  [3]string // in the order of ringTones
	LightTitle, ClockTitle, Locked, NotSet                     string
	AboutTitle, Version, Model, Address                        string
	NewVersion                                                 [3]string // loading, ready, on trial
	VersionFailed                                              string
	TestsTitle, LampTest, KeyTest, KeyTestHelp                 string
	Echo                                                       string
	InboxTitle, NoMessages, MessageSent, MessageFailed         string
	NewTexts                                                   [3]string
	Replies                                                    [3]string
	QRTitle, OnTrial, TrialConfirmed, RolledBack               string
	RolledBackMeans, DocumentRefused, RefusedMeans, NewServer  string
	NamedBy, SignedBy, PlainServer, BadCertificate             string
	ReallyAccept, AcceptMeans, ReallyRefuse, RefuseMeans       string
	ServerAccepted, ServerRefused, ServerWaits, RefusedServer  string
	ServersForgotten                                           string
	LongDate                                                   string // {weekday} {day} {month} {mon} {num}
	ShortDate                                                  string
	Weekdays                                                   [7]string
	Months                                                     [12]string
	Soft                                                       [labelCount]string // labels of the soft keys
	Outputs                                                    [4]string          // in the order of levelled
	Failures                                                   [10]string         // titles of failed calls, in the order of failureCodes
	Causes                                                     [5]string          // in the order of endCauses
}

// packedTexts are texts.txt, deflated (RFC 1951) by a test (-update): a line a text,
// its name and then a column a language.
//
//go:embed texts.z
var packedTexts string

// texts is the configured language's; English when it is not known.
func (s *State) texts() *Texts {
	if s.words == nil {
		s.words = catalogue(s.config.Language)
	}
	return s.words
}

// catalogue finds the language of a tag (BCP 47) by its first part; nobody changes
// what it returns.
func catalogue(tag string) *Texts {
	table := textTable()
	code, _, _ := strings.Cut(strings.ToLower(tag), "-")
	column := 1
	for i, c := range table[0] {
		if i > 0 && c == code {
			column = i
		}
	}
	var x Texts
	rest := table
	walkTexts(reflect.ValueOf(&x).Elem(), func(text reflect.Value) {
		text.SetString(rest[0][column])
		rest = rest[1:]
	})
	return &x
}

// languages are the codes and the names of those that there are.
func languages() (codes, names []string) {
	table := textTable()
	return table[0][1:], table[1][1:]
}

func textTable() (table [][]string) {
	text, _ := io.ReadAll(flate.NewReader(strings.NewReader(packedTexts))) // which a test has packed
	for line := range strings.Lines(string(text)) {
		table = append(table, strings.Split(strings.TrimSuffix(line, "\n"), "|"))
	}
	return table
}

// walkTexts visits every string of a value, in order.
func walkTexts(v reflect.Value, visit func(reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		visit(v)
	case reflect.Array:
		for i := range v.Len() {
			walkTexts(v.Index(i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			walkTexts(v.Field(i), visit)
		}
	}
}

// Says lists all that the phone may say in a language.
func Says(tag string) (all []string) {
	walkTexts(reflect.ValueOf(catalogue(tag)).Elem(), func(text reflect.Value) { all = append(all, text.String()) })
	return all
}
