package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"

	"offhook/cmd/internal/lab"
	"offhook/cmd/internal/lab/station"
)

// phoneMAC is the workbench phone's, of the range for documentation (RFC 7042
// §2.1.2).
const phoneMAC = "00:00:5e:00:53:01"

// options are the flags of both commands.
type options struct {
	offhook   string
	faceplate string
	verbose   bool
	lab       lab.Config
	// prepare is what a test does to the workbench before the telephone starts.
	prepare func(*lab.Lab) error
}

func (o *options) declare(fs *flag.FlagSet) {
	fs.StringVar(&o.offhook, "offhook", beside("offhook"), "`FILE` of the agent")
	fs.BoolVar(&o.verbose, "verbose", false, "show the logs of all parts")
	fs.StringVar(&o.faceplate, "faceplate", "127.0.0.1:0", "`HOST:PORT` of the telephone's own page; port 0 is a free one")
	fs.IntVar(&o.lab.SIPTLS, "sip-tls-port", 0, "`PORT` of the PBX by TLS; 0 is a free one")
	fs.IntVar(&o.lab.SIPTCP, "sip-tcp-port", 0, "`PORT` of the PBX by TCP; 0 is a free one")
	fs.IntVar(&o.lab.SIPUDP, "sip-udp-port", 0, "`PORT` of the PBX by UDP; 0 is a free one")
	fs.IntVar(&o.lab.HTTPS, "https-port", 0, "`PORT` of the provisioning server; 0 is a free one")
	fs.IntVar(&o.lab.Page, "page-port", 0, "`PORT` of the workbench's page; 0 is a free one")
	fs.Uint64Var(&o.lab.Seed, "seed", 1, "`NUMBER` that fixes which packets the impaired network hurts")
}

// beside is a program in the folder of this one.
func beside(name string) string {
	self, err := os.Executable()
	if err != nil {
		return name
	}
	return filepath.Join(filepath.Dir(self), name)
}

// bench is a workbench with its telephone.
type bench struct {
	dir   string
	lab   *lab.Lab
	phone *station.Station
}

func (o options) start(ctx context.Context, t terminal) (*bench, error) {
	dir, err := os.MkdirTemp("", "offhook-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir}
	logs := io.Discard
	if o.verbose {
		logs = t.err
	}
	o.lab.Log = slog.New(slog.NewTextHandler(logs, nil))
	if b.lab, err = lab.Start(context.WithoutCancel(ctx), o.lab); err != nil {
		return nil, errors.Join(err, b.close())
	}
	if o.prepare != nil {
		if err := o.prepare(b.lab); err != nil {
			return nil, errors.Join(err, b.close())
		}
	}
	at := b.lab.Addresses()
	b.phone, err = station.Start(ctx, station.Config{Binary: o.offhook, Dir: dir, Log: logs, Args: []string{
		"--faceplate", o.faceplate, "--provisioning-url", at.ProvisioningURL, "--provisioning-ca", at.CAFile, "--mac", phoneMAC,
	}})
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	b.lab.SetFaceplate(b.phone.Faceplate)
	return b, nil
}

// close ends the phone first, so that it can take its leave of the PBX.
func (b *bench) close() error {
	var errs []error
	if b.phone != nil {
		errs = append(errs, b.phone.Stop())
	}
	if b.lab != nil {
		errs = append(errs, b.lab.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(b.dir))...)
}

func run(ctx context.Context, t terminal, args []string) error {
	var o options
	fs := flag.NewFlagSet("offhook-lab run", flag.ContinueOnError)
	o.declare(fs)
	if err := parse(fs, t, args); err != nil {
		return err
	}
	b, err := o.start(ctx, t)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil // Ctrl-C came first, and all is closed
	}
	if err != nil {
		return err
	}
	at := b.lab.Addresses()
	fmt.Fprintf(t.out, "The telephone is at %s  (PBX: tls %s, tcp %s, udp %s; configuration: https port %s; Ctrl-C ends it)\n",
		at.PageURL, port(at.SIPTLS), port(at.SIPTCP), port(at.SIPUDP), port(hostOf(at.ProvisioningURL)))
	select {
	case <-ctx.Done():
		return b.close()
	case <-b.phone.Done():
		tail := b.phone.LogTail()
		return errors.Join(fmt.Errorf("the telephone ended:\n%s", tail), b.close())
	}
}

// hostOf is the host and port of a URL with macros.
func hostOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}

func port(hostPort string) string {
	_, p, err := net.SplitHostPort(hostPort)
	if err != nil {
		return hostPort
	}
	return p
}
