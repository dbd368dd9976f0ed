package pbx

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"offhook/cmd/internal/lab/stream"
	"offhook/media"
	"offhook/media/keying"
	"offhook/media/sdp"
)

// plainFormats are what the exchange itself can play and hear.
func plainFormats() []media.Format {
	return []media.Format{
		{Encoding: "PCMU", PayloadType: 0, ClockRate: 8000, SampleRate: 8000, Channels: 1},
		{Encoding: "PCMA", PayloadType: 8, ClockRate: 8000, SampleRate: 8000, Channels: 1},
		{Encoding: sdp.TelephoneEvent, PayloadType: 101, ClockRate: 8000, SampleRate: 8000, Channels: 1, FMTP: "0-16"},
	}
}

// sound is the media of a leg: what offers and answers came to (RFC 3264), and
// the port that it runs on. Its owner is the call's goroutine.
type sound struct {
	port          *stream.Port
	negotiator    *sdp.Negotiator
	policy        sdp.Policy
	offered       []keying.Crypto
	send, receive keying.Crypto
	agreed        sdp.Agreed
	up            bool
}

func newSound(port *stream.Port, policy sdp.Policy) *sound {
	return &sound{port: port, policy: policy, negotiator: sdp.NewNegotiator(rand.Uint64())}
}

// reading is a remote offer that was understood and not answered yet.
type reading struct {
	offer  sdp.Description
	remote sdp.Remote
	crypto keying.Crypto
}

// local is what this side says; a key stays the same for the whole call, or
// the roll-over counter would have to start again.
func (s *sound) local(formats []media.Format, direction media.Direction, policy sdp.Policy, crypto []keying.Crypto) sdp.Local {
	address := s.port.Addr()
	l := sdp.Local{Addr: address.Addr(), Port: address.Port(), Formats: formats, Direction: direction, Policy: policy}
	for _, c := range crypto {
		l.Crypto = append(l.Crypto, c.Attribute())
	}
	return l
}

// offer makes a description for an INVITE or re-INVITE.
func (s *sound) offer(formats []media.Format, direction media.Direction) ([]byte, error) {
	policy := s.policy
	switch {
	case s.up && s.send.IsZero():
		policy, s.offered = sdp.Off, nil
	case s.up:
		s.offered = []keying.Crypto{s.send}
	case policy != sdp.Off && s.offered == nil:
		for i, suite := range keying.Offered() {
			crypto, err := keying.Generate(i+1, suite)
			if err != nil {
				return nil, err
			}
			s.offered = append(s.offered, crypto)
		}
	}
	return s.negotiator.Offer(s.local(formats, direction, policy, s.offered)).Marshal(), nil
}

// accept takes the answer to the last offer.
func (s *sound) accept(answer []byte) error {
	description, err := sdp.Parse(answer)
	if err != nil {
		return err
	}
	agreed, err := s.negotiator.Accept(description, sdp.Means{SDES: keying.Supported})
	if err != nil {
		return err
	}
	send, receive := keying.Crypto{}, keying.Crypto{}
	if agreed.Remote.Encrypted {
		if send, receive, err = keying.Match(agreed.Remote.Crypto, s.offered); err != nil {
			return err
		}
	}
	s.take(agreed, send, receive)
	return nil
}

// rollback drops the offer that was refused.
func (s *sound) rollback() { s.negotiator.Rollback() }

// read takes a remote offer.
func (s *sound) read(offer []byte) (reading, error) {
	description, err := sdp.Parse(offer)
	if err != nil {
		return reading{}, err
	}
	remote, err := sdp.Select(description, s.policy, sdp.Means{SDES: keying.Supported})
	if err != nil {
		return reading{}, err
	}
	r := reading{offer: description, remote: remote}
	if remote.Encrypted {
		if r.crypto, err = keying.Choose(remote.Crypto, keying.Suites()); err != nil {
			return reading{}, err
		}
	}
	return r, nil
}

// answer makes the answer to what was read.
func (s *sound) answer(r reading, formats []media.Format, direction media.Direction) ([]byte, error) {
	var send keying.Crypto
	var lines []keying.Crypto
	if r.remote.Encrypted {
		send = s.send
		if send.Suite != r.crypto.Suite {
			var err error
			if send, err = keying.Generate(r.crypto.Tag, r.crypto.Suite); err != nil {
				return nil, err
			}
		}
		send.Tag = r.crypto.Tag
		lines = []keying.Crypto{send}
	}
	description, agreed, err := s.negotiator.Answer(r.offer, r.remote, s.local(formats, direction, s.policy, lines))
	if err != nil {
		return nil, err
	}
	s.take(agreed, send, r.crypto)
	return description.Marshal(), nil
}

// take makes an exchange take effect on the port.
func (s *sound) take(agreed sdp.Agreed, send, receive keying.Crypto) {
	s.agreed, s.send, s.receive, s.up = agreed, send, receive, true
	params := stream.Params{
		Send: send, Receive: receive, Clock: agreed.Send.ClockRate,
		Sends: agreed.Direction.Sends(), Receives: agreed.Direction.Receives(),
	}
	if agreed.ReceiveEvents.ClockRate != 0 {
		params.EventType = agreed.ReceiveEvents.PayloadType
	}
	if !agreed.Remote.Addr.Addr().IsUnspecified() {
		params.Remote, params.RemoteRTCP = agreed.Remote.Addr, agreed.Remote.RTCP
	}
	s.port.Configure(params)
}

// held tells whether one side has stopped the other's sound.
func (s *sound) held() bool { return s.up && s.agreed.Direction != media.SendRecv }

// formats is what both sides of this leg know, best first.
func (s *sound) formats() []media.Format {
	formats := append([]media.Format{s.agreed.Send}, s.agreed.Receive...)
	if s.agreed.SendEvents.ClockRate != 0 {
		formats = append(formats, s.agreed.SendEvents)
	}
	return formats
}

// forward makes a sink that passes packets on to another leg, or back to the
// same one, under the payload types that it knows. What it does not know is
// left out.
func forward(from, to *sound) stream.Sink {
	var types [128]int16
	for i := range types {
		types[i] = -1
	}
	for _, f := range from.agreed.Receive {
		if sdp.SameCodec(f, to.agreed.Send) {
			types[f.PayloadType&127] = int16(to.agreed.Send.PayloadType)
		}
	}
	if in, out := from.agreed.ReceiveEvents, to.agreed.SendEvents; in.ClockRate != 0 && out.ClockRate != 0 {
		types[in.PayloadType&127] = int16(out.PayloadType)
	}
	port := to.port
	return func(p stream.Packet) {
		if t := types[p.PayloadType&127]; t >= 0 {
			p.PayloadType = uint8(t)
			port.Send(p)
		}
	}
}

// reason puts a media error into a response: 488 with a Warning's text.
func reason(err error) string {
	switch {
	case errors.Is(err, sdp.ErrSyntax):
		return "Not Acceptable Here: the description cannot be read"
	case errors.Is(err, sdp.ErrNoCodec):
		return "Not Acceptable Here: no codec in common"
	}
	return fmt.Sprintf("Not Acceptable Here: %v", err)
}
