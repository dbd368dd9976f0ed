package session

import (
	"log/slog"
	"maps"

	"offhook/media"
	"offhook/media/keying"
	"offhook/media/sdp"
)

// Offer makes an offer; hold asks the far end to be quiet (sendonly).
func (s *Session) Offer(hold bool) ([]byte, error) {
	if s.closed.Load() {
		return nil, ErrClosed
	}
	s.follow()
	local := s.local
	local.Direction = wish(hold)
	// What is in use comes first, so that a re-INVITE changes nothing needlessly.
	local.Formats = first(local.Formats, func(f media.Format) bool { return sdp.SameCodec(f, s.codec) })
	local.Policy = s.policy()
	if err := s.offerKeys(&local); err != nil {
		return nil, err
	}
	if err := s.iceOffer(&local); err != nil {
		return nil, err
	}
	s.holdNext = hold
	return s.negotiator.Offer(local).Marshal(), nil
}

// Rollback drops an offer that was refused: what stood before stands.
func (s *Session) Rollback() {
	s.negotiator.Rollback()
	s.iceRollback()
	if s.nextKeys != nil && !maps.Equal(s.nextKeys, s.keys) {
		s.Rekey()
	}
	s.nextKeys = nil
}

// Accept takes the answer to the last Offer. Of several the last one counts.
func (s *Session) Accept(answer []byte) error {
	if s.closed.Load() {
		return ErrClosed
	}
	description, err := sdp.Parse(answer)
	if err != nil {
		return err
	}
	agreed, err := s.negotiator.Accept(description, s.offeredMeans())
	if err != nil {
		return s.downgrade(err)
	}
	var a agreement
	switch a.agreed = agreed; agreed.Remote.Keying {
	case keying.SDES:
		a.ours, a.theirs, err = keying.Match(agreed.Remote.Crypto, s.offered)
	case keying.DTLS:
		a.role, err = agreed.Remote.Setup.Role()
	}
	if err != nil {
		return err
	}
	s.answered = false
	if err := s.iceAgree(agreed.Remote); err != nil {
		return err
	}
	if err := s.apply(a); err != nil {
		return err
	}
	if s.hold = s.holdNext; s.nextKeys != nil {
		s.keys, s.nextKeys = s.nextKeys, nil
	}
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
	remote, err := sdp.Select(description, s.policy(), s.means())
	if err != nil {
		return nil, s.downgrade(err)
	}
	s.follow()
	local := s.local
	local.Direction = wish(s.hold)
	a, err := s.answerKeys(remote, &local)
	if err != nil {
		return nil, err
	}
	if err := s.iceAnswer(remote, &local); err != nil {
		return nil, err
	}
	next := s.negotiator.Clone()
	answer, agreed, err := next.Answer(description, remote, local)
	if err != nil {
		s.iceRollback()
		return nil, err
	}
	a.agreed, s.answered = agreed, true
	if err := s.iceAgree(agreed.Remote); err != nil {
		return nil, err
	}
	if err := s.apply(a); err != nil {
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

// apply tells the engine what was agreed.
func (s *Session) apply(a agreement) error {
	a.ours.Tag, a.theirs.Tag = 0, 0 // equal keys are equal contexts, whatever their tags
	agreed := a.agreed
	err := s.update(Spec{
		MinDelay: s.cfg.MinDelay, MaxDelay: s.cfg.MaxDelay,
		InBand: s.cfg.Digits.inBand(agreed.SendEvents), Detect: s.cfg.Detect,
		Remote: s.reach(agreed.Remote.Addr), RemoteRTCP: s.reach(agreed.Remote.RTCP), Mux: agreed.Remote.Mux,
		Direction: agreed.Direction,
		Send:      agreed.Send, SendEvents: agreed.SendEvents,
		Receive: agreed.Receive, ReceiveEvents: agreed.ReceiveEvents,
		SendNoise: agreed.SendNoise, ReceiveNoise: agreed.ReceiveNoise,
		SendRedundant: agreed.SendRedundant, ReceiveRedundant: agreed.ReceiveRedundant, Redundancy: uint8(s.cfg.Redundancy),
		VoIPMetrics: agreed.Remote.Reports.VoIPMetrics, ReceiverTime: agreed.Remote.Reports.ReceiverTime,
		LocalKey: a.ours, RemoteKey: a.theirs,
	}, a)
	if err != nil {
		return err
	}
	s.codec, s.method, s.role = agreed.Send, agreed.Remote.Keying, a.role
	s.view.Store(&view{
		remoteHold: !agreed.Remote.Direction.Receives(),
		direction:  agreed.Direction,
	})
	s.cfg.Log.Info("media negotiated", slog.Uint64("stream", uint64(s.cfg.ID)), slog.String("remote", agreed.Remote.Addr.String()),
		slog.String("codec", agreed.Send.Encoding), slog.Duration("ptime", agreed.Send.PTime),
		slog.String("direction", agreed.Direction.String()), slog.String("keys", agreed.Remote.Keying.String()), slog.Bool("mux", agreed.Remote.Mux))
	return nil
}
