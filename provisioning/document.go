package provisioning

import (
	"time"

	"offhook/ua"
)

// SchemaVersion is the version of the native document, the value of its top
// key "offhook".
const SchemaVersion = 1

// Document is the configuration of a phone. Its tags are read by the decoder:
// key is the name in a file, range, oneof and match what is allowed, restart
// what a change interrupts, id the field that names an element of a list.
type Document struct {
	Version      int          `key:"offhook" restart:"none"`
	Phone        Phone        `key:"phone"`
	DialPlan     DialPlan     `key:"dial-plan"`
	Screen       Screen       `key:"screen"`
	Accounts     []Account    `key:"accounts" restart:"account" id:"id,user"`
	TLS          TLS          `key:"tls" restart:"account"`
	Provisioning Provisioning `key:"provisioning"`
	Keys         []Key        `key:"keys" id:"key"`
	Audio        Audio        `key:"audio" restart:"audio"`
	Network      Network      `key:"network"`
	Log          Log          `key:"log"`
	Door         Door         `key:"door"`
	Recording    Recording    `key:"recording"`
	Emergency    Emergency    `key:"emergency"`
	Actions      []Action     `key:"actions"`
	PhoneBooks   []PhoneBook  `key:"phone-books"`
	Firmware     Firmware     `key:"firmware"`
	Web          Web          `key:"web"`

	origin map[string]Position  // where each setting was given
	user   map[string]time.Time // settings that the user has set, and when

	leftOut []*FaultError // of another maker's files
}

// Phone is the telephone as a person meets it.
type Phone struct {
	Name        string     `key:"name" match:"label"`
	Language    string     `key:"language" match:"language"`
	TimeZone    string     `key:"time-zone" match:"zone"`
	TimeFormat  string     `key:"time-format" oneof:"24h 12h"`
	Country     string     `key:"country" match:"country" restart:"audio"` // of the call-progress tones
	Emergency   []string   `key:"emergency" match:"number"`
	CallWaiting bool       `key:"call-waiting"`
	AutoAnswer  AutoAnswer `key:"auto-answer" oneof:"off intercom all"`
	RingTone    string     `key:"ring-tone" match:"name"`
	// TransferOnHook: putting the handset back while asking about a transfer transfers.
	TransferOnHook bool      `key:"transfer-on-hook"`
	DoNotDisturb   bool      `key:"do-not-disturb"`
	DNDAnswer      DNDAnswer `key:"do-not-disturb-answer" oneof:"busy unavailable declined"`
	// UserMayChange are settings and sections that stay as the user has set them.
	UserMayChange []string `key:"user-may-change" restart:"none"`
	// UserReset forgets, when it grows, what the user has set.
	UserReset int `key:"user-reset" range:"0..1000000000" restart:"none"`
}

// DNDAnswer is what callers hear while nobody is to be disturbed.
type DNDAnswer string

// The answers.
const (
	DNDBusy        DNDAnswer = "busy"        // 486
	DNDUnavailable DNDAnswer = "unavailable" // 480
	DNDDeclined    DNDAnswer = "declined"    // 603
)

// AutoAnswer says which calls the phone takes by itself.
type AutoAnswer string

// What is answered by itself.
const (
	AutoAnswerOff      AutoAnswer = "off"
	AutoAnswerIntercom AutoAnswer = "intercom" // calls that ask for it
	AutoAnswerAll      AutoAnswer = "all"
)

// DialPlan says when enough digits have been dialled.
type DialPlan struct {
	DigitMap    []string      `key:"digit-map" match:"digit-map"`
	DialTimeout time.Duration `key:"dial-timeout" range:"1s..30s"`
	// WithholdPrefix before a number withholds ours from whom it calls; empty: none does.
	WithholdPrefix string `key:"withhold-prefix" match:"number"`
}

// Screen is how the display behaves.
type Screen struct {
	Backlight     int           `key:"backlight" range:"0..100"`      // percent, in use
	BacklightIdle int           `key:"backlight-idle" range:"0..100"` // percent, after Timeout
	Timeout       time.Duration `key:"timeout" range:"5s..24h"`
}

// Account is an address-of-record with the settings of its calls.
type Account struct {
	ID           string        `key:"id"`
	User         string        `key:"user,required" match:"user"`
	Domain       string        `key:"domain,required" match:"server"`
	DisplayName  string        `key:"display-name" match:"label"`         // sent to whom we call
	Label        string        `key:"label" match:"label" restart:"none"` // on the screen; the user when empty
	AuthUser     string        `key:"auth-user" match:"label"`
	Password     ua.Secret     `key:"password"`
	DigestMD5    bool          `key:"digest-md5"`                // false: the password is not shown to who only knows MD5
	Registrar    string        `key:"registrar" match:"servers"` // best first, with commas between
	Proxy        string        `key:"proxy" match:"servers"`
	SecondProxy  string        `key:"second-proxy" match:"servers"`
	GRUU         bool          `key:"gruu"`
	STUN         string        `key:"stun" match:"server"`
	ICE          ICE           `key:"ice" oneof:"off lite full" restart:"none"`
	TURN         []string      `key:"turn" match:"turn" restart:"none"` // in the order that they are tried
	TURNUser     string        `key:"turn-user" match:"label" restart:"none"`
	TURNPassword ua.Secret     `key:"turn-password" restart:"none"`
	Transport    ua.Transport  `key:"transport" oneof:"tls tcp udp auto"`
	Silence      time.Duration `key:"silence" range:"0s..32s"`  // before the next server is asked
	Failback     time.Duration `key:"failback" range:"0s..24h"` // between looks at a better server that failed
	Reuse        bool          `key:"connection-reuse"`         // RFC 5923
	LateOffer    bool          `key:"late-offer"`               // INVITE without a description
	NoReferSub   bool          `key:"transfer-untold"`          // RFC 4488
	Expires      time.Duration `key:"expires" range:"1m..24h"`
	Register     bool          `key:"register"`
	// ReconnectSpread is in which all telephones come back that lost the same server.
	ReconnectSpread time.Duration  `key:"reconnect-spread" range:"0s..10m"`
	KeepAlive       time.Duration  `key:"keep-alive" range:"0s..10m"`      // 0s: none
	SessionExpires  time.Duration  `key:"session-expires" range:"0s..24h"` // 0s: none
	Reliable        ua.Reliability `key:"reliable-provisional" oneof:"supported required off"`
	SRTP            SRTP           `key:"srtp" oneof:"mandatory optional off" restart:"none"`
	Keying          []string       `key:"srtp-keying" oneof:"sdes dtls" restart:"none"` // best first
	DTMF            DTMF           `key:"dtmf" oneof:"auto rfc4733 inband info" restart:"none"`
	Codecs          []string       `key:"codecs" oneof:"g722 opus opus-fullband pcma pcmu l16" restart:"none"`
	DTX             bool           `key:"dtx" restart:"none"`                     // nothing but comfort noise in pauses
	Redundancy      int            `key:"redundancy" range:"0..2" restart:"none"` // packets repeated when many get lost (RFC 2198)
	Voicemail       string         `key:"voicemail" match:"user" restart:"none"`
	MWI             bool           `key:"mwi"`
	RefuseMWI       bool           `key:"refuse-unsolicited-mwi"`
	Watch           []string       `key:"blf" match:"resource"`          // whose dialogs are watched, a subscription each
	WatchList       string         `key:"blf-list-uri" match:"resource"` // a list at the server, one subscription for all
	RegEvent        bool           `key:"reg-event"`
	FeatureSync     bool           `key:"feature-sync"`
	Publish         string         `key:"publish" oneof:"off dialog presence"`
	ShareDialogs    bool           `key:"share-dialogs"`   // our calls, to whom the server lets watch them
	RemoteControl   bool           `key:"remote-control"`  // the server may answer, hold and resume
	CheckSyncAuth   bool           `key:"check-sync-auth"` // asked for the account's password
	PickupCode      string         `key:"pickup-code" match:"number" restart:"none"`
	AutoAnswerFor   string         `key:"auto-answer-for" oneof:"nobody server asserted listed all"` // on whose word
	AutoAnswerFrom  []string       `key:"auto-answer-from" match:"resource"`
	ForwardAlways   string         `key:"forward-always" match:"user" restart:"none"`
	ForwardBusy     string         `key:"forward-busy" match:"user" restart:"none"`
	ForwardNoReply  string         `key:"forward-no-answer" match:"user" restart:"none"`
	ForwardAfter    time.Duration  `key:"forward-after" range:"0s..3m" restart:"none"`
	Anonymous       bool           `key:"anonymous"`             // our number is withheld from whom we call
	Identity        string         `key:"identity" match:"user"` // user part that we prefer to be known by
	NoAnonymous     bool           `key:"reject-anonymous" restart:"none"`
	CA              string         `key:"ca" match:"authority" restart:"none"`
	ServerName      string         `key:"server-name" match:"host" restart:"none"`
	ServerWildcard  bool           `key:"server-wildcard" restart:"none"` // a certificate for *.example is taken, against RFC 5922
	Certificate     string         `key:"certificate" match:"identity" restart:"none"`
	Key             ua.Secret      `key:"key" match:"pem" restart:"none"`
}

// DTMF is how an account sends digits.
type DTMF string

// The ways.
const (
	DTMFAuto   DTMF = "auto"    // telephone-events, or sound where the far end takes none
	DTMFEvents DTMF = "rfc4733" // telephone-events, or not at all
	DTMFInBand DTMF = "inband"  // sound
	DTMFInfo   DTMF = "info"    // SIP INFO
)

// SRTP is a policy for an account's media.
type SRTP string

// The policies.
const (
	SRTPMandatory SRTP = "mandatory" // no call without
	SRTPOptional  SRTP = "optional"  // offered, and taken when offered
	SRTPOff       SRTP = "off"
)

// TLS holds certificates that other sections name as "$name".
type TLS struct {
	Authorities []Authority `key:"authorities" id:"name"`
	Identities  []Identity  `key:"identities" id:"name"`
}

// Authority is whom to trust.
type Authority struct {
	Name string `key:"name,required" match:"name" restart:"none"`
	PEM  string `key:"pem,required" match:"pem" restart:"none"`
}

// Identity is who to be: a client certificate.
type Identity struct {
	Name        string    `key:"name,required" match:"name" restart:"none"`
	Certificate string    `key:"certificate,required" match:"pem" restart:"none"`
	Key         ua.Secret `key:"key,required" match:"pem" restart:"none"`
}

// Provisioning says where the next document comes from, and when.
type Provisioning struct {
	URL          string        `key:"url" match:"url"`
	Interval     time.Duration `key:"interval" range:"10s..744h"`
	RandomSpread time.Duration `key:"random-spread" range:"0s..24h"`
	CA           string        `key:"ca" match:"authority"`
	Certificate  string        `key:"certificate" match:"identity"`
	Key          ua.Secret     `key:"key" match:"pem"`
	Username     string        `key:"username" match:"label"`
	Password     ua.Secret     `key:"password"`
	CheckSync    CheckSync     `key:"check-sync"`
	// Confirm is how long a document has to prove itself; 0s: it need not.
	Confirm time.Duration `key:"confirm" range:"0s..1h"`
	// PushSpread is within what time after a check-sync the phone asks.
	PushSpread time.Duration `key:"push-spread" range:"0s..24h"`
	Push       Push          `key:"push"`
}

// CheckSync says what a NOTIFY check-sync may do.
type CheckSync struct {
	Accept      bool     `key:"accept"`
	Accounts    []string `key:"accounts"` // empty: every account
	AllowReboot bool     `key:"allow-reboot"`
}

// Key is what a line key of the phone does.
type Key struct {
	Key     string `key:"key,required" match:"name"` // of the board: line1
	Type    string `key:"type" oneof:"line speed-dial blf pickup intercom voicemail dnd forward park"`
	Value   string `key:"value" match:"callee"`
	Label   string `key:"label" match:"label"`
	Account string `key:"account"` // empty: the first
}

// Audio is sound.
type Audio struct {
	Volume Volume        `key:"volume" restart:"none"`
	PTime  time.Duration `key:"ptime" oneof:"10ms 20ms 30ms 40ms 60ms" restart:"none"` // of new calls
	Jitter Jitter        `key:"jitter" restart:"none"`
	// HoldMusic is off, melody, or a WAV file among the phone's sounds.
	HoldMusic string `key:"hold-music" match:"name" restart:"none"`
}

// Volume is the loudness of each output, in percent.
type Volume struct {
	Handset   int `key:"handset" range:"0..100"`
	Handsfree int `key:"handsfree" range:"0..100"`
	Headset   int `key:"headset" range:"0..100"`
	Ringer    int `key:"ringer" range:"0..100"`
}

// Jitter bounds the delay of the play-out buffer.
type Jitter struct {
	Min time.Duration `key:"min" range:"0s..500ms"`
	Max time.Duration `key:"max" range:"20ms..2s"`
}

// Network is how packets leave.
type Network struct {
	// Listen are sockets that anyone may call, ListenCertificate what those by TLS show.
	Listen            []string  `key:"listen" match:"listen"`
	ListenCertificate string    `key:"listen-certificate" match:"reference"`
	RTPPorts          PortRange `key:"rtp-ports" restart:"none"`
	DSCP              DSCP      `key:"dscp"`
}

// DSCP are the code points (RFC 2474) of outgoing packets.
type DSCP struct {
	Audio      int `key:"audio" range:"0..63"`
	Signalling int `key:"signalling" range:"0..63" restart:"agent"`
}

// Log says what is written about the phone's work, and where.
type Log struct {
	Level     string `key:"level" oneof:"debug info warn error"`
	Server    string `key:"server" match:"server"` // that is told the log by syslog; empty: none
	Transport string `key:"transport" oneof:"udp tcp tls"`
	CA        string `key:"ca" match:"authority"`
}

// LogAccess is how the log's server is reached by TLS.
func (d Document) LogAccess() Access { return d.TLS.access(d.Log.CA, "", ua.Secret{}) }

// Recording says whether calls may be recorded.
type Recording struct {
	Enabled bool `key:"enabled"`
	// Announce is tone, none, or a WAV file among the phone's sounds.
	Announce string        `key:"announce" match:"name"`
	MaxTime  time.Duration `key:"max-time" range:"1m..12h"`
	KeepFree int           `key:"keep-free" range:"1..65536"` // MB of the disk
}
