package app

import (
	"context"
	"fmt"
	"strings"

	"offhook/cmd/internal/phone"
	"offhook/media/engine"
	"offhook/provisioning"
	"offhook/ua"
)

// pumpAgent brings the user agent's events to the phone. It is started before
// the agent and ended after it; the agent closes the channel at its end, so
// that the last calls are told of too.
func (a *App) pumpAgent(ctx context.Context) error {
	for e := range a.agent.Events() {
		if d, ok := e.(ua.DigitReceived); ok {
			a.calls.noteDigit(d.Call, d.Digit)
			a.desk.inbox <- phone.Digit{Call: d.Call, Digit: byte(d.Digit), By: phone.ByInfo}
			continue
		}
		a.desk.inbox <- phone.UA{Event: a.calls.explain(e)} // the desk outlives this
	}
	<-ctx.Done()
	return nil
}

// pumpSound brings the engine's events to the phone.
func (a *App) pumpSound(ctx context.Context) error {
	for {
		select {
		case e := <-a.engine.Events():
			switch e := e.(type) {
			case engine.DigitReceived:
				a.calls.noteDigit(ua.CallID(e.Stream), e.Digit)
				post(ctx, a.desk.inbox, phone.Digit{Call: ua.CallID(e.Stream), Digit: byte(e.Digit), By: wayOf(e)})
			case engine.RecordEnded:
				a.recordEnded(ctx, e)
			case engine.ClipEnded:
				a.clipEnded(ctx, e)
			case engine.MediaStarted:
				a.tellMedia(ctx, ua.CallID(e.Stream))
			case engine.DeviceChanged:
				post(ctx, a.desk.inbox, phone.Audio{Gone: e.Gone, Cause: e.Cause})
			}
		case call := <-a.calls.secured:
			a.tellMedia(ctx, call)
		case call := <-a.calls.failed:
			a.giveUp(ctx, call)
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *App) tellMedia(ctx context.Context, call ua.CallID) {
	s, ok := a.calls.session(call)
	if !ok {
		return // ended meanwhile
	}
	stats := s.Stats()
	post(ctx, a.desk.inbox, phone.Media{Call: call, Encoding: stats.Encoding, Suite: stats.Suite})
}

// pumpProvisioning shows a person how far the configuration has come.
func (a *App) pumpProvisioning(ctx context.Context) error {
	for {
		select {
		case s := <-a.manager.Updates():
			a.teller.configured(s)
			a.newcomers.observe(s)
			post(ctx, a.desk.inbox, progress(s))
		case <-ctx.Done():
			return nil
		}
	}
}

func progress(s provisioning.Status) phone.Provisioning {
	if s.State != provisioning.Unprovisioned {
		p := phone.Provisioning{State: phone.Provisioned, Detail: s.InForce.URL, Trial: !s.OnTrial.IsZero(), Cause: firstLine(s.Error)}
		if !p.Trial {
			p.RolledBack, p.Refused = firstLine(s.RolledBack), refusal(s)
		}
		return p
	}
	p := phone.Provisioning{State: phone.Discovering, Cause: s.Error}
	for _, attempt := range s.Attempts {
		if attempt.URL != "" {
			p.State, p.Detail = phone.Fetching, attempt.URL
		}
	}
	if s.Error != "" && s.Activity == provisioning.Resting {
		p.State = phone.ProvisioningFailed
		p.Cause = firstLine(s.Error)
	}
	return p
}

// refusal is what is wrong with the server's document, in a line.
func refusal(s provisioning.Status) string {
	if len(s.Faults) == 0 {
		return ""
	}
	text := s.Faults[0].Error()
	if more := len(s.Faults) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func wayOf(e engine.DigitReceived) phone.DigitWay {
	if e.InBand {
		return phone.BySound
	}
	return phone.ByEvent
}

func (a *App) recordEnded(ctx context.Context, e engine.RecordEnded) {
	if e.Cause == "" {
		a.cfg.Log.Info("a recording is done", "file", e.File, "length", e.Length)
	} else {
		a.cfg.Log.Error("a recording has ended", "file", e.File, "length", e.Length, "error", e.Cause)
	}
	post(ctx, a.desk.inbox, phone.Recorded{File: e.File, Cause: e.Cause})
}

func (a *App) clipEnded(ctx context.Context, e engine.ClipEnded) {
	if e.Cause != "" {
		a.cfg.Log.Warn("a sound cannot be played", "file", e.File, "error", e.Cause)
	}
	a.desk.do(ctx, func() { a.desk.sound.clipEnded(e) })
}
