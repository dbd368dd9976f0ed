package sdp

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"offhook/media"
	"offhook/media/keying"
)

// Local is what this side says about itself in an offer or an answer.
type Local struct {
	Addr      netip.Addr
	Port      uint16 // of RTP
	RTCPPort  uint16 // 0 means the next one
	Mux       bool   // RTP and RTCP on one port, if the far end agrees
	Formats   []media.Format
	Direction media.Direction // wanted; an answer gives what the offer leaves of it
	PTime     time.Duration   // wished for in reception; 0 means 20 ms
	Policy    Policy
	Crypto    []string // values of a=crypto: all of an offer, the chosen one of an answer
	// Value of a=fingerprint, "" where keys do not come by DTLS, and our role then.
	Fingerprint string
	Setup       keying.Setup
	Reports     Reports        // to ask for; an answer asks if the offer did
	ICE         *ICE           // nil: nothing is said of it
	Default     netip.AddrPort // told in place of Addr and Port, if valid: what ICE finds best for who has none
	AnyFamily   bool           // the socket has both IP versions
}

// Negotiator keeps what offers and answers of one session must agree on: the
// version, the order of m-lines, the payload types. It is a plain value, owned
// by one goroutine.
type Negotiator struct {
	id, version uint64
	sent        Description    // the last description that went out
	current     []Media        // our m-lines by the last completed exchange
	index       int            // of the audio among them
	bound       []media.Format // what our payload types mean, oldest first
	pending     *pending
}

type pending struct {
	description Description
	formats     []media.Format
	index       int
	local       Local
}

// NewNegotiator starts a session of that id, which should be random.
func NewNegotiator(id uint64) *Negotiator {
	return &Negotiator{id: id >> 1} // below 2^63: some far ends read it signed
}

// Clone is a copy to go back to.
func (n *Negotiator) Clone() *Negotiator {
	c := *n
	c.bound = slices.Clone(n.bound)
	return &c
}

// Offer makes an offer. It stands until the next Offer, Answer or Rollback.
func (n *Negotiator) Offer(local Local) Description {
	p := &pending{index: n.index, local: local}
	for _, f := range local.Formats {
		f.PayloadType = n.rebind(f)
		p.formats = append(p.formats, f)
	}
	bindRedundancy(p.formats)
	proto := "RTP/AVP"
	if local.Policy == Mandatory {
		if proto = "RTP/SAVP"; len(local.Crypto) == 0 && local.Fingerprint != "" {
			proto = "UDP/TLS/RTP/SAVP" // RFC 5764 §8
		}
	}
	// RFC 3264 §8: m-lines are never removed, a refused one stays with port 0.
	lines := []Media{{}}
	if len(n.current) > 0 {
		proto = n.current[n.index].Proto // what was agreed stays, whoever proposed it
		lines = make([]Media, len(n.current))
		for i, m := range n.current {
			lines[i] = refused(m)
		}
	}
	lines[p.index] = local.audio(proto, p.formats, local.Direction, local.Mux)
	p.description = n.stamp(local, lines)
	n.pending = p
	return p.description
}

// Rollback drops the offer that was not accepted.
func (n *Negotiator) Rollback() { n.pending = nil }

// Accept takes the answer to the last Offer; it may be called again with
// another answer (forks, early media). Means are the ways to keys that were
// offered.
func (n *Negotiator) Accept(answer Description, means Means) (Agreed, error) {
	p := n.pending
	if p == nil {
		return Agreed{}, ErrNoOffer
	}
	if p.index >= len(answer.Media) {
		return Agreed{}, fmt.Errorf("%w: the answer has %d m-lines, the offer had %d", ErrNoAudio, len(answer.Media), len(p.description.Media))
	}
	remote, err := answer.audio(p.index)
	if err != nil {
		return Agreed{}, err
	}
	if err := remote.admit(p.local.Policy, means); err != nil {
		return Agreed{}, err
	}
	remote.Mux = remote.Mux && p.local.Mux
	remote.Formats = append(remote.Formats, unexplained(answer.Media[p.index], remote, p.formats)...)
	agreed, err := agree(remote, p.local, p.formats)
	if err != nil {
		return Agreed{}, err
	}
	n.current, n.index = p.description.Media, p.index
	return agreed, nil
}

// Answer makes the answer to an offer of which Select chose the audio.
func (n *Negotiator) Answer(offer Description, remote Remote, local Local) (Description, Agreed, error) {
	remote.Mux = remote.Mux && local.Mux
	if remote.Reports == (Reports{}) {
		local.Reports = Reports{}
	}
	var formats []media.Format
	codec := local.choose(remote)
	if codec.Encoding == "" {
		return Description{}, Agreed{}, noCodec(remote, local)
	}
	event := events(remote.Formats, local.Formats, codec.ClockRate)
	event.FMTP = events(local.Formats, remote.Formats, codec.ClockRate).FMTP
	for _, f := range append([]media.Format{codec, event}, accompany(codec, remote.Formats, local.Formats)...) {
		if f.Encoding != "" {
			f.PayloadType = n.bind(f)
			formats = append(formats, f)
		}
	}
	bindRedundancy(formats)
	agreed, err := agree(remote, local, formats)
	if err != nil {
		return Description{}, Agreed{}, err
	}
	lines := make([]Media, len(offer.Media))
	for i, m := range offer.Media {
		lines[i] = refused(m)
	}
	lines[remote.Index] = local.audio(remote.Proto, formats, agreed.Direction, remote.Mux)
	n.pending, n.current, n.index = nil, lines, remote.Index
	return n.stamp(local, lines), agreed, nil
}

// stamp completes a description; the version goes up when it says something
// new (RFC 3264 §8).
func (n *Negotiator) stamp(local Local, lines []Media) Description {
	address := local.Addr.String()
	if local.Default.IsValid() {
		address = local.Default.Addr().WithZone("").String()
	}
	d := Description{
		Origin:     Origin{User: "-", ID: n.id, Version: n.version, Address: address},
		Name:       "-",
		Address:    address,
		Attributes: local.ICE.session(),
		Media:      lines,
	}
	if !d.Equal(n.sent) {
		n.version++
		d.Origin.Version = n.version
	}
	n.sent = d
	return d
}

// audio writes our m-line.
func (l Local) audio(proto string, formats []media.Format, direction media.Direction, mux bool) Media {
	m := Media{Kind: "audio", Port: int(l.Port), Proto: proto}
	if l.Default.IsValid() {
		m.Port = int(l.Default.Port())
	}
	add := func(name, value string) { m.Attributes = append(m.Attributes, Attribute{name, value}) }
	for _, f := range formats {
		m.Formats = append(m.Formats, strconv.Itoa(int(f.PayloadType)))
		m.Attributes = append(m.Attributes, describe(f)...)
	}
	ptime := l.PTime
	if ptime == 0 {
		ptime = 20 * time.Millisecond
	}
	add("ptime", strconv.Itoa(int(ptime/time.Millisecond)))
	add(direction.String(), "")
	if l.RTCPPort != 0 && (l.RTCPPort != l.Port+1 || l.Default.IsValid() && l.Default.Port() != l.Port) {
		add("rtcp", strconv.Itoa(int(l.RTCPPort)))
	}
	if mux {
		add("rtcp-mux", "")
	}
	if _, dtls, _ := transport(proto); !dtls {
		for _, value := range l.Crypto {
			add("crypto", value)
		}
	}
	if l.Fingerprint != "" {
		add("fingerprint", l.Fingerprint)
		add("setup", l.Setup.String())
	}
	if value := l.Reports.attribute(); value != "" {
		add("rtcp-xr", value)
	}
	m.Attributes = append(m.Attributes, l.ICE.media()...)
	return m
}

// refused is an m-line as an answer refuses it (RFC 3264 §6): the same line
// with port 0.
func refused(m Media) Media {
	return Media{Kind: m.Kind, Proto: m.Proto, Formats: m.Formats}
}
