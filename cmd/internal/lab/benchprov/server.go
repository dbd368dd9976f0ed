package benchprov

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/provserver"
)

// files is a server with one file for every phone.
type files struct {
	name, url, ca string
	close         func() error
}

// serveFiles starts nginx, or the workbench's own server where there is none.
func serveFiles(ctx context.Context, phones int) (files, error) {
	dir, err := os.MkdirTemp("", "benchprov")
	if err != nil {
		return files{}, err
	}
	f, err := serveFrom(ctx, dir, phones)
	if err != nil {
		return f, errors.Join(err, os.RemoveAll(dir))
	}
	stop := f.close
	f.close = func() error { return errors.Join(stop(), os.RemoveAll(dir)) }
	return f, nil
}

func serveFrom(ctx context.Context, dir string, phones int) (files, error) {
	authority, err := ca.Open(dir)
	if err != nil {
		return files{}, err
	}
	certificate, err := authority.Server("127.0.0.1")
	if err != nil {
		return files{}, err
	}
	root, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		return files{}, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return files{}, err
	}
	f := files{url: "https://" + l.Addr().String() + "/{mac}.yaml", ca: string(root)}
	program, err := exec.LookPath("nginx")
	if err != nil {
		own := provserver.Start(provserver.Config{Log: slog.New(slog.DiscardHandler), Journal: &journal.Journal{}, Listener: l, Certificate: certificate,
			Document: func(string, string) ([]byte, error) { return document("farm"), nil }})
		f.name, f.close = "the workbench's server", own.Close
		return f, nil
	}
	if err := l.Close(); err != nil { // the port is nginx's from here
		return files{}, err
	}
	f.name = "nginx"
	f.close, err = nginx(ctx, program, dir, l.Addr().String(), certificate, phones)
	return f, err
}

const nginxConfig = `daemon off;
user root;
worker_processes auto;
worker_rlimit_nofile 8192;
pid %[1]s/pid;
error_log %[1]s/error.log;
events { worker_connections 4096; }
http {
	access_log off;
	server {
		listen %[2]s ssl backlog=%[3]d;
		ssl_certificate %[1]s/server.pem;
		ssl_certificate_key %[1]s/server-key.pem;
		root %[1]s/files;
		location / { try_files /phone.yaml =404; }
	}
}
`

// nginx serves a file until it is told to end.
func nginx(ctx context.Context, program, dir, address string, certificate tls.Certificate, phones int) (stop func() error, err error) {
	key, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(filepath.Join(dir, "files"), 0o755); err != nil {
		return nil, err
	}
	for name, data := range map[string][]byte{
		"files/phone.yaml": document("farm"),
		"server.pem":       pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}),
		"server-key.pem":   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		"nginx.conf":       fmt.Appendf(nil, nginxConfig, dir, address, phones+16),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(program, "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", filepath.Join(dir, "nginx.conf"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop = func() error { return errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()) }
	for tries := 0; ; tries++ {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return stop, conn.Close()
		}
		if tries == 100 || ctx.Err() != nil {
			said, _ := os.ReadFile(filepath.Join(dir, "error.log"))
			return nil, errors.Join(fmt.Errorf("nginx does not serve: %w\n%s", err, said), stop())
		}
		time.Sleep(20 * time.Millisecond)
	}
}
