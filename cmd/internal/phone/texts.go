package phone

import (
	"offhook/hal"
	"offhook/ua"
)

// Texts is a language: every word that the phone puts on the screen.
type Texts struct {
	Booting, Discovering, Fetching             string
	ProvisioningFailed, ProvisioningRetry      string
	ProvisioningOld                            string
	Missed, Messages                           [3]string // for one, for several with %d, and when not told how many
	NoAccount, NoAccountHint                   string
	NotRegistered, StillRegistering            string
	NetworkDown, Network, Ready                string
	Configuration, Sound, NoSound, StatusTitle string

	EnterNumber, TransferTo                    string
	Calling, CallProgress, RingingThere        string
	Connecting, EmergencyCall                  string
	Incoming, CallWaiting, Waits               string
	InCall, Muted, OnHold, HeldByThem          string
	Transferring                               string // with %s for the number
	Transferred, TransferFailed                string
	CallEnded, HeldEnded, CallLost, CallFailed string
	NotSent, NoReply, HangUp, TooMany          string
	AnswerFailed, HoldFailed, FarDigits        string
	NothingToTransfer, NothingDialled          string
	NoVoicemail, NoConference, NoCallKey       string
	DoorOpen, DoorWrong, DoorLocked, NobodyNow string
	Conference, Recording                      string
	NoRecording, RecordingEnded                string
	MissedCalls, AllCalls, NoMissed, NoCalls   string
	DND                                        map[bool]string
	PickingUp, NothingRings, NoPickup          string
	Deflected                                  string
	Keys                                       map[KeyUse]string // labels of keys without one
	Watch                                      map[WatchState]string
	Forwarded, NotForwarded, NoForward         string
	MessageFrom                                string
	ContactsTitle, NoContacts, BookFull        string
	NameOf, NamingHelp, Saved                  string
	MenuTitle, DialledCalls                    string
	EditNumber, SaveName, DeleteAll            string
	ReallyDeleteAll, DeleteThem, KeepThem      string
	OnOff                                      map[bool]string
	OnTrial, TrialConfirmed                    string // of the configuration
	RolledBack, RolledBackMeans                string
	DocumentRefused, RefusedMeans              string
	NewServer, NamedBy, SignedBy               string
	PlainServer, BadCertificate                string
	ReallyAccept, AcceptMeans                  string
	ReallyRefuse, RefuseMeans                  string
	ServerAccepted, ServerRefused              string
	ServerWaits, RefusedServer                 string
	ServersForgotten                           string
	LongDate, ShortDate                        string // {weekday} {day} {month} {mon}
	Weekdays                                   [7]string
	Months                                     [12]string
	Soft                                       [actionCount]string // labels of the soft keys
	Outputs                                    map[hal.Output]string
	Failures                                   map[int]string // titles of failed calls by status code
	Causes                                     map[ua.Cause]string
}

// texts is the configured language's; English when it is not known.
func (s *State) texts() *Texts {
	if s.words == nil {
		s.words = catalogue(s.config.Language)
	}
	return s.words
}

// catalogue finds a language; nobody changes what it returns.
func catalogue(language string) *Texts {
	switch language {
	default:
		return english()
	}
}

func english() *Texts {
	return &Texts{
		Booting:            "Starting",
		Discovering:        "Looking for the configuration",
		Fetching:           "Fetching the configuration",
		ProvisioningFailed: "No configuration",
		ProvisioningRetry:  "The phone tries again by itself.",
		ProvisioningOld:    "Configuration not renewed",
		Missed:             [3]string{"1 missed call", "%d missed calls", ""},
		Messages:           [3]string{"1 new message", "%d new messages", "New messages"},
		NoAccount:          "No account",
		NoAccountHint:      "The configuration names no account. Ask the administrator.",
		NotRegistered:      "Not registered",
		StillRegistering:   "Registering",
		NetworkDown:        "No network",
		Network:            "Network",
		Ready:              "Registered",
		Configuration:      "Configuration",
		Sound:              "Sound",
		NoSound:            "No sound",
		StatusTitle:        "Status",

		EnterNumber:       "Enter a number",
		TransferTo:        "Transfer %s to",
		Calling:           "Calling",
		CallProgress:      "Calling",
		RingingThere:      "Ringing",
		Connecting:        "Connecting",
		EmergencyCall:     "Emergency call",
		Incoming:          "Incoming call",
		CallWaiting:       "Another call",
		Waits:             "Waiting",
		InCall:            "In call",
		Muted:             "Muted",
		OnHold:            "On hold",
		HeldByThem:        "They put you on hold",
		Transferring:      "Transferring to %s",
		Transferred:       "Transferred",
		TransferFailed:    "Transfer failed",
		CallEnded:         "Call ended",
		HeldEnded:         "Held call ended",
		CallLost:          "Caller hung up",
		CallFailed:        "Call failed",
		NotSent:           "Cannot call",
		NoReply:           "No reply",
		HangUp:            "Please put the handset back.",
		TooMany:           "Too many calls: end one first",
		AnswerFailed:      "Could not answer",
		HoldFailed:        "Could not hold",
		FarDigits:         "They pressed ",
		NothingToTransfer: "No call to transfer",
		NothingDialled:    "Nothing dialled yet",
		NobodyNow:         "Nobody is called at this time",
		DoorOpen:          "The door is open",
		DoorWrong:         "This code does not open",
		DoorLocked:        "Too many wrong codes: wait",
		NoVoicemail:       "No voicemail number is set",
		NoConference:      "A conference needs a talk and a held call",
		Conference:        "Conference",
		Recording:         "Recording",
		NoRecording:       "This phone does not record",
		RecordingEnded:    "Recording ended",
		NoCallKey:         "No number is set for this key",
		MissedCalls:       "Missed calls",
		AllCalls:          "Calls",
		NoMissed:          "No missed calls",
		NoCalls:           "No calls yet",
		DND:               map[bool]string{true: "Do not disturb", false: "Calls ring again"},
		PickingUp:         "Picking up",
		Deflected:         "Sent to",
		NothingRings:      "No call rings there",
		NoPickup:          "Cannot be picked up: the exchange does not say which call it is",
		Keys:              map[KeyUse]string{KeyDND: "DND", KeyForward: "Forward", KeyPark: "Park", KeyPickup: "Pick up"},
		Watch: map[WatchState]string{
			WatchUnknown: "Not known", WatchRefused: "Not told", WatchIdle: "Free", WatchRinging: "Ringing", WatchBusy: "Busy", WatchHeld: "On hold",
		},
		Forwarded:    "Calls go to",
		NotForwarded: "Calls come here again",
		NoForward:    "No number is set to send calls to",
		MessageFrom:  "Message from",

		ContactsTitle: "Contacts", NoContacts: "Nobody found", BookFull: "No room for more contacts",
		NameOf: "Name of", NamingHelp: "Same key: next letter, #: ABC", Saved: "Saved",
		MenuTitle: "Menu", DialledCalls: "Dialled calls",
		EditNumber: "Edit number", SaveName: "Save as contact", DeleteAll: "Delete all calls",
		ReallyDeleteAll: "Delete all calls?", DeleteThem: "Delete all", KeepThem: "Keep them",
		OnOff: map[bool]string{true: "On", false: "Off"},

		OnTrial: "On trial: new configuration", TrialConfirmed: "Confirmed: new configuration",
		RolledBack: "Configuration taken back", RolledBackMeans: "The one before is used. Tell the administrator.",
		DocumentRefused: "Configuration refused", RefusedMeans: "The phone keeps the one it has. Tell the administrator.",
		NewServer: "Accept server?", NamedBy: "Named by", SignedBy: "signed by",
		PlainServer: "Not encrypted: anybody on the network can change what it sends.", BadCertificate: "Not trusted",
		ReallyAccept: "Really accept?", AcceptMeans: "OK lets this server decide everything about this phone.",
		ReallyRefuse: "Really refuse?", RefuseMeans: "OK has it passed over from now on.",
		ServerAccepted: "Accepted", ServerRefused: "Refused", ServerWaits: "Server waits", RefusedServer: "Refused",
		ServersForgotten: "Refused servers are asked about again",

		LongDate:  "{weekday}, {day} {month}",
		ShortDate: "{day} {mon}",
		Weekdays:  [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		Months: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September",
			"October", "November", "December"},
		Soft: [actionCount]string{
			actRedial: "Redial", actCalls: "Calls", actMissed: "Missed", actMessages: "Inbox", actDial: "Dial",
			actDelete: "Del", actCancelEntry: "Cancel", actAnswer: "Answer", actReject: "Reject", actSilence: "Silence",
			actHold: "Hold", actResume: "Resume", actSwap: "Swap", actConference: "Conf", actSplit: "Split", actTransfer: "Xfer", actSendTransfer: "Xfer", actConsult: "Call", actComplete: "Xfer",
			actNew: "New", actEnd: "End", actClose: "Close", actDialItem: "Dial", actDeleteItem: "Del", actBack: "Back",
			actAccept: "Accept", actRefuse: "Refuse", actLater: "Later", actSure: "OK", actUnsure: "Back",
			actContacts: "Names", actMore: "More", actChoose: "OK", actDialContact: "Dial", actFindAll: "Clear", actSaveName: "Save", actUnname: "Del",
			actShowServer: "Server", actForgetRefused: "Unblock", actAcknowledge: "OK",
		},
		Outputs: map[hal.Output]string{
			hal.Handset: "Handset", hal.Speaker: "Speaker", hal.Headset: "Headset", hal.Ringer: "Ringer",
		},
		Failures: map[int]string{
			403: "Not allowed", 404: "Unknown number", 408: "No reply", 410: "Number has gone", 480: "Not available",
			484: "Number incomplete", 486: "Busy", 488: "No common codec", 503: "Service unavailable", 600: "Busy",
			603: "Declined", 604: "Unknown number",
		},
		Causes: map[ua.Cause]string{
			ua.Timeout: "The far end did not reply.", ua.CauseError: "The call broke down.",
			ua.CauseSetupFail: "The server could not be reached.", ua.Replaced: "The call was taken over.",
			ua.AnsweredOther: "Answered elsewhere.",
		},
	}
}
