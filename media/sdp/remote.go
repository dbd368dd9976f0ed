package sdp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"offhook/media"
	"offhook/media/keying"
)

// Remote is what a far end's description says about its audio.
type Remote struct {
	Index     int // of the m-line
	Proto     string
	Addr      netip.AddrPort // where it receives RTP; the address is unspecified under an old hold
	RTCP      netip.AddrPort // where it receives RTCP when not Mux
	Mux       bool           // RTP and RTCP on one port (RFC 5761)
	Formats   []media.Format // in its order, telephone-events included
	Direction media.Direction
	Crypto    []string // values of a=crypto, for package keying
	// Values of a=fingerprint and a=setup, the m-line's or else the session's.
	Fingerprints []string
	Setup        keying.Setup
	Keying       keying.Method // by the policy: how keys are to be had
	Encrypted    bool          // by the policy: Keying is not Clear
	Reports      Reports       // that it asks for
	PTime        time.Duration // that it wishes to receive, 0 when not told
	MaxPTime     time.Duration
	ICE          ICE
}

// Select finds the audio m-line of an offer that the policy likes best: an
// encrypted one first, unless encryption is off. Means are the ways to keys that
// this side has. The error is of the first audio line that could not be used.
func Select(offer Description, policy Policy, means Means) (Remote, error) {
	refusal := error(ErrNoAudio)
	var plain *Remote
	for i := range offer.Media {
		remote, err := offer.audio(i)
		if err == nil {
			err = remote.admit(policy, means)
		}
		switch {
		case err != nil:
			if refusal == ErrNoAudio {
				refusal = err
			}
		case remote.Encrypted:
			return remote, nil
		case plain == nil:
			plain = &remote
		}
	}
	if plain != nil {
		return *plain, nil
	}
	return Remote{}, refusal
}

func (r *Remote) admit(policy Policy, means Means) error {
	secure, dtls, _ := transport(r.Proto)
	method := means.choose(*r, dtls)
	var err error
	if r.Encrypted, err = policy.admits(secure, method != keying.Clear); err != nil {
		return r.refusal(err, policy, means, dtls)
	}
	if r.Encrypted {
		r.Keying = method
	}
	return nil
}

// audio reads m-line i, or says why it cannot be used.
func (d Description) audio(i int) (Remote, error) {
	m := d.Media[i]
	r := Remote{Index: i, Proto: m.Proto, Crypto: m.Values("crypto"), Direction: d.direction(m)}
	if m.Kind != "audio" || m.Port == 0 {
		return r, ErrNoAudio
	}
	if _, _, ok := transport(m.Proto); !ok {
		return r, fmt.Errorf("%w: transport %q", ErrNoAudio, m.Proto)
	}
	address := m.Address
	if address == "" {
		address = d.Address
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return r, fmt.Errorf("%w: c= names %q, which is not an IP address", ErrNoAudio, address)
	}
	ip = ip.Unmap()
	if ip.IsMulticast() {
		return r, fmt.Errorf("%w: c= names the multicast address %s", ErrNoAudio, ip)
	}
	r.Addr = netip.AddrPortFrom(ip, uint16(m.Port))
	if ip.IsUnspecified() { // hold as before RFC 3264 (§8.4): do not send to me
		r.Direction &^= media.RecvOnly
	}
	_, r.Mux = m.Attribute("rtcp-mux")
	if r.Fingerprints = m.Values("fingerprint"); len(r.Fingerprints) == 0 { // RFC 8122 §5
		r.Fingerprints = Media{Attributes: d.Attributes}.Values("fingerprint")
	}
	r.ICE = d.ice(m)
	r.Setup = keying.ParseSetup(d.inherited(m, "setup"))
	r.Reports = parseReports(d.inherited(m, "rtcp-xr"))
	r.RTCP = rtcpAddress(m, r.Addr)
	if value, ok := m.Attribute("ptime"); ok {
		r.PTime = milliseconds(value)
	}
	if value, ok := m.Attribute("maxptime"); ok {
		r.MaxPTime = milliseconds(value)
	}
	r.Formats = m.formats(r.PTime)
	return r, nil
}

// inherited is the value of an attribute of the m-line, or else of the session.
func (d Description) inherited(m Media, name string) string {
	if value, ok := m.Attribute(name); ok {
		return value
	}
	value, _ := find(d.Attributes, name)
	return value
}

// rtcpAddress is the next port, or what a=rtcp says (RFC 3605).
func rtcpAddress(m Media, rtp netip.AddrPort) netip.AddrPort {
	address := netip.AddrPortFrom(rtp.Addr(), rtp.Port()+1)
	value, ok := m.Attribute("rtcp")
	if !ok {
		return address
	}
	fields := strings.Fields(value)
	if len(fields) == 0 {
		return address
	}
	port, err := strconv.ParseUint(fields[0], 10, 16)
	if err != nil || port == 0 {
		return address
	}
	ip := rtp.Addr()
	if len(fields) >= 4 {
		if other, err := netip.ParseAddr(fields[3]); err == nil {
			ip = other.Unmap()
		}
	}
	return netip.AddrPortFrom(ip, uint16(port))
}

// direction is the m-line's, else the session's, else sendrecv
// (RFC 8866 §6.7), as the far end sees it.
func (d Description) direction(m Media) media.Direction {
	for _, attributes := range [][]Attribute{m.Attributes, d.Attributes} {
		for _, a := range attributes {
			for _, direction := range []media.Direction{media.SendRecv, media.SendOnly, media.RecvOnly, media.Inactive} {
				if strings.EqualFold(a.Name, direction.String()) {
					return direction
				}
			}
		}
	}
	return media.SendRecv
}
