package updates

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/station"
	"offhook/cmd/internal/localapi"
)

// world is an exchange, a server of programs, and a telephone that somebody starts
// again whenever it ends.
type world struct {
	Maker
	dir       string
	installed string
	files     *Server
	pbx       *pbx.PBX
	authority *ca.Authority
	phone     *station.Station // nil: it does not run
}

const (
	extension = "1001"
	host      = "127.0.0.1"
)

func newWorld(ctx context.Context, dir string) (w *world, err error) {
	w = &world{dir: dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	if w.Maker, w.installed, err = build(ctx, dir); err != nil {
		return w, err
	}
	if w.authority, err = ca.Open(filepath.Join(dir, "ca")); err != nil {
		return w, err
	}
	pair, err := w.authority.Server(host, pbx.Realm)
	if err != nil {
		return w, err
	}
	if w.pbx, err = pbx.Start(pbx.Config{Log: slog.New(slog.DiscardHandler), Journal: &journal.Journal{}, Host: host, Certificate: pair}); err != nil {
		return w, err
	}
	w.files, err = NewServer(host)
	if err != nil {
		return w, err
	}
	keys, err := w.Keys()
	if err != nil {
		return w, err
	}
	return w, os.WriteFile(w.keyFile(), keys, 0o600)
}

func (w *world) keyFile() string { return filepath.Join(w.dir, "firmware.pem") }

const document = `agent: 1
firmware: {keys: '%s'}
config:
  phone: {name: Updated}
  accounts:
    - {id: office, user: '%s', domain: %s, registrar: '%s', transport: tls, password: 'offhook-%s', ca: $lab}
  tls: {authorities: [{name: lab, pem: %q}]}
  firmware: {url: '%s', version: '%s', trial: 1m}
`

// wish puts a version on the server and has the telephone want it from its next
// start on.
func (w *world) wish(version string, file []byte) error {
	w.files.Publish(file)
	registrar, _, _ := w.pbx.Addresses()
	text := fmt.Sprintf(document, w.keyFile(), extension, pbx.Realm, registrar, extension, w.authority.PEM(), w.files.URL, version)
	return os.WriteFile(filepath.Join(w.dir, "offhook.yaml"), []byte(text), 0o600)
}

// start starts the installed program, as an init system does.
func (w *world) start(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	w.phone, err = station.Start(ctx, station.Config{Binary: w.installed, Dir: w.dir, Args: []string{"--config", filepath.Join(w.dir, "offhook.yaml")}})
	return err
}

// cut ends the telephone as a power cut does.
func (w *world) cut() {
	if w.phone != nil {
		w.phone.Kill()
		w.phone = nil
	}
}

// until waits for a status, and starts the telephone again whenever it has ended.
func (w *world) until(ctx context.Context, what string, ok func(localapi.Status) bool) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		var err error
		if w.phone == nil {
			err = w.start(ctx)
		}
		if err == nil {
			_, err = w.phone.Until(ctx, what, ok)
		}
		if err == nil || ctx.Err() != nil {
			return err
		}
		w.cut() // it ended by itself
		pause(ctx, 100*time.Millisecond)
	}
}

// patience is how long a telephone may take until it runs a good version.
const patience = 2 * time.Minute

func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (w *world) close() (err error) {
	if w.phone != nil {
		err = w.phone.Stop()
	}
	if w.files != nil {
		err = errors.Join(err, w.files.Close())
	}
	if w.pbx != nil {
		err = errors.Join(err, w.pbx.Close())
	}
	return err
}
