// Package ca is the workbench's certificate authority: an ECDSA P-256 root that
// signs the certificates of the PBX and the provisioning server, and client
// certificates for tests. It is kept in a folder, so that a phone which trusts
// it today still does after the workbench is started again.
package ca

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	certName = "ca.pem"
	keyName  = "ca-key.pem"
)

// Authority signs certificates.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
	file string
}

// Open loads the authority kept in dir, or makes one and keeps it there.
func Open(dir string) (*Authority, error) {
	a, err := load(dir)
	if err == nil && time.Until(a.cert.NotAfter) > 30*24*time.Hour {
		return a, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("ca: %s holds a certificate authority that cannot be read (remove %s and %s for a new one): %w", dir, certName, keyName, err)
	}
	return create(dir)
}

func load(dir string) (*Authority, error) {
	certPEM, err := os.ReadFile(filepath.Join(dir, certName))
	if err != nil {
		return nil, err
	}
	keyPEM, err := os.ReadFile(filepath.Join(dir, keyName))
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA {
		return nil, errors.New("not an ECDSA certificate authority")
	}
	return &Authority{cert: pair.Leaf, key: key, pem: certPEM, file: filepath.Join(dir, certName)}, nil
}

func create(dir string) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "offhook workbench CA", Organization: []string{"offhook"}},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(5, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	a := &Authority{cert: cert, key: key, pem: encode("CERTIFICATE", der), file: filepath.Join(dir, certName)}
	return a, a.save(dir)
}

func (a *Authority) save(dir string) error {
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("ca: keep the certificate authority: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, keyName), encode("PRIVATE KEY", der), 0o600); err != nil {
		return fmt.Errorf("ca: keep the certificate authority: %w", err)
	}
	if err := os.WriteFile(a.file, a.pem, 0o644); err != nil {
		return fmt.Errorf("ca: keep the certificate authority: %w", err)
	}
	return nil
}

// PEM is the root certificate, to be trusted.
func (a *Authority) PEM() string { return string(a.pem) }

// File is where the root certificate is kept.
func (a *Authority) File() string { return a.file }

// Pool trusts this authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// Server signs a certificate for the names and addresses, valid for a year.
func (a *Authority) Server(names ...string) (tls.Certificate, error) {
	return a.issue(names, x509.ExtKeyUsageServerAuth)
}

// Client signs a client certificate whose common name is name.
func (a *Authority) Client(name string) (tls.Certificate, error) {
	return a.issue([]string{name}, x509.ExtKeyUsageClientAuth)
}

// Peer signs a certificate for who connects and is connected to by one name.
func (a *Authority) Peer(names ...string) (tls.Certificate, error) {
	return a.issue(names, x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth)
}

func (a *Authority) issue(names []string, usages ...x509.ExtKeyUsage) (tls.Certificate, error) {
	if len(names) == 0 {
		return tls.Certificate{}, errors.New("ca: a certificate needs a name")
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := newSerial()
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: names[0]},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  usages,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
			continue
		}
		template.DNSNames = append(template.DNSNames, name)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("ca: certificate for %s: %w", names[0], err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// newSerial makes the 128 random bits of RFC 5280 §4.1.2.2.
func newSerial() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
