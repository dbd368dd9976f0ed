package pbx

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/emiago/sipgo/sip"

	"offhook/ua"
	"offhook/ua/digest"
)

// Algorithms are offered in the order of preference (RFC 8760 §2.4).
func Algorithms() []string { return []string{string(digest.SHA256), string(digest.MD5)} }

var (
	errNoCredentials = errors.New("no credentials")
	errStale         = errors.New("the nonce is stale")
	errWrong         = errors.New("wrong user name or password")
)

// doorman checks digest credentials (RFC 3261 §22, RFC 7616). A nonce is the
// time that it was made and a MAC of it, so that none need be remembered.
type doorman struct {
	key       [32]byte
	life      time.Duration
	offers    []string // algorithms
	passwords map[string]ua.Secret
	now       func() time.Time
}

func newDoorman(c Config) *doorman {
	d := &doorman{life: c.NonceLife, offers: c.Algorithms, passwords: map[string]ua.Secret{}, now: time.Now}
	if d.life == 0 {
		d.life = 5 * time.Minute
	}
	_, _ = rand.Read(d.key[:]) // never fails (crypto/rand)
	for _, e := range c.Extensions {
		d.passwords[e.Number] = ua.NewSecret(e.Password)
	}
	return d
}

func (d *doorman) nonce() string {
	stamp := binary.BigEndian.AppendUint64(nil, uint64(d.now().UnixNano()))
	return base64.RawURLEncoding.EncodeToString(append(stamp, d.mac(stamp)...))
}

func (d *doorman) mac(stamp []byte) []byte {
	mac := hmac.New(sha256.New, d.key[:])
	mac.Write(stamp)
	return mac.Sum(nil)[:16]
}

// fresh tells whether we made the nonce, lately.
func (d *doorman) fresh(nonce string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(raw) != 24 || !hmac.Equal(raw[8:], d.mac(raw[:8])) {
		return false
	}
	age := d.now().Sub(time.Unix(0, int64(binary.BigEndian.Uint64(raw))))
	return age >= 0 && age <= d.life
}

// check returns the extension that a request proves to be, and by which
// algorithm.
func (d *doorman) check(req *sip.Request, header string) (extension, algorithm string, err error) {
	err = errNoCredentials
	for _, h := range req.GetHeaders(header) {
		credentials, parseErr := digest.ParseCredentials(h.Value())
		if parseErr != nil || credentials.Realm != Realm {
			continue
		}
		if algorithm, err = d.verify(req, credentials); err == nil {
			return credentials.User, algorithm, nil
		}
	}
	return "", "", err
}

func (d *doorman) verify(req *sip.Request, got digest.Credentials) (string, error) {
	algorithm := got.Algorithm
	if algorithm == "" {
		algorithm = digest.MD5 // RFC 3261 §22.4
	}
	password, known := d.passwords[got.User]
	asked := digest.Challenge{Realm: Realm, Nonce: got.Nonce, Algorithm: got.Algorithm, QOP: []string{"auth"}}
	if !known || !slices.Contains(d.offers, string(algorithm)) || digest.Verify(got, asked, string(req.Method), req.Body(), password) != nil {
		return "", errWrong
	}
	if !d.fresh(got.Nonce) {
		return "", errStale
	}
	return string(algorithm), nil
}

// challenge makes the headers of a 401 or 407, one for each algorithm.
func (d *doorman) challenge(name string, stale bool) []sip.Header {
	nonce := d.nonce()
	var headers []sip.Header
	for _, algorithm := range d.offers {
		c := digest.Challenge{Realm: Realm, Nonce: nonce, Algorithm: digest.Algorithm(algorithm), QOP: []string{"auth"}, Stale: stale}
		headers = append(headers, sip.NewHeader(name, c.String()))
	}
	return headers
}
