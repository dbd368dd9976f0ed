package session

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"offhook/media/keying"
	"offhook/media/sdp"
)

// ErrDowngrade is returned for a description that would take the encryption
// away from a call that has it.
var ErrDowngrade = errors.New("session: the call is encrypted and the far end wants to go on in the clear: refused, hang up and call again if that is meant")

// agreement is an exchange's result, with how keys are had.
type agreement struct {
	agreed       sdp.Agreed
	ours, theirs keying.Crypto // SDES's
	role         keying.Setup  // ours, of DTLS
}

// policy is the account's, but what was encrypted once stays so: an offer that
// left the keys out would be heard by whoever made it do that.
func (s *Session) policy() sdp.Policy {
	if s.method != keying.Clear {
		return sdp.Mandatory
	}
	return s.cfg.SRTP
}

func (s *Session) downgrade(err error) error {
	if way := (*sdp.KeyingError)(nil); s.method != keying.Clear && errors.Is(err, sdp.ErrNoEncryption) && !errors.As(err, &way) {
		return ErrDowngrade
	}
	return err
}

// takes tells whether keys of an offer may come so.
func (s *Session) takes(m keying.Method) bool {
	if m == keying.DTLS && s.cfg.Identity == nil {
		return false
	}
	return s.cfg.Keying == nil || slices.Contains(s.cfg.Keying, m)
}

// offers lists how an offer has keys exchanged, best first: as it is done in the
// call, else as configured. What insists on encryption can insist on one way
// alone, its transport says which (RFC 5764 §8).
func (s *Session) offers() []keying.Method {
	var list []keying.Method
	switch {
	case s.cfg.SRTP == sdp.Off:
		return nil
	case s.method != keying.Clear:
		return []keying.Method{s.method}
	case s.cfg.Keying == nil:
		return []keying.Method{keying.SDES}
	}
	for _, m := range s.cfg.Keying {
		if s.takes(m) {
			list = append(list, m)
		}
	}
	if s.cfg.SRTP == sdp.Mandatory && len(list) > 1 {
		list = list[:1]
	}
	return list
}

// offerKeys completes an offer (RFC 8643 §3.1 where there are several ways).
func (s *Session) offerKeys(local *sdp.Local) error {
	s.offered = nil
	if s.nextKeys = s.keys; s.rekey.Swap(false) || s.Expiring() {
		s.nextKeys = make(map[keying.Suite]keying.Crypto)
	}
	for _, m := range s.offers() {
		if m == keying.DTLS {
			local.Fingerprint, local.Setup = s.cfg.Identity.Fingerprint.Attribute(), keying.ActPass // RFC 5763 §5
			continue
		}
		for i, suite := range s.offeredSuites() {
			crypto, err := s.keyOf(s.nextKeys, i+1, suite)
			if err != nil {
				return err
			}
			s.offered = append(s.offered, crypto)
			local.Crypto = append(local.Crypto, crypto.Attribute())
		}
	}
	return nil
}

// offeredSuites has the one in use first.
func (s *Session) offeredSuites() []keying.Suite {
	suites, used := s.suites(keying.Offered()), keying.Suite(s.Secure())
	if used == "" {
		return suites
	}
	suites = first(append([]keying.Suite{used}, suites...), func(x keying.Suite) bool { return x == used })
	return slices.Compact(suites)
}

// answerKeys completes an answer, by the method that Select chose.
func (s *Session) answerKeys(remote sdp.Remote, local *sdp.Local) (a agreement, err error) {
	switch remote.Keying {
	case keying.SDES:
		if a.theirs, err = keying.Choose(remote.Crypto, s.suites(keying.Suites())); err != nil {
			return a, err
		}
		if s.late() {
			clear(s.keys)
		}
		if a.ours, err = s.keyOf(s.keys, a.theirs.Tag, a.theirs.Suite); err != nil {
			return a, err
		}
		local.Crypto = []string{a.ours.Attribute()}
	case keying.DTLS:
		if a.role, err = remote.Setup.Reply(s.role); err != nil {
			return a, err
		}
		local.Fingerprint, local.Setup = s.cfg.Identity.Fingerprint.Attribute(), a.role
	}
	return a, nil
}

// means are the ways to keys that an answer may take up.
func (s *Session) means() sdp.Means {
	var m sdp.Means
	if s.takes(keying.SDES) {
		m.SDES = s.supported
	}
	if s.shaker != nil {
		m.DTLS = func(prints []string, setup keying.Setup) bool {
			_, err := setup.Reply(s.role)
			return err == nil && len(keying.Fingerprints(prints)) > 0
		}
	}
	m.PreferDTLS = s.method == keying.DTLS || s.method == keying.Clear && len(s.cfg.Keying) > 0 && s.cfg.Keying[0] == keying.DTLS
	return m
}

// offeredMeans are those of the pending offer.
func (s *Session) offeredMeans() sdp.Means {
	m := s.means()
	if len(s.offered) == 0 {
		m.SDES = nil
	}
	if !slices.Contains(s.offers(), keying.DTLS) {
		m.DTLS = nil
	} else if m.DTLS != nil {
		m.DTLS = func(prints []string, setup keying.Setup) bool {
			_, err := setup.Role()
			return err == nil && len(keying.Fingerprints(prints)) > 0
		}
	}
	return m
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

// keyOf is our key of a suite. It stays the same until Rekey: with the same SSRC a
// second context of the same suite would need a new roll-over counter on the
// far side too, and far ends differ in that.
func (s *Session) keyOf(keys map[keying.Suite]keying.Crypto, tag int, suite keying.Suite) (keying.Crypto, error) {
	crypto, ok := keys[suite]
	if !ok {
		var err error
		if crypto, err = keying.Generate(tag, suite); err != nil {
			return crypto, err
		}
		crypto.Lifetime = s.cfg.KeyLifetime
		keys[suite] = crypto
	}
	crypto.Tag = tag
	return crypto, nil
}

// update has the engine do what was agreed; keys by DTLS follow.
func (s *Session) update(spec Spec, a agreement) error {
	if s.shaker == nil {
		if err := s.engineUpdate(spec); err != nil {
			return err
		}
		s.secured(spec.LocalKey.Suite)
		return nil
	}
	var t *terms
	if a.agreed.Remote.Keying == keying.DTLS {
		t = &terms{role: a.role, prints: keying.Fingerprints(a.agreed.Remote.Fingerprints), remote: a.agreed.Remote.Addr}
		if s.finder.used() {
			t.remote = overICE
		}
	}
	return s.shaker.update(spec, t)
}

func (s *Session) engineUpdate(spec Spec) error {
	tell := s.tellEngine
	if s.finder != nil {
		tell = s.finder.update
	}
	if err := tell(spec); err != nil {
		return err
	}
	var k keyPair
	if !spec.DTLS { // of DTLS there is a key as long as there is a call: 2^48 packets are 180 000 years
		k = keyPair{spec.LocalKey, spec.RemoteKey, s.answered}
	}
	s.inForce.Store(&k)
	return nil
}

func (s *Session) tellEngine(spec Spec) error {
	if err := s.cfg.Engine.UpdateStream(s.cfg.ID, spec); err != nil {
		return fmt.Errorf("session: stream %d: %w", s.cfg.ID, err)
	}
	return nil
}

// secured notes the suite in use.
func (s *Session) secured(suite keying.Suite) {
	old := s.suite.Swap(&suite)
	if old != nil && *old == suite || old == nil && suite == "" {
		return
	}
	s.cfg.Log.Info("media encryption", "stream", uint64(s.cfg.ID), "srtp", string(suite))
	if s.cfg.Secured != nil {
		s.cfg.Secured(suite)
	}
}

// discarded is how many packets the stream could make nothing of.
func (s *Session) discarded() uint64 {
	stats, _ := s.cfg.Engine.StreamStats(s.cfg.ID)
	return stats.Discarded
}

// reach completes a link-local address, which no description says all of.
func (s *Session) reach(to netip.AddrPort) netip.AddrPort {
	if a := to.Addr(); s.zone != "" && a.Is6() && a.IsLinkLocalUnicast() {
		return netip.AddrPortFrom(a.WithZone(s.zone), to.Port())
	}
	return to
}

// zoneNumber is a zone as the kernel counts it.
func zoneNumber(zone string) string {
	if ifi, err := net.InterfaceByName(zone); zone != "" && err == nil {
		return strconv.Itoa(ifi.Index)
	}
	return zone
}
