package dialog

import (
	"fmt"
	"slices"
	"time"

	"offhook/ua"
)

// step is a Machine while it takes one input.
type step struct {
	Machine
	out []Action
}

// own takes copies of what the receiver of Step still refers to.
func (s *step) own() {
	s.open = slices.Clone(s.open)
	s.acks = slices.Clone(s.acks)
	s.waits = slices.Clone(s.waits)
	s.legs = slices.Clone(s.legs)
}

func (s *step) do(a Action)               { s.out = append(s.out, a) }
func (s *step) log(text string, a ...any) { s.do(Log{fmt.Sprintf(text, a...)}) }
func (s *step) reply(tx ServerTx, a Answer) {
	if a.Reason == "" {
		a.Reason = phrase(a.Status)
	}
	s.do(Reply{tx, a})
}

func (s *step) refuse(tx ServerTx, status int) { s.reply(tx, Answer{Status: status}) }

// later asks to come back: RFC 3261 §14.2 wants a random 0 to 10 s. A
// Retry-After of 0 would be no header at all, so from 1 s.
func (s *step) later(tx ServerTx) {
	s.reply(tx, Answer{Status: 500, RetryAfter: time.Duration(1+s.random(10)) * time.Second})
}

func (s *step) send(kind txKind, request Outgoing) Tx {
	s.lastTx++
	s.open = append(s.open, clientTx{s.lastTx, kind})
	s.do(Send{s.lastTx, request})
	return s.lastTx
}

// closeTx forgets a client transaction; false when it was not open.
func (s *step) closeTx(tx Tx) bool {
	before := len(s.open)
	s.open = slices.DeleteFunc(s.open, func(c clientTx) bool { return c.tx == tx })
	return len(s.open) < before
}

func (s *step) start(id TimerID, after time.Duration) {
	if after < 0 {
		return
	}
	s.gens++
	s.timers[id] = timer{s.gens, true}
	s.do(StartTimer{id, s.gens, after})
}

func (s *step) stop(id TimerID) {
	if s.timers[id].on {
		s.timers[id].on = false
		s.do(StopTimer{id})
	}
}

func (s *step) timerFired(in TimerFired) {
	if in.ID >= timerCount || s.timers[in.ID] != (timer{in.Gen, true}) {
		return // stale
	}
	s.timers[in.ID].on = false
	switch in.ID {
	case TimerFinal:
		s.waitedForFinal()
	case TimerCancel:
		s.waitedForCancel()
	case TimerResend:
		s.resend()
	case TimerAck:
		s.waitedForAck()
	case TimerTransfer:
		s.transferOver("transfer: the other telephone told nothing")
	case TimerPrack:
		s.waitedForPrack()
	case TimerRefresh:
		s.keep.wanted = true
	case TimerExpire:
		s.expired()
	case TimerLinger:
		s.finish()
	}
	// TimerForks and TimerGlare: settle sees that they are off.
}

// random is splitmix64: an input's worth of chance without a clock.
func (s *step) random(n int) int {
	s.seed += 0x9e3779b97f4a7c15
	z := s.seed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// end tells that the call is over. Requests that say so to the far end are the
// caller's.
func (s *step) end(cause ua.Cause, status int, reason string) {
	if s.phase >= phaseEnded {
		return
	}
	s.acknowledgeLate(nil)
	s.phase = phaseEnded
	s.quiet = false
	s.call.State, s.call.Cause = ua.Terminated, cause
	s.call.EarlyMedia = false
	if status != 0 {
		s.call.Status = status
	}
	s.call.Reason = reason
	for _, w := range s.waits {
		if w.tx != 0 {
			s.refuse(w.tx, 487)
		}
	}
	s.waits = nil
	if s.server.state == serverPending {
		// RFC 3261 §15.1.2: pending requests are answered, 487 is recommended.
		s.refuse(s.server.tx, 487)
		s.server = serverInvite{}
	}
	s.stop(TimerGlare)
	s.stop(TimerTransfer)
	s.stop(TimerFinal)
	s.stop(TimerPrack)
	s.stop(TimerRefresh)
	s.stop(TimerExpire)
	if s.server.state != serverAnswered {
		s.stop(TimerResend)
	}
	s.do(CloseMedia{})
	// Twice what the slowest exchange needs: ACK awaited, then a BYE, both in vain.
	s.start(TimerLinger, 4*64*s.config.T1)
}

// settle ends a Step: it starts what waited, tells what changed, and finishes.
func (s *step) settle() {
	s.reconcile()
	s.sendRefer()
	news := !s.spoken || (s.call != s.told && s.told.State != ua.Terminated)
	if s.phase != phaseNew && !s.quiet && news {
		s.told, s.spoken = s.call, true
		s.do(Changed{s.call})
	}
	if s.phase == phaseEnded && !s.Busy() && !s.timers[TimerForks].on {
		s.finish()
	}
}

func (s *step) finish() {
	if s.phase != phaseEnded {
		return
	}
	for id := range timerCount {
		s.stop(id)
	}
	s.Machine = Machine{
		config: s.config, phase: phaseDone, caller: s.caller, call: s.call, told: s.told, spoken: true,
		seed: s.seed, chosen: -1,
	}
	s.do(Done{})
}

// afterDone answers what comes too late (RFC 3261 §12.2.2).
func (s *step) afterDone(in Input) {
	if in, ok := in.(Received); ok && in.Request.Method != "ACK" {
		s.refuse(in.Tx, 481)
	}
}
