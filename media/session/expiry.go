package session

import "offhook/media/keying"

// keyPair are the keys of both sides; zero where there are none.
type keyPair struct{ ours, theirs keying.Crypto }

// Expiring tells that a key of SDES is nearly used up, ours or the far end's
// (RFC 3711 §9.2, RFC 4568 §6.1): an Offer then brings a new one of ours by itself,
// and asks for one of theirs, so a re-INVITE is due. Keys that are used up protect
// no more packets and unprotect none.
func (s *Session) Expiring() bool {
	k := s.inForce.Load()
	if k == nil || k.ours.IsZero() {
		return false
	}
	stats, _ := s.cfg.Engine.StreamStats(s.cfg.ID)
	return stats.KeySent >= k.ours.Packets()/ourShare || stats.KeyReceived >= k.theirs.Packets()/8*theirShare
}

// Ours is renewed when half of it is used: there is time for an offer that crosses
// another. Theirs is theirs to renew, and asked for when they have not.
const (
	ourShare   = 2 // the half
	theirShare = 7 // eighths
)

// late tells that our key must be replaced by an answer too, though what we send
// until that has come cannot be understood.
func (s *Session) late() bool {
	k := s.inForce.Load()
	if k == nil || k.ours.IsZero() {
		return false
	}
	stats, _ := s.cfg.Engine.StreamStats(s.cfg.ID)
	return stats.KeySent >= k.ours.Packets()/8*theirShare
}
