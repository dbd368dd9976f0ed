package phone

import (
	"time"

	"offhook/hal"
)

// Kind is the screen's layout.
type Kind uint8

// The kinds.
const (
	KindBooting Kind = iota
	KindProvisioning
	KindProvisioningFailed
	KindIdle
	KindDialling // a number is entered, for a call or a transfer
	KindCalling  // outgoing, not answered yet
	KindRinging  // incoming, not answered yet
	KindWaiting  // incoming while there is another call
	KindInCall
	KindHeld         // held by us
	KindTransferring // transfer sent, no outcome yet
	KindEnded        // the call is over, by the far end
	KindFailed       // the call did not come about
	KindList
	KindNotice // of the configuration, for a person to answer
	KindQR     // something to read in full, or to scan
)

var kindNames = [...]string{"booting", "provisioning", "provisioning-failed", "idle", "dialling", "calling", "ringing",
	"waiting", "in-call", "held", "transferring", "ended", "failed", "list", "notice", "qr"}

func (k Kind) String() string { return kindNames[min(k, KindQR)] }

// View says everything that the screen shows, in words ready to be drawn.
type View struct {
	Kind    Kind
	Title   string   // what is going on: "Incoming call"
	Text    []string // explanation, a paragraph each: what is wrong, what to do
	Entry   string   // number being entered, or what a list is searched for
	Party   Party    // of the call that is shown
	Account string   // label of the line that is used
	Since   time.Time
	Elapsed time.Duration // since then in whole seconds; 0 with a zero Since
	Others  []Other       // the other calls
	List    List
	Status  Status
	Volume  VolumeBar
	QR      string // what a code that is scanned says, "" for none
	Notice  string // passing remark: "Transferred"
	// Progress of provisioning in percent; 0 when not known.
	Progress int
	Soft     [4]SoftKey
	Lines    []LineView
}

// SoftKey is a soft key as the screen shows it; without a Label there is none.
type SoftKey struct {
	Label string
	Role  SoftRole
}

// SoftRole is what kind of thing a soft key does.
type SoftRole uint8

// The roles.
const (
	RolePlain SoftRole = iota
	RoleGo             // answers, dials, resumes: the thing to do now
	RoleStop           // ends, rejects
)

// Party is who is on the other end.
type Party struct {
	Name     string // "" when not known
	Number   string
	Initials string // one or two letters, "" when there is no name
	Verified bool   // a trusted server vouches for it
}

// Title is the name, or the number of a party without one.
func (p Party) Title() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Number
}

// Other is a call besides the one that is shown.
type Other struct {
	Party  Party
	State  OtherState
	Label  string // the state in words
	Action string // what its key would do, "" when none
}

// OtherState is where another call is.
type OtherState uint8

// The states.
const (
	OtherActive OtherState = iota
	OtherHeld
	OtherRinging
)

// List is a list to choose from.
type List struct {
	Items    []Item
	Selected int
	Empty    string // said when there are none
}

// Item is one line of a list.
type Item struct {
	Icon   ItemIcon
	Title  string
	Detail string // second line or right column
}

// ItemIcon is the mark before an Item.
type ItemIcon uint8

// The icons.
const (
	IconNone ItemIcon = iota
	IconMissed
	IconIncoming
	IconOutgoing
	IconGood
	IconBad
	IconPerson
	IconLocked
	IconMessage
)

// Status is the status bar, and the idle screen's facts.
type Status struct {
	Clock        string // "14:05"
	Date         string // "Sunday, 22 November"
	Name         string // of the phone
	Number       string // of the usual account
	Registration RegistrationView
	Cause        string // why not, for a person
	SecureSIP    bool   // the shown call's signalling is TLS
	SecureRTP    bool   // the shown call's sound is SRTP
	Encoding     string // of the shown call
	Muted        bool
	RemoteHold   bool       // the far end holds us
	Recording    bool       // what is said is recorded
	Output       hal.Output // where a person hears it, "" when on-hook
	Messages     int        // new voice messages; -1 when not told how many
	Missed       int
	RingerOff    bool
	AudioGone    bool
	NetworkDown  bool
}

// RegistrationView sums up the accounts.
type RegistrationView uint8

// The sums.
const (
	RegNone    RegistrationView = iota // no account
	RegPending                         // the first attempt runs
	RegGood                            // all ready
	RegPartly                          // some ready
	RegFailed                          // none ready
)

// VolumeBar is shown while the volume is set.
type VolumeBar struct {
	Shown   bool
	Output  hal.Output
	Label   string
	Percent int
}

// LineView is a line key's label and state.
type LineView struct {
	Label string
	State hal.Pattern
	Watch WatchState // of a key that shows another telephone's calls
}
