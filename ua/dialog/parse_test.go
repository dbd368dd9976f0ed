package dialog

import (
	"testing"
)

func TestWantsAutoAnswer(t *testing.T) {
	for _, c := range []struct {
		arrow      string
		call       []string
		alert      []string
		answerMode string
		want       bool
	}{
		{arrow: "nothing"},
		{"Answer-Mode: Auto", nil, nil, "Auto", true},
		{"Answer-Mode: auto;require", nil, nil, " auto ;require", true},
		{"Answer-Mode: Manual", nil, nil, "Manual", false},
		{"Call-Info: answer-after=0", []string{"<sip:pbx>;answer-after=0"}, nil, "", true},
		{"Call-Info: ;answer-after=0 in a list", []string{"<http://x/a.png>;purpose=icon, <sip:pbx>;Answer-After=2"}, nil, "", true},
		{"Call-Info: icon", []string{"<http://x/answer-after.png>;purpose=icon"}, nil, "", false},
		{"Alert-Info: info=alert-autoanswer", nil, []string{"<http://www.notused.com>;info=alert-autoanswer;delay=0"}, "", true},
		{"Alert-Info: info=Auto Answer", nil, []string{"info=Auto Answer"}, "", true},
		{"Alert-Info: Ring Answer", nil, []string{"Ring Answer"}, "", true},
		{"Alert-Info: <RingAnswer>", nil, []string{"<RingAnswer>"}, "", true},
		{"Alert-Info: intercom=true", nil, []string{"<http://x>;intercom=true"}, "", true},
		{"Alert-Info: inside the brackets", nil, []string{"<http://x;info=alert-autoanswer>"}, "", true},
		{"Alert-Info: quoted", nil, []string{`<http://x>;info="alert-autoanswer"`}, "", true},
		{"Alert-Info: another ring tone", nil, []string{"<http://x/ring.wav>;info=alert-external"}, "", false},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			if got := WantsAutoAnswer(c.call, c.alert, c.answerMode); got != c.want {
				t.Error(got)
			}
		})
	}
}

func TestAnsweredElsewhere(t *testing.T) {
	for value, want := range map[string]bool{
		"": false, `SIP;cause=200;text="Call completed elsewhere"`: true, "sip ; cause = 200": true,
		"Q.850;cause=16, SIP;cause=200": true, "Q.850;cause=200": false, "SIP;cause=487": false,
	} {
		if answeredElsewhere([]string{value}) != want {
			t.Errorf("%q", value)
		}
	}
	if byeReason([]string{"Q.850;cause=16", `SIP;cause=503;text="Media lost"`}) != "Media lost" {
		t.Error("text of the second value")
	}
}

func TestOfferOf(t *testing.T) {
	multipart := "--b\r\nContent-Type: application/isup\r\n\r\nxx\r\n--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n\r\n--b--\r\n"
	for _, c := range []struct {
		arrow, kind, body, want string
		ok                      bool
	}{
		{"none", "", "", "", true},
		{"white space", sdpType, " \r\n", "", true},
		{"sdp", "Application/SDP; charset=utf-8", "v=0", "v=0", true},
		{"sdp without a type", "", "v=0", "v=0", true},
		{"text", "text/plain", "v=0", "", false},
		{"multipart", `multipart/mixed;boundary="b"`, multipart, "v=0\r\n", true},
		{"multipart without boundary", "multipart/mixed", multipart, "", false},
		{"multipart without sdp", "multipart/mixed;boundary=b", "--b\r\n\r\nx\r\n--b--", "", false},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got, ok := offerOf(c.kind, []byte(c.body))
			if string(got) != c.want || ok != c.ok {
				t.Errorf("%q %v", got, ok)
			}
		})
	}
}

func TestPhrase(t *testing.T) {
	for status, want := range map[int]string{486: "Busy Here", 299: "OK", 499: "Request Failed", 699: "Global Failure", -1: "", 9999: "Global Failure"} {
		if phrase(status) != want {
			t.Errorf("%d is %q", status, phrase(status))
		}
	}
}

func FuzzParsers(f *testing.F) {
	f.Add("multipart/mixed;boundary=b", []byte("--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--"), "<sip:a;lr>;x=<y>")
	f.Add("", []byte("SIP/2.0 180 Ringing"), `SIP;cause=200;text="a;b"`)
	f.Fuzz(func(t *testing.T, kind string, body []byte, value string) {
		if sdp, ok := offerOf(kind, body); sdp != nil && !ok {
			t.Error("a description in a body that holds none")
		}
		if status, _, ok := parseSipfrag(body); ok && (status < 100 || status > 699) {
			t.Errorf("status %d", status)
		}
		WantsAutoAnswer([]string{value}, []string{value}, value)
		r := Request{AnswerMode: kind, PrivAnswerMode: value, CallInfo: []string{value}}
		if auto, _ := r.autoAnswer(); auto {
			t.Error("answered for who may not")
		}
		r.MayAutoAnswer, r.MayCommand = true, true
		if auto, refused := r.autoAnswer(); refused || auto && r.byHand() && !answerModeOf(kind).auto && !answerModeOf(value).auto {
			t.Errorf("auto %v, refused %v", auto, refused)
		}
		answeredElsewhere([]string{value})
		byeReason([]string{value})
		if uri, route := Address("sip:a@b", []string{value, "<sip:c;lr>"}); len(route) == 0 && uri == "" {
			t.Error("a request without any address")
		}
	})
}

func TestReasonOf(t *testing.T) {
	plain := "the server does not accept this user name and password"
	for _, c := range []struct {
		arrow string
		r     Response
		want  string
	}{
		{"a phrase", Response{Status: 486, Reason: "Busy"}, "Busy"},
		{"no phrase", Response{Status: 486}, "Busy Here"},
		{"401", Response{Status: 401, Reason: "Unauthorized"}, plain},
		{"407 without a phrase", Response{Status: 407}, plain},
		{"407 with what digest says", Response{Status: 407, Reason: "realm pbx refuses"}, "realm pbx refuses"},
	} {
		if got := reasonOf(c.r); got != c.want {
			t.Errorf("%s: %q", c.arrow, got)
		}
	}
}
