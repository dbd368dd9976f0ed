package dialog

import (
	"testing"

	"offhook/ua"
)

func TestRequest_autoAnswer(t *testing.T) {
	intercom := []string{"<sip:pbx>;answer-after=0"}
	for _, c := range []struct {
		arrow                 string
		request               Request
		auto, refused, byHand bool
	}{
		{arrow: "nothing asked -> rings", request: Request{MayAutoAnswer: true, MayCommand: true}},
		{arrow: "Auto of who may -> answered", request: Request{AnswerMode: "Auto", MayAutoAnswer: true}, auto: true},
		{arrow: "Auto of who may not -> rings", request: Request{AnswerMode: "Auto"}},
		{arrow: "Auto;require of who may -> answered", request: Request{AnswerMode: "Auto;require", MayAutoAnswer: true}, auto: true},
		{arrow: "Auto;require of who may not -> refused", request: Request{AnswerMode: "auto ; Require"}, refused: true},
		{arrow: "Manual;require -> rings", request: Request{AnswerMode: "Manual;require", MayAutoAnswer: true}, byHand: true},
		{arrow: "Manual beside a dialect -> rings", request: Request{AnswerMode: "Manual", CallInfo: intercom, MayAutoAnswer: true}, byHand: true},
		{arrow: "a dialect of who may -> answered", request: Request{CallInfo: intercom, MayAutoAnswer: true}, auto: true},
		{arrow: "a dialect of who may not -> rings", request: Request{CallInfo: intercom}},
		{arrow: "an unknown mode beside a dialect -> as the dialect", request: Request{AnswerMode: "Soon", CallInfo: intercom, MayAutoAnswer: true}, auto: true},
		{arrow: "privileged Auto of who may command -> answered", request: Request{PrivAnswerMode: "Auto", MayCommand: true}, auto: true},
		{arrow: "privileged Auto of who may not command -> rings", request: Request{PrivAnswerMode: "Auto", MayAutoAnswer: true}},
		{arrow: "privileged Auto;require of who may not command -> refused", request: Request{PrivAnswerMode: "Auto;require", MayAutoAnswer: true}, refused: true},
		{arrow: "privileged Auto of who may not, beside a plain one -> by the plain one", request: Request{PrivAnswerMode: "Auto", AnswerMode: "Auto", MayAutoAnswer: true}, auto: true},
		{arrow: "privileged Manual -> rings", request: Request{PrivAnswerMode: "Manual", MayAutoAnswer: true, MayCommand: true}, byHand: true},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			auto, refused := c.request.autoAnswer()
			if auto != c.auto || refused != c.refused || c.request.byHand() != c.byHand {
				t.Errorf("auto %v, refused %v, by hand %v", auto, refused, c.request.byHand())
			}
		})
	}
}

func asking(mode string, may bool) Received {
	in := invite("offer")
	in.Request.AnswerMode, in.Request.MayAutoAnswer = mode, may
	return in
}

func TestStep_answer_mode(t *testing.T) {
	supporting := invite("offer")
	supporting.Request.Supported = []string{"answermode"}
	requiring := asking("Auto", true)
	requiring.Request.Require = []string{"answermode"}
	for _, c := range []struct {
		arrow  string
		given  []any
		status int
		mode   string
	}{
		{"Auto, answered at once -> 200 says Auto", []any{asking("Auto", true), Accept{}}, 200, "Auto"},
		{"Auto that must be known, answered at once -> 200 says Auto", []any{requiring, Accept{}}, 200, "Auto"},
		{"Auto of who may not, rung and answered -> 200 says Manual", []any{asking("Auto", false), Ring{}, Accept{}}, 200, "Manual"},
		{"Auto;require of who may not -> 403", []any{asking("Auto;require", false)}, 403, ""},
		{"only able to, rung and answered -> 200 says Manual", []any{supporting, Ring{}, Accept{}}, 200, "Manual"},
		{"not asked -> 200 does not say", []any{invite("offer"), Accept{}}, 200, ""},
		{"Auto, then re-INVITE -> its 200 does not say", []any{asking("Auto", true), Accept{}, req(0, "ACK", 1, ""), req(2, "INVITE", 2, "offer")}, 200, ""},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r := newRig(Config{})
			r.feed(c.given)
			var last Answer
			for _, a := range r.acts {
				if reply, ok := a.(Reply); ok {
					last = reply.Answer
				}
			}
			if last.Status != c.status || last.AnswerMode != c.mode || c.status == 403 && last.Reason != forbidden {
				t.Errorf("%+v", last)
			}
		})
	}
	r := newRig(Config{})
	r.step(asking("Manual", true))
	if call := r.machine.Call(); !call.AnswerByHand || call.AutoAnswer || call.State != ua.Proceeding {
		t.Errorf("%+v", call)
	}
}

func TestStep_transfer_of_which_nothing_is_told(t *testing.T) {
	quiet := func(tx Tx, status int, sub string) Responded {
		return Responded{tx, Response{Status: status, ToTag: "far", ReferSub: sub}}
	}
	asked := []any{talking, Transfer{"sip:700@pbx"}}
	config := Config{NoReferSub: true}
	run(t, []row{
		{arrow: "asked: 200 with Refer-Sub: false -> BYE", config: config, given: asked, when: quiet(2, 200, "false"), want: "send BYE>far; close; terminated local-bye"},
		{arrow: "asked: 202 of who tells all the same -> waits", config: config, given: asked, when: quiet(2, 202, ""), want: ""},
		{arrow: "asked: 420 -> the transfer has failed", config: config, given: asked, when: quiet(2, 420, ""), want: "confirmed"},
	})
	for _, on := range []bool{true, false} {
		r := newRig(Config{NoReferSub: on})
		r.feed(asked)
		request := r.acts[len(r.acts)-2].(Send).Request
		if request.Method != "REFER" || (request.ReferSub == "false") != on || has(request.Supported, "norefersub") != on {
			t.Errorf("%v: %+v", on, request)
		}
	}
}
