package dialog

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"offhook/ua"
)

// rig is an agent that does nothing: it answers for the media side and writes
// down the actions.
type rig struct {
	machine  Machine
	timers   map[TimerID]uint32
	badMedia bool // Offer, Answer and Accept fail
	mute     bool // the media side does not answer
	hold     bool // what RemoteHold tells
	terms    bool // lines tell of session timers
	lines    []string
	acts     []Action
}

func newRig(config Config) *rig {
	return &rig{machine: New(config), timers: map[TimerID]uint32{}}
}

func (r *rig) step(in Input) {
	var actions []Action
	r.machine, actions = r.machine.Step(in)
	var media []Input
	for _, a := range actions {
		r.acts = append(r.acts, a)
		if line := r.line(a); line != "" {
			r.lines = append(r.lines, line)
		}
		switch a := a.(type) {
		case StartTimer:
			r.timers[a.ID] = a.Gen
		case StopTimer:
			delete(r.timers, a.ID)
		case MakeOffer:
			media = append(media, r.media(a.Seq, fmt.Sprintf("offer-%v", a.Hold)))
		case MakeAnswer:
			media = append(media, r.media(a.Seq, "answer"))
		case AcceptAnswer:
			media = append(media, r.media(a.Seq, ""))
		}
	}
	for _, in := range media {
		if !r.mute {
			r.step(in)
		}
	}
}

func (r *rig) media(seq uint32, sdp string) MediaDone {
	if r.badMedia {
		return MediaDone{Seq: seq, Err: errors.New("no codec")}
	}
	return MediaDone{Seq: seq, SDP: []byte(sdp), Early: true, RemoteHold: r.hold}
}

func (r *rig) fire(id TimerID) {
	gen := r.timers[id]
	delete(r.timers, id)
	r.step(TimerFired{id, gen})
}

// line is an action in short; "" for what most tables do not look at.
func (r *rig) line(a Action) string {
	body := func(b []byte) string {
		if len(b) > 0 {
			return " " + string(b)
		}
		return ""
	}
	switch a := a.(type) {
	case Send:
		line := fmt.Sprintf("send %s>%s%s", a.Request.Method, a.Request.ToTag, body(a.Request.Body))
		if a.Request.RSeq > 0 {
			line += fmt.Sprintf(" of %d to #%d", a.Request.RSeq, a.Request.For)
		}
		return line + r.session(a.Request.Session, a.Request.Require)
	case Ack:
		return "ack " + a.Request.ToTag + body(a.Request.Body)
	case Cancel:
		if a.Reason != "" {
			return "cancel: " + a.Reason
		}
		return "cancel"
	case Reply:
		line := fmt.Sprintf("reply#%d %d%s", a.Tx, a.Answer.Status, body(a.Answer.Body))
		if a.Answer.Contact != "" {
			line += " " + a.Answer.Contact
		}
		if a.Answer.RetryAfter > 0 {
			line += " later"
		}
		if a.Answer.RSeq > 0 {
			line += " reliably"
		}
		return line + r.session(a.Answer.Session, a.Answer.Require)
	case StartTimer:
		if r.terms && (a.ID == TimerRefresh || a.ID == TimerExpire) {
			return fmt.Sprintf("%v in %v", a.ID, a.After)
		}
	case Rollback:
		return "rollback"
	case CloseMedia:
		return "close"
	case AcceptAnswer:
		return "accept" + body(a.Answer)
	case Changed:
		line := a.Call.State.String()
		if a.Call.State == ua.Terminated {
			line += " " + string(a.Call.Cause)
		}
		for _, flag := range []struct {
			on   bool
			word string
		}{{a.Call.EarlyMedia, "+sound"}, {a.Call.LocalHold, "+held"}, {a.Call.RemoteHold, "+holding"}, {a.Call.Transferring && a.Call.State != ua.Terminated, "+transferring"}} {
			if flag.on {
				line += flag.word
			}
		}
		return line
	case Control:
		return fmt.Sprintf("control hold=%v", a.Hold)
	case Referred:
		return "referred to " + a.URI
	case Text:
		return "text " + a.Text
	case Digit:
		return fmt.Sprintf("digit %c %v", a.Digit, a.Duration)
	case Done:
		return "done"
	}
	return ""
}

func (r *rig) session(t SessionTimer, require []string) (line string) {
	if !r.terms {
		return ""
	}
	if t.Expires > 0 {
		line += fmt.Sprintf(" for %v", t.Expires)
	}
	if t.Refresher != "" {
		line += " by " + t.Refresher
	}
	if t.Min > 0 {
		line += fmt.Sprintf(" min %v", t.Min)
	}
	if len(require) > 0 {
		line += fmt.Sprint(" require ", require)
	}
	return line
}

func (r *rig) said() string { return strings.Join(r.lines, "; ") }

// row is one arrow of the machine.
type row struct {
	arrow  string
	config Config
	given  []any // inputs, timers to fire, and func(*rig)
	when   any
	want   string
}

func run(t *testing.T, rows []row) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.arrow, func(t *testing.T) {
			r := newRig(row.config)
			for _, g := range row.given {
				r.feed(g)
			}
			r.lines = nil
			r.feed(row.when)
			if r.said() != row.want {
				t.Errorf("\n got %s\nwant %s", r.said(), row.want)
			}
		})
	}
}

func (r *rig) feed(g any) {
	switch g := g.(type) {
	case TimerID:
		r.fire(g)
	case func(*rig):
		g(r)
	case []any:
		for _, each := range g {
			r.feed(each)
		}
	case Input:
		r.step(g)
	}
}

// Inputs in short.

func got(tx Tx, status int, tag, sdp string) Responded {
	r := Response{Status: status, ToTag: tag, Contact: "sip:" + tag + "@far"}
	if sdp != "" {
		r.ContentType, r.Body = sdpType, []byte(sdp)
	}
	return Responded{tx, r}
}

func req(tx ServerTx, method string, cseq uint32, sdp string) Received {
	r := Request{Method: method, CSeq: cseq, FromTag: "far", ToTag: "near", Contact: "sip:far@far"}
	if sdp != "" {
		r.ContentType, r.Body = sdpType, []byte(sdp)
	}
	return Received{tx, r}
}

func invite(sdp string) Received {
	in := req(1, "INVITE", 1, sdp)
	in.Request.ToTag = ""
	return in
}

var (
	noSound  = func(r *rig) { r.badMedia = true }
	mute     = func(r *rig) { r.mute = true }
	theyHold = func(r *rig) { r.hold = true }
	dial     = Dial{URI: "sip:600@pbx"}
	calling  = []any{dial}
	ringing  = []any{dial, got(1, 180, "far", "")}
	talking  = []any{dial, got(1, 200, "far", "sdp")} // we called
	alerting = []any{invite("offer"), Ring{}}
	answered = []any{invite("offer"), Ring{}, Accept{}}
	serving  = []any{invite("offer"), Ring{}, Accept{}, req(0, "ACK", 1, "")} // they called
)
