package app

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"

	"offhook/provisioning"
	"offhook/provisioning/dialect/makers"
	"offhook/provisioning/sealed"
	"offhook/provisioning/source/bundle"
	"offhook/provisioning/source/https"
	"offhook/provisioning/source/persona"
	"offhook/provisioning/source/tftp"
	"offhook/ua"
)

// intake is how a configuration comes in: who fetches it, and what is made of it.
type intake struct {
	web    provisioning.Source
	tftp   provisioning.Source
	makers makers.Config
	keys   sealed.Keys
	guest  persona.Persona
	device provisioning.Device
}

func (a *App) newIntake(log *slog.Logger) *intake {
	p := a.cfg.Agent.Provisioning
	reader := a.device
	if p.Persona.Model != "" {
		reader.Model = p.Persona.Model // for parts of files that are for one model
	}
	in := &intake{
		makers: makers.Config{Base: a.cfg.Agent.Base(), Device: reader, Log: log},
		keys:   sealed.Keys{Secrets: []ua.Secret{p.FileKey}, MAC: a.device.MAC},
		guest:  persona.Persona{Maker: p.Persona.Maker, Model: p.Persona.Model, Version: p.Persona.Version, Code: p.Persona.Code},
		device: a.device,
	}
	if p.FileKey.IsZero() {
		in.keys.Secrets = nil
	}
	in.web = &clockNoted{https.New(https.Config{Floor: a.cfg.Built, Timeout: a.cfg.FetchTime}), &a.clockBehind, log}
	in.tftp = warned{tftp.New(tftp.Config{Timeout: a.cfg.FetchTime}), log}
	return in
}

// sources are who fetches, by the scheme of the address.
func (in *intake) sources() map[string]provisioning.Source {
	web, tftp := in.played(in.web), in.played(in.tftp)
	return map[string]provisioning.Source{"https": web, "http": web, "tftp": tftp}
}

// played is a source that asks as the persona does, if there is one.
func (in *intake) played(inner provisioning.Source) provisioning.Source {
	if in.guest.Check() != nil {
		return inner
	}
	return persona.New(persona.Config{Persona: in.guest, Device: in.device, Inner: inner,
		Includes: func(name string, data []byte) []string {
			opened, err := sealed.Open(data, in.keys)
			if err != nil {
				return nil // parse tells of it
			}
			return in.makers.Includes(name, opened.Data)
		}})
}

// parse makes a document of what was fetched, whoever's form it has.
func (in *intake) parse(data []byte, file string) (provisioning.Document, error) {
	files, err := bundle.Split(data, file)
	if err != nil {
		return in.makers.Parse(data, file) // and have it told there
	}
	for i, f := range files {
		opened, err := sealed.Open(f.Data, in.keys)
		if err != nil {
			return in.makers.Base, &provisioning.FaultError{Position: provisioning.Position{File: f.Name}, Msg: err.Error()}
		}
		files[i].Data = opened.Data
	}
	return in.makers.Parse(bundle.Join(files), file)
}

// clockNoted notes when a server's certificate was judged by a clock that is not
// set: it is judged again when it is.
type clockNoted struct {
	provisioning.Source
	behind *atomic.Bool
	log    *slog.Logger
}

func (c *clockNoted) Fetch(ctx context.Context, r provisioning.Request) (provisioning.Response, error) {
	if strings.HasPrefix(r.URL, "http:") {
		c.log.Warn("the configuration crosses the network in the clear: who is on the way can read and replace it; use https")
	}
	response, err := c.Source.Fetch(ctx, r)
	if response.ClockBehind {
		c.log.Warn("the clock is not set: the server's certificate was judged as of the day this program was made, and will be again when it is")
	}
	c.behind.Store(response.ClockBehind)
	return response, err
}

// warned says what TFTP is.
type warned struct {
	provisioning.Source
	log *slog.Logger
}

func (w warned) Fetch(ctx context.Context, r provisioning.Request) (provisioning.Response, error) {
	w.log.Warn("the configuration comes by TFTP, in the clear: who is on the network can read and replace it; use https")
	return w.Source.Fetch(ctx, r)
}
