// Package dtls makes SRTP keys by a DTLS handshake (RFC 5763, RFC 5764) on
// packets that others carry: it has no socket.
package dtls

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	pion "github.com/pion/dtls/v3"

	"offhook/media/keying"
)

// ErrProfile is returned, wrapped, when the far end knows no suite of ours.
var ErrProfile = errors.New("dtls: the far end takes none of our SRTP protection profiles")

// Keys are what a handshake comes to: by which each side encrypts.
type Keys struct{ Local, Remote keying.Crypto }

// Config says how an Association is to be.
type Config struct {
	Identity     *keying.Identity
	Client       bool                 // begins
	Fingerprints []keying.Fingerprint // of the far end's certificate
	Suites       []keying.Suite       // by preference; nil means Suites
	Remote       netip.AddrPort
	// Send sends a packet to Remote. It must not block, and must not keep it.
	Send func(packet []byte)
	// Interval is the time to the first repetition of a flight; 0 means 250 ms.
	// RFC 6347 §4.2.4.1 has 1 s, and allows less where it matters: somebody waits
	// for a voice.
	Interval time.Duration
}

// Association is one handshake, and afterwards who answers its repetitions.
type Association struct {
	cfg     Config
	packets *packets
	conn    *pion.Conn
	foreign atomic.Bool // the certificate was another's
	drained sync.WaitGroup
}

const interval = 250 * time.Millisecond

// profiles are the suites' names in DTLS (RFC 5764 §4.1.2, RFC 7714 §14.2).
var profiles = [...]struct {
	suite   keying.Suite
	profile pion.SRTPProtectionProfile
}{
	{keying.AES128GCM, pion.SRTP_AEAD_AES_128_GCM},
	{keying.AES256GCM, pion.SRTP_AEAD_AES_256_GCM},
	{keying.AES128CMSHA1_80, pion.SRTP_AES128_CM_HMAC_SHA1_80},
	{keying.AES128CMSHA1_32, pion.SRTP_AES128_CM_HMAC_SHA1_32},
}

// Suites lists the suites that DTLS can agree on, in order of preference.
func Suites() []keying.Suite {
	var list []keying.Suite
	for _, p := range profiles {
		list = append(list, p.suite)
	}
	return list
}

// New makes an association; Handshake runs it.
func New(cfg Config) (*Association, error) {
	if cfg.Interval == 0 {
		cfg.Interval = interval
	}
	if cfg.Suites == nil {
		cfg.Suites = Suites()
	}
	a := &Association{cfg: cfg, packets: newPackets(cfg.Remote, cfg.Send)}
	var wanted []pion.SRTPProtectionProfile
	for _, suite := range cfg.Suites {
		for _, p := range profiles {
			if p.suite == suite {
				wanted = append(wanted, p.profile)
			}
		}
	}
	if len(wanted) == 0 {
		return nil, fmt.Errorf("%w: none of %v is one of DTLS", ErrProfile, cfg.Suites)
	}
	options := []pion.Option{
		pion.WithCertificates(cfg.Identity.Certificate),
		pion.WithGetClientCertificate(a.ours),
		pion.WithSRTPProtectionProfiles(wanted...),
		pion.WithExtendedMasterSecret(pion.RequestExtendedMasterSecret), // RFC 7627; not all have it
		pion.WithFlightInterval(cfg.Interval),
		pion.WithInsecureSkipVerify(true), // the fingerprint counts alone (RFC 5763 §6.3)
		pion.WithVerifyPeerCertificate(a.verify),
		pion.WithMTU(mtu),
		pion.WithLoggerFactory(quiet{}),
	}
	var err error
	if cfg.Client {
		a.conn, err = pion.ClientWithOptions(a.packets, a.packets.remote, as[pion.ClientOption](options)...)
	} else {
		a.conn, err = pion.ServerWithOptions(a.packets, a.packets.remote,
			append(as[pion.ServerOption](options), pion.WithClientAuth(pion.RequireAnyClientCert))...)
	}
	if err != nil {
		return nil, fmt.Errorf("dtls: %w", err)
	}
	return a, nil
}

// mtu keeps packets whole on paths with tunnels in them.
const mtu = 1200

func as[To any](options []pion.Option) []To {
	var list []To
	for _, o := range options {
		list = append(list, any(o).(To))
	}
	return list
}

// ours is our certificate for whoever asks, whatever authorities the far end
// names: who knows its fingerprint needs none (RFC 5763 §5). Some name theirs all
// the same, and then cannot do without a certificate.
func (a *Association) ours(*pion.CertificateRequestInfo) (*tls.Certificate, error) {
	return &a.cfg.Identity.Certificate, nil
}

func (a *Association) verify(certificates [][]byte, _ [][]*x509.Certificate) error {
	if len(certificates) == 0 {
		a.foreign.Store(true)
		return keying.ErrFingerprint
	}
	err := keying.Verify(certificates[0], a.cfg.Fingerprints)
	if err != nil {
		a.foreign.Store(true)
	}
	return err
}

// Deliver takes a packet of the far end. It does not block; what there is no
// room for is dropped, and repeated by the far end.
func (a *Association) Deliver(packet []byte) { a.packets.deliver(packet) }

// Handshake waits for the keys. Afterwards the association answers the far
// end's repetitions until Close.
func (a *Association) Handshake(ctx context.Context) (Keys, error) {
	if err := a.conn.HandshakeContext(ctx); err != nil {
		if a.foreign.Load() {
			return Keys{}, keying.ErrFingerprint
		}
		return Keys{}, fmt.Errorf("dtls: handshake with %s: %w", a.cfg.Remote, err)
	}
	a.drained.Go(a.drain)
	return a.keys()
}

// keys takes the keys out of the finished handshake (RFC 5764 §4.2).
func (a *Association) keys() (Keys, error) {
	chosen, _ := a.conn.SelectedSRTPProtectionProfile()
	for _, p := range profiles {
		if p.profile != chosen || !slices.Contains(a.cfg.Suites, p.suite) {
			continue
		}
		state, ok := a.conn.ConnectionState()
		if !ok {
			break
		}
		material, err := state.ExportKeyingMaterial(keying.Exporter, nil, p.suite.Exported())
		if err != nil {
			return Keys{}, fmt.Errorf("dtls: %w", err)
		}
		client, server, err := keying.FromExporter(p.suite, material)
		if a.cfg.Client {
			return Keys{Local: client, Remote: server}, err
		}
		return Keys{Local: server, Remote: client}, err
	}
	return Keys{}, ErrProfile
}

// drain reads what nobody wants: else the association would stop answering.
func (a *Association) drain() {
	var b [2048]byte
	for {
		if _, err := a.conn.Read(b[:]); errors.Is(err, io.EOF) || errors.Is(err, pion.ErrConnClosed) || a.packets.isClosed() {
			return
		}
	}
}

// Close ends the association. It tells the far end so, unless that has another
// one in its place already.
func (a *Association) Close(silently bool) {
	if silently {
		a.packets.mute()
	}
	_ = a.conn.Close()
	_ = a.packets.Close()
	a.drained.Wait()
}
