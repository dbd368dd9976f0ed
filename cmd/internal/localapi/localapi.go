// Package localapi is what the command line and the web pages speak to a
// running agent: HTTP on a unix socket, JSON in and out.
package localapi

import (
	"context"
	"errors"
	"time"

	"offhook/media"
)

// ErrNotRunning is returned by a Client when nothing listens on the socket.
var ErrNotRunning = errors.New("offhook is not running here")

// Status is everything that the agent knows of itself.
type Status struct {
	Version      string       `json:"version"`
	Board        string       `json:"board"`
	Model        string       `json:"model"`
	Started      time.Time    `json:"started"`
	Accounts     []Account    `json:"accounts"`
	Calls        []Call       `json:"calls"`
	Totals       Totals       `json:"totals"`
	Diverting    Diverting    `json:"diverting"`
	Listening    []Listener   `json:"listening,omitzero"`
	ListenError  string       `json:"listen_error,omitzero"`
	Dropped      Dropped      `json:"dropped,omitzero"` // SIP messages that nobody read
	Provisioning Provisioning `json:"provisioning"`
	Firmware     Firmware     `json:"firmware,omitzero"`
	Audio        Audio        `json:"audio"`
	Devices      []Device     `json:"devices"`            // parts that do not work
	Faceplate    string       `json:"faceplate,omitzero"` // address of the page, on a workbench
}

// Totals are of all calls that have ended since the agent started.
type Totals struct {
	Incoming Outcomes `json:"incoming"`
	Outgoing Outcomes `json:"outgoing"`
	Poor     uint64   `json:"poor"`    // whose sound was bad
	Seconds  float64  `json:"seconds"` // talked
	Received uint64   `json:"packets_received"`
	Lost     uint64   `json:"packets_lost"`
	Late     uint64   `json:"packets_late"`
}

// Outcomes count calls by what became of them.
type Outcomes struct {
	Answered   uint64 `json:"answered"`
	Unanswered uint64 `json:"unanswered"`
	Failed     uint64 `json:"failed"` // could not be made, or broke off
}

// Dropped counts SIP messages that were dropped before they were read, by why.
type Dropped struct {
	Source uint64 `json:"source,omitempty"` // too much from one source
	All    uint64 `json:"all,omitempty"`    // too much from all untrusted ones
	Muted  uint64 `json:"muted,omitempty"`  // from sources that had been refused too often
	Large  uint64 `json:"large,omitempty"`  // datagrams over the limit
	Mutes  uint64 `json:"mutes,omitempty"`  // how often a source was muted
}

// Total is all messages that were dropped.
func (d Dropped) Total() uint64 { return d.Source + d.All + d.Muted + d.Large }

// Account is one account's binding.
type Account struct {
	ID        string    `json:"id"`
	AOR       string    `json:"aor"`
	Transport string    `json:"transport"`
	State     string    `json:"state"`
	Cause     string    `json:"cause,omitzero"`
	Server    string    `json:"server,omitzero"`
	Expires   time.Time `json:"expires,omitzero"`
	Retry     time.Time `json:"retry,omitzero"`
	// Registered is when the binding was first made since the agent started.
	Registered time.Time `json:"registered,omitzero"`
	New        int       `json:"new_messages"`
	Old        int       `json:"old_messages"`

	Ways     []Way          `json:"ways,omitzero"`
	Watched  []Watched      `json:"watched,omitzero"`
	Features []Feature      `json:"features,omitzero"`
	Missing  []Subscription `json:"missing,omitzero"` // subscriptions that do not stand
}

// Call is one call with its figures.
type Call struct {
	ID        uint64       `json:"id"`
	Account   string       `json:"account"`
	Incoming  bool         `json:"incoming"`
	State     string       `json:"state"`
	Remote    string       `json:"remote"`
	Name      string       `json:"name,omitzero"`
	Held      bool         `json:"held"`
	Started   time.Time    `json:"started"`
	Answered  time.Time    `json:"answered,omitzero"`
	Ended     time.Time    `json:"ended,omitzero"`
	Cause     string       `json:"cause,omitzero"`
	Reason    string       `json:"reason,omitzero"`
	SIPCallID string       `json:"sip_call_id,omitzero"`
	Digits    string       `json:"digits,omitzero"` // keys that the far end pressed, the newest 16; none where there is a door code
	Media     *media.Stats `json:"media,omitzero"`
	// Grade is "good", "fair" or "bad", Verdict why, in a sentence; empty: it is not known yet.
	Grade   string `json:"grade,omitzero"`
	Verdict string `json:"verdict,omitzero"`
}

// CallDetail is a call with its seconds, of the last ten minutes of it.
type CallDetail struct {
	Call
	Link    string         `json:"link,omitzero"`  // network interface
	Began   time.Time      `json:"began,omitzero"` // the first of the seconds
	Seconds []media.Second `json:"seconds"`
}

// Provisioning is where the configuration came from.
type Provisioning struct {
	State  string `json:"state"`
	Source string `json:"source,omitzero"`
	Hash   string `json:"hash,omitzero"`
	// Step is the step of discovery that the document in force came by, Found how
	// that found its server.
	Step    string    `json:"step,omitzero"`
	Found   string    `json:"found,omitzero"`
	Fetched time.Time `json:"fetched,omitzero"`
	Applied time.Time `json:"applied,omitzero"` // when it came into force
	Verdict string    `json:"verdict,omitzero"` // "on trial", "confirmed"

	LastFetch   time.Time `json:"last_fetch,omitzero"` // that a server answered
	LastAttempt time.Time `json:"last_attempt,omitzero"`
	Failures    int       `json:"failures,omitzero"` // in a row
	NextFetch   time.Time `json:"next_fetch,omitzero"`
	Error       string    `json:"error,omitzero"`
	// LeftOut are parameters of another maker's files that the document in force
	// could not take: where each is, what it says, and why it has no effect.
	LeftOut []string `json:"left_out,omitzero"`
	// StoreError is why the document in force would not survive a restart.
	StoreError string `json:"store_error,omitzero"`
	// Pending tells of a newer document that waits for the end of a call.
	Pending bool `json:"pending,omitzero"`
	// OnTrial is until when the document in force has to prove itself, Missing
	// what it has not proven yet.
	OnTrial time.Time `json:"on_trial,omitzero"`
	Missing string    `json:"missing,omitzero"`
	// RolledBack is why the newest document was taken back.
	RolledBack string `json:"rolled_back,omitzero"`
	// Pinned tells that a person rolled back and the server's has not changed since.
	Pinned   bool      `json:"pinned,omitzero"`
	Attempts []Attempt `json:"attempts,omitzero"` // steps of the last discovery
	Waiting  []Waiting `json:"waiting,omitzero"`  // servers that a person has to accept first
	Refused  []string  `json:"refused,omitzero"`  // servers that a person has refused
}

// Waiting is a server that waits for a person.
type Waiting struct {
	Server      string `json:"server"`               // https://host
	Step        string `json:"step"`                 // of discovery, that named it
	Issuer      string `json:"issuer,omitzero"`      // of its certificate
	Fingerprint string `json:"fingerprint,omitzero"` // SHA-256 of its certificate, hexadecimal
	Problem     string `json:"problem,omitzero"`     // with its certificate
}

// Attempt is what became of one step of discovery.
type Attempt struct {
	Step  string `json:"step"`
	URL   string `json:"url,omitzero"` // "": passed over
	Why   string `json:"why,omitzero"` // it has this address, or none
	Error string `json:"error,omitzero"`
	Waits string `json:"waits,omitzero"` // server that a person has to accept first
}

// Audio is the sound device.
type Audio struct {
	SampleRate    int    `json:"sample_rate"`
	Period        int    `json:"period"` // samples
	State         string `json:"state"`  // "running", "absent", or what went wrong
	CaptureXruns  uint64 `json:"capture_xruns"`
	PlaybackXruns uint64 `json:"playback_xruns"`
}

// Device is a part that does not work.
type Device struct {
	Part  string `json:"part"`
	Error string `json:"error"`
}

// Setting is one line of Explain.
type Setting struct {
	Path   string `json:"path"`
	Value  string `json:"value"`
	Origin string `json:"origin"`

	// Of what the server's document says: where that is from, since when it is in
	// force, and whether it is "on trial" or "confirmed".
	URL     string    `json:"url,omitzero"`
	Step    string    `json:"step,omitzero"`
	Found   string    `json:"found,omitzero"`
	Applied time.Time `json:"applied,omitzero"`
	State   string    `json:"state,omitzero"`
}

// DialRequest asks for a call.
type DialRequest struct {
	Account string `json:"account,omitzero"` // the default one when empty
	Target  string `json:"target"`
	// Intercom asks for the call to be answered by itself.
	Intercom bool `json:"intercom,omitzero"`
}

// DoorRequest names a door by its relay; "" is the first.
type DoorRequest struct {
	Relay string `json:"relay,omitzero"`
}

// Switch turns something on or off.
type Switch struct {
	On bool `json:"on"`
}

// PlayRequest asks for a WAV file to be played.
type PlayRequest struct {
	File string `json:"file"` // whole path; "": end what is played
}

// ForwardRequest sends every call elsewhere; "" ends it.
type ForwardRequest struct {
	Target string `json:"target"`
}

// MessageRequest asks for a text to be sent.
type MessageRequest struct {
	Account string `json:"account,omitzero"` // the first one when empty
	Target  string `json:"target"`
	Text    string `json:"text"`
}

// Backend is the agent, as the Server needs it. Its methods may block until
// the context ends.
type Backend interface {
	Configuration
	Status(context.Context) (Status, error)
	// Call is one of Status's calls.
	Call(ctx context.Context, id uint64) (CallDetail, error)
	Dial(context.Context, DialRequest) error
	Answer(context.Context) error
	Hangup(context.Context) error
	// InstallFirmware puts the program of a file on trial, FirmwareBack returns to the
	// one of before.
	InstallFirmware(context.Context, InstallRequest) error
	FirmwareBack(context.Context) error
	Reprovision(context.Context) error
	Accepter
	Record(context.Context, Switch) error
	Conference(context.Context, Switch) error
	Play(context.Context, PlayRequest) error
	DoNotDisturb(context.Context, Switch) error
	Forward(context.Context, ForwardRequest) error
	// Message returns when it is known what became of the text.
	Message(context.Context, MessageRequest) error
	OpenDoor(context.Context, DoorRequest) error
	Explain(context.Context) ([]Setting, error)
	// Logs calls line for every record kept, oldest first, and with follow for
	// every new one until the context ends.
	Logs(ctx context.Context, follow bool, line func([]byte) error) error
	// Screen is the telephone's screen as a PNG.
	Screen(context.Context) ([]byte, error)
}
