package agent

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"offhook/ua"
	"offhook/ua/guard"
	"offhook/ua/locate"
)

// Config is what an Agent is made with. Log and NewSession are needed; the
// zero value of all else has a meaning.
type Config struct {
	Log *slog.Logger
	// NewSession makes the media side of a call. It is called by the agent's
	// goroutine and must not block on the network.
	NewSession func(ua.AccountID, ua.CallID) (ua.Session, error)
	UserAgent  string // User-Agent and Server header; "offhook" when empty
	InstanceID string // urn:uuid:… of this device (RFC 5626 §4.1); none when empty
	// Bind is the local address of what is dialled; the route's when zero.
	Bind netip.Addr
	// Roots replaces the system's certificate authorities for accounts that
	// bring none of their own.
	Roots   *x509.CertPool
	Inbound InboundPolicy
	// Locate finds the targets of a server; DNS (RFC 3263) when nil.
	Locate LocateFunc
	Guard  guard.Config
	// DSCP is the code point of the packets of a flow that is opened now; 0 or
	// nil leaves them alone. NetworkChanged opens every flow anew.
	DSCP func() int
	Rand io.Reader // crypto/rand when nil
	Now  func() time.Time
	// Floor is when the program was made: it cannot be earlier, whatever a clock
	// says that is not set yet. Certificates are then judged as of that day.
	Floor time.Time

	DialTimeout     time.Duration // DNS, TCP and TLS together; 0 means 10 s
	ShutdownTimeout time.Duration // ending calls and bindings; 0 means 2 s
	RingFor         time.Duration // an incoming call; 0 means 2 min
	FinalAfter      time.Duration // an outgoing call after 180; 0 means 3 min
	PongTimeout     time.Duration // RFC 5626 §4.4.1; 0 means 10 s
	// Silence is how long a server may leave a new request without any response
	// before the next server is asked, if there is one; 0 means 4 s. With one
	// server it is 64*T1 (RFC 3261 §17.1.1.2).
	Silence time.Duration
	// Failback is how often a better server that has failed is looked at; 0
	// means 30 s.
	Failback time.Duration
}

// InboundPolicy says who may call. Requests over an account's own flow to its
// server are always heard; nothing else is, unless it is named here.
type InboundPolicy struct {
	// Listen are the sockets of accounts without registration (Register=false), at
	// the start; SetListeners makes them others.
	Listen []Listen
	// Strict hears on the datagram flows to our servers nobody but those servers:
	// not who knows the Call-ID of a call either, nor who answers in their place.
	// A call whose server does not stay in its path cannot be ended by the far end.
	Strict bool
	// Certificate is shown to who calls by TLS where no account without
	// registration has one; nil for none.
	Certificate func() (*tls.Certificate, error)
	// AnyUser takes calls for a user that no such account has; else 404.
	AnyUser bool
	// RefuseRefer refuses what the far end of a call asks by REFER: to be
	// transferred. Otherwise that is done for whoever speaks over the account's
	// own flow to its server, and for nobody else.
	RefuseRefer bool
	// ForceRport answers to a datagram's source even if the sender did not ask
	// for that (RFC 3581): for senders behind a NAT.
	ForceRport bool
}

// Listen is a socket that anyone may call; UDP, TCP or TLS.
type Listen = ua.Listener

// LocateFunc finds where to send, best first. It must end with the context.
type LocateFunc func(context.Context, Query) ([]locate.Target, error)

// Query is a server's name as configured.
type Query = locate.Query

func (c Config) withDefaults() (Config, error) {
	if c.Log == nil || c.NewSession == nil {
		return c, errors.New("agent: Config needs Log and NewSession")
	}
	if hasControl(c.UserAgent) || hasControl(c.InstanceID) {
		return c, errors.New("agent: UserAgent and InstanceID must not have control characters")
	}
	if c.UserAgent == "" {
		c.UserAgent = "offhook"
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.DSCP == nil {
		c.DSCP = func() int { return 0 }
	}
	if c.Locate == nil {
		c.Locate = locate.New(locate.Config{}).Locate
	}
	for _, d := range []struct {
		field    *time.Duration
		standard time.Duration
	}{{&c.DialTimeout, 10 * time.Second}, {&c.ShutdownTimeout, 2 * time.Second}, {&c.PongTimeout, 10 * time.Second}, {&c.Silence, 4 * time.Second}, {&c.Failback, 30 * time.Second}} {
		if *d.field <= 0 {
			*d.field = d.standard
		}
	}
	return c, nil
}

func hasControl(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] == 0x7f {
			return true
		}
	}
	return false
}

// today is the time that certificates are judged by.
func (c Config) today() time.Time {
	if now := c.Now(); now.After(c.Floor) {
		return now
	}
	return c.Floor
}
