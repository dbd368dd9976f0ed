package app

import (
	"context"
	"errors"
	"path/filepath"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/provisioning"
	"offhook/ua"
)

var _ localapi.Backend = (*App)(nil)

// Status is what the control socket tells.
func (a *App) Status(ctx context.Context) (localapi.Status, error) {
	s := localapi.Status{
		Version: a.cfg.Version, Board: a.cfg.Board.Name, Model: a.cfg.Board.Model, Started: a.started,
		Accounts: a.withWays(ctx, a.bindings.list()), Calls: a.calls.list(), Totals: a.calls.sum(), Audio: a.audio.status(), Devices: a.health.list(),
		Provisioning: provisioningStatus(a.manager.Status()),
	}
	s.Provisioning.Waiting, s.Provisioning.Refused = a.newcomers.list(), a.trust.Refused()
	s.Listening, s.ListenError = a.listening.list()
	s.Firmware, s.Dropped = a.renewal.told(), localapi.Dropped(a.agent.Dropped())
	diverting, err := ask(ctx, a.desk, func(s phone.State) localapi.Diverting {
		dnd, to := s.Diverting()
		return localapi.Diverting{DoNotDisturb: dnd, Forward: to}
	})
	if err != nil {
		return s, err
	}
	s.Diverting = diverting
	if a.cfg.Faceplate != nil {
		s.Faceplate = a.cfg.Faceplate()
	}
	return s, nil
}

func provisioningStatus(s provisioning.Status) localapi.Provisioning {
	out := localapi.Provisioning{State: string(s.State), Source: s.InForce.URL, Hash: s.InForce.Hash,
		Step: s.InForce.Step, Found: s.InForce.Found, Fetched: s.InForce.Fetched, Applied: s.InForce.Applied, Verdict: verdict(s),
		LastFetch: s.LastFetch, LastAttempt: s.LastAttempt, Failures: s.Failures, NextFetch: s.Next, Error: s.Error, StoreError: s.StoreError, LeftOut: leftOut(s.LeftOut), Pending: s.Pending != "",
		OnTrial: s.OnTrial, Missing: s.Missing, RolledBack: s.RolledBack, Pinned: s.Pinned}
	for _, a := range s.Attempts {
		out.Attempts = append(out.Attempts, localapi.Attempt(a))
	}
	return out
}

// Dial has the phone call somebody.
func (a *App) Dial(ctx context.Context, r localapi.DialRequest) error {
	if r.Target == "" {
		return errors.New("whom to call is missing")
	}
	accounts := a.bindings.list()
	if len(accounts) == 0 {
		return errors.New("the telephone has no account to call with: it is not configured yet (offhook status tells why)")
	}
	if r.Account != "" && !hasAccount(accounts, r.Account) {
		return errors.New("there is no account " + r.Account + " (offhook status lists them)")
	}
	dial := phone.RemoteDial{Account: ua.AccountID(r.Account), Number: r.Target, Intercom: r.Intercom}
	why, err := ask(ctx, a.desk, func(s phone.State) string { return s.Refusal(dial) })
	if err != nil {
		return err
	}
	if why != "" {
		return errors.New(why)
	}
	post(ctx, a.desk.inbox, dial)
	return ctx.Err()
}

func hasAccount(accounts []localapi.Account, id string) bool {
	for _, a := range accounts {
		if a.ID == id {
			return true
		}
	}
	return false
}

// Answer answers the call that rings.
func (a *App) Answer(ctx context.Context) error {
	rings, err := ask(ctx, a.desk, func(s phone.State) bool {
		for _, c := range s.Calls() {
			if c.Incoming && c.State != ua.Confirmed {
				return true
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	if !rings {
		return errors.New("no call rings")
	}
	post(ctx, a.desk.inbox, phone.RemoteAnswer{})
	return ctx.Err()
}

// Hangup ends the calls.
func (a *App) Hangup(ctx context.Context) error {
	if a.calls.idle() {
		return errors.New("there is no call to end")
	}
	post(ctx, a.desk.inbox, phone.RemoteHangup{})
	return ctx.Err()
}

// Record begins or ends the recording of the talk.
func (a *App) Record(ctx context.Context, r localapi.Switch) error {
	why, err := ask(ctx, a.desk, func(s phone.State) string {
		if r.On {
			return s.Recordable()
		}
		return ""
	})
	if err != nil {
		return err
	}
	if why != "" {
		return errors.New(why)
	}
	post(ctx, a.desk.inbox, phone.RemoteRecord(r))
	return ctx.Err()
}

// Conference joins the talk and the held call, or splits the conference.
func (a *App) Conference(ctx context.Context, r localapi.Switch) error {
	why, err := ask(ctx, a.desk, func(s phone.State) string { return s.NoConference(r.On) })
	if err != nil {
		return err
	}
	if why != "" {
		return errors.New(why)
	}
	post(ctx, a.desk.inbox, phone.RemoteConference(r))
	return ctx.Err()
}

// OpenDoor opens a door as if somebody inside had.
func (a *App) OpenDoor(ctx context.Context, r localapi.DoorRequest) error {
	done := make(chan error, 1)
	a.desk.do(ctx, func() {
		said, err := a.desk.door.command(r.Relay)
		a.desk.say(ctx, said)
		done <- err
	})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Play plays a WAV file into the call, or aloud where there is none; without a
// name it ends what is played.
func (a *App) Play(ctx context.Context, r localapi.PlayRequest) error {
	if r.File != "" {
		if !filepath.IsAbs(r.File) {
			return errors.New(r.File + ": the agent needs the whole path of a file")
		}
		if err := playable(r.File); err != nil {
			return err
		}
	}
	a.desk.do(ctx, func() { a.desk.sound.play(r.File) })
	return ctx.Err()
}

// Reprovision fetches the configuration now.
func (a *App) Reprovision(context.Context) error {
	a.manager.Reprovision()
	return nil
}

// Logs passes on the newest records.
func (a *App) Logs(ctx context.Context, follow bool, line func([]byte) error) error {
	return a.cfg.Ring.Each(ctx, follow, line)
}

// Screen is the screen as a PNG.
func (a *App) Screen(ctx context.Context) ([]byte, error) { return a.desk.display.screenshot(ctx) }

// leftOut are parameters that the document could not take, a sentence each.
func leftOut(all []*provisioning.FaultError) (said []string) {
	for _, f := range all {
		said = append(said, f.Error())
	}
	return said
}
