package session

import "offhook/media/keying"

// keyPair are the keys of both sides; zero where there are none.
type keyPair struct {
	ours, theirs keying.Crypto
	answered     bool // the far end made the offer
}

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
	share := uint64(ourShare)
	if k.answered {
		share = answeredShare
	}
	return stats.KeySent >= eighths(k.ours, share) || stats.KeyReceived >= eighths(k.theirs, theirShare)
}

// Eighths of a key's packets. Ours is renewed when half of them are used, so that there
// is time for an offer that crosses another; by who answered last somewhat later, so
// that two of us do not cross. Theirs is theirs to renew, and asked for when they have
// not.
const (
	ourShare      = 4
	answeredShare = 5
	theirShare    = 7
)

// late tells that our key must be replaced by an answer too, though what we send
// until that has come cannot be understood.
func (s *Session) late() bool {
	k := s.inForce.Load()
	if k == nil || k.ours.IsZero() {
		return false
	}
	stats, _ := s.cfg.Engine.StreamStats(s.cfg.ID)
	return stats.KeySent >= eighths(k.ours, theirShare)
}

func eighths(key keying.Crypto, n uint64) uint64 { return key.Packets() * n / 8 }
