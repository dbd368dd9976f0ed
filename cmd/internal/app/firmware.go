package app

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/provisioning"
	"offhook/provisioning/firmware"
	"offhook/provisioning/source/https"
	"offhook/ua"
)

// Firmware is which program this is, and where others are.
type Firmware struct {
	Dir       string
	Keys      firmware.Keys
	Slot      firmware.Slot // of this program
	Installed string        // version of the installed one, which may be this
}

// Slots are where other versions are.
func (f Firmware) Slots() firmware.Slots {
	return firmware.Slots{Dir: f.Dir, Disk: firmware.OS{}, Keys: f.Keys, Target: firmware.Target()}
}

// renewal has the telephone run the version that the configuration wishes for.
type renewal struct {
	*firmware.Updater
	source  *https.Source
	request provisioning.Request // but for the address
	zone    *time.Location
	news    chan news
}

// news is what a document says of the program.
type news struct {
	access provisioning.Access
	zone   *time.Location
}

func (a *App) buildFirmware(log *slog.Logger) {
	f := a.cfg.Firmware
	r := &renewal{source: https.New(https.Config{Floor: a.cfg.Built}), news: make(chan news, 1), zone: time.UTC,
		request: provisioning.Request{UserAgent: a.device.UserAgent()}}
	r.Updater = firmware.New(firmware.Config{
		Slots: f.Slots(), Slot: f.Slot, Installed: f.Installed, Version: a.cfg.Version, Telephone: a.device.MAC, Log: log,
		Zone:     func() *time.Location { return r.read().zone },
		Download: r.download,
		Stuck:    func(ctx context.Context) string { return a.Vitals(ctx).Stuck },
		Bound: func() bool {
			for _, account := range a.bindings.list() {
				if account.State == ua.Registered.String() {
					return true
				}
			}
			return false
		},
		Restart: func(ctx context.Context) {
			a.reboot.Store(true) // carried out once nobody uses the telephone
			a.desk.do(ctx, func() { a.desk.look(ctx) })
		},
		Changed: func(ctx context.Context, s firmware.Status) { post(ctx, a.desk.inbox, shownFirmware(s)) },
		Tell: func(event, version, reason string) {
			a.teller.tell(event, map[string]string{"version": version, "cause": reason})
		},
	})
	a.renewal = r
}

// read takes what was said last. It is the updater's goroutine's.
func (r *renewal) read() *renewal {
	select {
	case n := <-r.news:
		r.zone, r.request.Access = n.zone, n.access
	default:
	}
	return r
}

// use takes what a document says. It never waits.
func (r *renewal) use(doc provisioning.Document, d provisioning.Device, from string, own provisioning.Access) {
	address, _ := d.Expand(doc.Firmware.URL) // its macros were checked
	newest(r.news, news{accessOf(address, from, doc, own), zoneOf(doc)})
	f := doc.Firmware
	r.Use(firmware.Wish{URL: address, Version: f.Version, Window: f.Window, Share: f.Share, Downgrade: f.Downgrade, Trial: f.Trial})
}

// accessOf is how a program is fetched: with the name and the key of this telephone
// only where its configuration is from. What is signed may come in the clear.
func accessOf(address, from string, doc provisioning.Document, own provisioning.Access) provisioning.Access {
	access := doc.Access()
	if access.CA == "" {
		access.CA = own.CA
	}
	access.AllowHTTP, access.Proxy = true, own.Proxy
	a, bad := url.Parse(address)
	b, worse := url.Parse(from)
	if bad != nil || worse != nil || a.Scheme != b.Scheme || a.Host != b.Host {
		access.Username, access.Password, access.Certificate, access.Key = "", ua.Secret{}, "", ua.Secret{}
	}
	return access
}

func (r *renewal) download(ctx context.Context, address, not string, p firmware.Partial) error {
	request := r.read().request
	request.URL = address
	if strings.HasPrefix(not, `"`) || strings.HasPrefix(not, "W/") {
		request.ETag = not
	} else {
		request.LastModified = not
	}
	err := r.source.Download(ctx, request, p)
	if errors.Is(err, https.ErrNotModified) {
		return firmware.ErrNotModified
	}
	return err
}

// shownFirmware is what a person at the telephone needs to know.
func shownFirmware(s firmware.Status) phone.Firmware {
	state := map[firmware.Phase]phone.FirmwareState{firmware.Downloading: phone.FirmwareLoading, firmware.Ready: phone.FirmwareReady, firmware.OnTrial: phone.FirmwareTrial}[s.Phase]
	return phone.Firmware{State: state, Percent: s.Percent, Failed: s.Failed}
}

// told is what the control socket tells.
func (r *renewal) told() localapi.Firmware {
	s := r.Status()
	return localapi.Firmware{Phase: string(s.Phase), Slot: string(s.Slot), Wanted: s.Wanted, Percent: s.Percent, Due: s.Due,
		Missing: s.Missing, Error: s.Error, Failed: s.Failed}
}

// InstallFirmware puts the program of a file on trial: the telephone starts anew with
// it once nobody uses it.
func (a *App) InstallFirmware(ctx context.Context, r localapi.InstallRequest) error {
	if len(a.cfg.Firmware.Keys) == 0 {
		return firmware.ErrNoKey
	}
	_, err := a.renewal.InstallFile(ctx, r.File)
	return err
}

// FirmwareBack returns to the version of before.
func (a *App) FirmwareBack(ctx context.Context) error { return a.renewal.Back(ctx) }
