package dialog

import (
	"time"

	"offhook/ua"
)

// Request is what the machine reads of a request that came in.
type Request struct {
	Method      string
	CSeq        uint32
	FromTag     string   // the far end's tag
	ToTag       string   // ours; empty out of a dialog
	Contact     string   // URI of the first Contact, without angle brackets
	RecordRoute []string // one a URI, top first, as received
	Require     []string // option tags
	ContentType string
	Body        []byte
	Expires     time.Duration // of an INVITE (RFC 3261 §13.2.1); 0 when absent
	// Party is who calls, by From or by an identity that the agent trusts.
	Party      ua.Party
	AlertInfo  []string // header values, for auto-answer and ring tones
	CallInfo   []string
	DivertedBy ua.Party // who sent the call on to us last
	CallBack   bool     // an emergency centre calls back (RFC 7090)
	AnswerMode string   // RFC 5373
	// PrivAnswerMode asks for more than AnswerMode; MayCommand says that the caller
	// may ask for that, MayAutoAnswer that he may have the call answered by itself.
	PrivAnswerMode            string
	MayAutoAnswer, MayCommand bool
	Reason                    []string
	Event                     string // of NOTIFY and SUBSCRIBE, with parameters
	// SubscriptionState is the header's value, with parameters.
	SubscriptionState string
	ReferTo           string // of a REFER: a URI, "" when there is not exactly one
	ReferredBy        string
	ReferSub          string // RFC 4488
	Trusted           bool   // it may ask us to call somebody
	Supported         []string
	Allow             []string
	Session           SessionTimer
	RAck              RAck // of a PRACK
}

// Response is what the machine reads of a response that came in.
type Response struct {
	Status      int
	Reason      string // reason phrase; of a final 401 or 407 what the digest's error says
	ToTag       string
	Contact     string // as in Request
	RecordRoute []string
	ContentType string
	Body        []byte
	RetryAfter  time.Duration
	Party       ua.Party // counts when Verified
	Allow       []string
	Require     []string
	Session     SessionTimer
	RSeq        uint32 // 0 when absent
	ReferSub    string
	Contacts    []string // of a 3xx: URIs without headers, best first
	Warning     string   // text of the first Warning
	Gate        Gate     // of early media
}

// Outgoing is a request to be sent. CSeq is the agent's.
type Outgoing struct {
	Method      string
	URI         string   // Request-URI
	ToTag       string   // empty for the first INVITE
	Route       []string // header values, top first
	ContentType string
	Body        []byte
	Reason      string // Reason header (RFC 3326), "" for none
	ReferTo     string // of a REFER: a URI
	ReferSub    string // of a REFER (RFC 4488)
	Replaces    string // header value
	ReferredBy  string // header value
	Event       string // of a NOTIFY
	// SubscriptionState is of a NOTIFY too.
	SubscriptionState string
	Supported         []string
	Require           []string
	Session           SessionTimer
	// RSeq and For make the RAck of a PRACK: the agent adds the CSeq of the
	// INVITE that For names.
	RSeq uint32
	For  Tx
}

// Answer is a response to be sent.
type Answer struct {
	Status      int
	Reason      string // reason phrase
	ContentType string
	Body        []byte
	RetryAfter  time.Duration // 0 for no header
	Contact     string        // of a 302: a URI
	Accept      string        // of a 415
	Unsupported []string      // of a 420
	AllowEvents string        // of a 489
	ReasonHead  string        // Reason header (RFC 6432), "" for none
	Supported   []string
	Require     []string
	Session     SessionTimer
	ReferSub    string
	AnswerMode  string // of a 2xx to INVITE
	RSeq        uint32 // of a reliable provisional response
}
