package phone

import "time"

// The timers.
const (
	timerInterDigit TimerID = iota // the number may be whole
	timerStage                     // nobody does anything off-hook
	timerBeep                      // ends a beep
	timerNotice                    // ends a remark
	timerVolume                    // takes the volume bar away
	timerRetry                     // tries busy commands again
	timerTransfer                  // no outcome of a transfer
	timerBacklight                 // nobody uses the phone
	timerForward                   // nobody answers
	timerConfirmed                 // a trial ended well long enough ago
	timerBell                      // nobody answers at one of the bell's
	timerTyping                    // what a key wrote stays
	timerCount
)

var timerNames = [...]string{"inter-digit", "stage", "beep", "notice", "volume", "retry", "transfer", "backlight", "forward", "confirmed", "bell", "typing"}

func (id TimerID) String() string {
	if int(id) < len(timerNames) {
		return timerNames[id]
	}
	return "unknown"
}

// How long things last.
const (
	dialToneTime   = 20 * time.Second
	busyTime       = 20 * time.Second // at the handset
	howlerTime     = 60 * time.Second
	goodbyeTime    = 4 * time.Second // the last words of a call, handsfree
	predialTime    = 60 * time.Second
	keyBeepTime    = 150 * time.Millisecond
	remarkBeepTime = 300 * time.Millisecond
	noticeTime     = 4 * time.Second
	messageTime    = 20 * time.Second
	volumeTime     = 2500 * time.Millisecond
	typingTime     = time.Second
	retryTime      = 100 * time.Millisecond
	recallTime     = 60 * time.Second
	transferTime   = 190 * time.Second // longer than a proxy lets a call ring (RFC 3261 §16.6)
)

func (t *turn) start(id TimerID, after time.Duration) {
	t.gens[id]++
	t.do(StartTimer{ID: id, Gen: t.gens[id], After: after})
}

// stop makes a running timer stale.
func (t *turn) stop(id TimerID) { t.gens[id]++ }

func (t *turn) timer(in Timer) {
	if in.ID >= timerCount || in.Gen != t.gens[in.ID] {
		return
	}
	switch in.ID {
	case timerInterDigit:
		if t.entry.on && t.entry.purpose == forCall && t.path != "" {
			t.place(t.entry.digits)
		}
	case timerStage:
		t.nextStage()
	case timerBeep:
		t.beep = Tone{}
	case timerNotice:
		t.notice = ""
	case timerVolume:
		t.volume = ""
	case timerRetry:
		t.tryAgain()
	case timerTransfer:
		t.transferTimedOut()
	case timerForward:
		t.notAnswered()
	case timerBell:
		t.rung()
	case timerTyping:
		t.list.name.settle()
	case timerBacklight:
		t.dim = true
	case timerConfirmed:
		t.confirmed = false
	}
}

// restage begins to wait for a person who is off-hook, or types a number.
func (t *turn) restage() {
	t.stage = 0
	switch {
	case t.path == "" && t.entry.on:
		t.start(timerStage, predialTime)
	case t.ended.on && (t.path == "" || t.handsfree() || t.open() > 0):
		t.start(timerStage, goodbyeTime)
	case t.ended.on:
		t.start(timerStage, busyTime)
	default:
		t.start(timerStage, dialToneTime)
	}
}

// nextStage: handsfree, the phone gives the line back. A handset that lies
// beside its cradle gets congestion, then the howler, then silence.
func (t *turn) nextStage() {
	if !t.entry.on && !t.ended.on {
		return
	}
	if t.path == "" || t.handsfree() || (t.ended.on && t.open() > 0) {
		t.entry, t.ended = entry{}, ended{}
		return
	}
	t.stage = min(t.stage+1, stageSilent)
	switch t.stage {
	case stageCongestion:
		if t.ended.on { // it has heard the tone already
			t.stage = stageHowler
			t.start(timerStage, howlerTime)
			return
		}
		t.start(timerStage, busyTime)
	case stageHowler:
		t.start(timerStage, howlerTime)
	}
}

const (
	stageCongestion = 1 + iota
	stageHowler
	stageSilent
)

// signal makes one short sound, if a person listens.
func (t *turn) signal(tone Tone) {
	if t.path == "" {
		return
	}
	after := remarkBeepTime
	if tone.Kind == ToneDTMF {
		after = keyBeepTime
	}
	t.beep = tone
	t.sounded = true // the same key twice is two sounds
	t.start(timerBeep, after)
}

// remark shows a passing notice.
func (t *turn) remark(text string) {
	t.notice = text
	t.start(timerNotice, noticeTime)
}

// complain shows what cannot be done, and sounds like it.
func (t *turn) complain(text string) {
	t.signal(Tone{Kind: ToneError})
	t.remark(text)
}

// wake lights the panel.
func (t *turn) wake() {
	t.dim = false
	if t.config.Backlight.After > 0 {
		t.start(timerBacklight, t.config.Backlight.After)
	}
}
