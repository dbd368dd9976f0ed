//go:build interop

package interop

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// writePair keeps a certificate and its key as files.
func writePair(t *testing.T, dir string, pair tls.Certificate) (certFile, keyFile string) {
	t.Helper()
	var chain []byte
	for _, der := range pair.Certificate {
		chain = append(chain, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	der, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	must(t, err)
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	must(t, os.WriteFile(certFile, chain, 0o600))
	must(t, os.WriteFile(keyFile, key, 0o600))
	return certFile, keyFile
}

// credentials are a certificate's two settings of an account.
func credentials(t *testing.T, pair tls.Certificate) (settings []string) {
	t.Helper()
	cert, key := writePair(t, t.TempDir(), pair)
	for _, part := range [][2]string{{"certificate", cert}, {"key", key}} {
		pem, err := os.ReadFile(part[1])
		must(t, err)
		settings = append(settings, part[0]+": "+strconv.Quote(string(pem)))
	}
	return settings
}
