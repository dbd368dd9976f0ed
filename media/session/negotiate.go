package session

import (
	"fmt"
	"log/slog"
	"slices"

	"offhook/media"
	"offhook/media/keying"
	"offhook/media/sdp"
)

// Offer makes an offer; hold asks the far end to be quiet (sendonly).
func (s *Session) Offer(hold bool) ([]byte, error) {
	if s.closed.Load() {
		return nil, ErrClosed
	}
	local := s.local
	local.Direction = wish(hold)
	// What is in use comes first, so that a re-INVITE changes nothing needlessly.
	local.Formats = first(local.Formats, func(f media.Format) bool { return sdp.SameCodec(f, s.codec) })
	suites := s.suites(keying.Offered())
	if used := keying.Suite(s.Secure()); used != "" {
		suites = first(append([]keying.Suite{used}, suites...), func(x keying.Suite) bool { return x == used })
		suites = slices.Compact(suites)
	}
	s.offered = nil
	if s.cfg.SRTP != sdp.Off {
		for i, suite := range suites {
			crypto, err := s.key(i+1, suite)
			if err != nil {
				return nil, err
			}
			s.offered = append(s.offered, crypto)
			local.Crypto = append(local.Crypto, crypto.Attribute())
		}
	}
	s.holdNext = hold
	return s.negotiator.Offer(local).Marshal(), nil
}

// Rollback drops an offer that was refused: what stood before stands.
func (s *Session) Rollback() { s.negotiator.Rollback() }

// Accept takes the answer to the last Offer. Of several the last one counts.
func (s *Session) Accept(answer []byte) error {
	if s.closed.Load() {
		return ErrClosed
	}
	description, err := sdp.Parse(answer)
	if err != nil {
		return err
	}
	agreed, err := s.negotiator.Accept(description, sdp.Means{SDES: s.supported})
	if err != nil {
		return err
	}
	var ours, theirs keying.Crypto
	if agreed.Remote.Encrypted {
		if ours, theirs, err = keying.Match(agreed.Remote.Crypto, s.offered); err != nil {
			return err
		}
	}
	if err := s.apply(agreed, ours, theirs); err != nil {
		return err
	}
	s.hold = s.holdNext
	return nil
}

// Answer takes a remote offer and makes the answer. After an error, which
// means 488, what stood before stands.
func (s *Session) Answer(offer []byte) ([]byte, error) {
	if s.closed.Load() {
		return nil, ErrClosed
	}
	description, err := sdp.Parse(offer)
	if err != nil {
		return nil, err
	}
	remote, err := sdp.Select(description, s.cfg.SRTP, sdp.Means{SDES: s.supported})
	if err != nil {
		return nil, err
	}
	local := s.local
	local.Direction = wish(s.hold)
	var ours, theirs keying.Crypto
	if remote.Encrypted {
		if theirs, err = keying.Choose(remote.Crypto, s.suites(keying.Suites())); err != nil {
			return nil, err
		}
		if ours, err = s.key(theirs.Tag, theirs.Suite); err != nil {
			return nil, err
		}
		local.Crypto = []string{ours.Attribute()}
	}
	next := s.negotiator.Clone()
	answer, agreed, err := next.Answer(description, remote, local)
	if err != nil {
		return nil, err
	}
	if err := s.apply(agreed, ours, theirs); err != nil {
		return nil, err
	}
	s.negotiator = next
	return answer.Marshal(), nil
}

// first moves what matches to the front of a copy.
func first[T any](list []T, matches func(T) bool) []T {
	var front, back []T
	for _, x := range list {
		if matches(x) {
			front = append(front, x)
		} else {
			back = append(back, x)
		}
	}
	return append(front, back...)
}

func wish(hold bool) media.Direction {
	if hold {
		return media.SendOnly
	}
	return media.SendRecv
}

func (s *Session) suites(unset []keying.Suite) []keying.Suite {
	if s.cfg.Suites != nil {
		return s.cfg.Suites
	}
	return unset
}

func (s *Session) supported(value string) bool {
	crypto, err := keying.Parse(value)
	return err == nil && slices.Contains(s.suites(keying.Suites()), crypto.Suite)
}

// key is our key of a suite. It stays the same through the session: with the
// same SSRC a second context of the same suite would need a new roll-over
// counter on the far side too, and far ends differ in that.
func (s *Session) key(tag int, suite keying.Suite) (keying.Crypto, error) {
	crypto, ok := s.keys[suite]
	if !ok {
		var err error
		if crypto, err = keying.Generate(tag, suite); err != nil {
			return crypto, err
		}
		s.keys[suite] = crypto
	}
	crypto.Tag = tag
	return crypto, nil
}

// apply tells the engine what was agreed.
func (s *Session) apply(agreed sdp.Agreed, ours, theirs keying.Crypto) error {
	ours.Tag, theirs.Tag = 0, 0 // equal keys are equal contexts, whatever their tags
	err := s.cfg.Engine.UpdateStream(s.cfg.ID, Spec{
		MinDelay: s.cfg.MinDelay, MaxDelay: s.cfg.MaxDelay,
		InBand: s.cfg.Digits.inBand(agreed.SendEvents), Detect: s.cfg.Detect,
		Remote: agreed.Remote.Addr, RemoteRTCP: agreed.Remote.RTCP, Mux: agreed.Remote.Mux,
		Direction: agreed.Direction,
		Send:      agreed.Send, SendEvents: agreed.SendEvents,
		Receive: agreed.Receive, ReceiveEvents: agreed.ReceiveEvents,
		SendNoise: agreed.SendNoise, ReceiveNoise: agreed.ReceiveNoise,
		SendRedundant: agreed.SendRedundant, ReceiveRedundant: agreed.ReceiveRedundant, Redundancy: uint8(s.cfg.Redundancy),
		LocalKey: ours, RemoteKey: theirs,
	})
	if err != nil {
		return fmt.Errorf("session: stream %d: %w", s.cfg.ID, err)
	}
	s.codec = agreed.Send
	s.view.Store(&view{
		secure:     string(ours.Suite),
		remoteHold: !agreed.Remote.Direction.Receives(),
		direction:  agreed.Direction,
	})
	s.cfg.Log.Info("media negotiated", slog.Uint64("stream", uint64(s.cfg.ID)), slog.String("remote", agreed.Remote.Addr.String()),
		slog.String("codec", agreed.Send.Encoding), slog.Duration("ptime", agreed.Send.PTime),
		slog.String("direction", agreed.Direction.String()), slog.String("srtp", string(ours.Suite)), slog.Bool("mux", agreed.Remote.Mux))
	return nil
}
