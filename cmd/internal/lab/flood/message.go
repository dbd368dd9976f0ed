package flood

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// offer is a description that a telephone could answer.
const offer = "v=0\r\no=- 1 1 IN IP4 %FROM%\r\ns=-\r\nc=IN IP4 %FROM%\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0\r\n"

// plain is a request out of dialogs.
func plain(method, user, body string) string { return request(method, user, "flood-%N%", "", body) }

// request is a template: %N% is its number, %FROM% and %PORT% where it comes from,
// %CALL% the Call-ID of the call that is up.
func request(method, user, callID, more, body string) string {
	if body != "" {
		more += "Content-Type: application/sdp\r\n"
	}
	return method + " sip:" + user + "@%TO% SIP/2.0\r\nVia: SIP/2.0/UDP %FROM%:%PORT%;branch=z9hG4bK%N%;rport\r\nMax-Forwards: 70\r\n" +
		"From: <sip:%USER%@%FROM%>;tag=f%N%\r\nTo: <sip:" + user + "@%TO%>\r\nCall-ID: " + callID + "\r\nCSeq: 1 " + method + "\r\n" +
		"Contact: <sip:%USER%@%FROM%:%PORT%>\r\n" + more + "Content-Length: %LENGTH%\r\n\r\n" + body
}

// endings are what would end the call, or change it, if who is not in it could.
func endings() (all []string) {
	for _, r := range []struct{ method, more string }{
		{"BYE", ""}, {"CANCEL", ""},
		{"NOTIFY", "Event: check-sync;reboot=true\r\nSubscription-State: terminated\r\n"},
		{"NOTIFY", "Event: refer\r\nSubscription-State: terminated\r\n"},
	} {
		text := request(r.method, extension, "%CALL%", r.more, "")
		all = append(all, text)
		if r.method != "CANCEL" { // in a dialog, whose tag is guessed
			all = append(all, strings.Replace(text, "To: <sip:"+extension+"@%TO%>", "To: <sip:"+extension+"@%TO%>;tag=t%N%", 1))
		}
	}
	return all
}

// scanners are the names that tools for finding telephones give themselves.
func scanners() (all []string) {
	for _, name := range []string{"friendly-scanner", "sipvicious", "sipcli/v1.8", "VaxSIPUserAgent/3.1", "pplsip", "sundayddr", "sip-scan"} {
		for _, method := range []string{"OPTIONS", "REGISTER", "INVITE"} {
			all = append(all, request(method, "100", "flood-%N%", "User-Agent: "+name+"\r\n", ""))
		}
	}
	return all
}

// garbage is nearly SIP, and nothing like it.
var garbage = []string{
	"\x00\x01\x02\xff\xfe%N%", "INVITE", "SIP/2.0", "INVITE sip:%USER%@%TO% SIP/2.0\r\n\r\n", "%N%\r\n\r\n\r\n",
	"OPTIONS sip:a SIP/9.9\r\nVia: ;;;;\r\nContent-Length: 99999999\r\n\r\n", strings.Repeat("A", 1400),
	"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP %FROM%:%PORT%;branch=z9hG4bK%N%\r\nCSeq: 1 INVITE\r\n\r\n",
	"INVITE sip:%USER%@%TO% SIP/2.0\r\n" + strings.Repeat("Via: SIP/2.0/UDP x;branch=z9hG4bK%N%\r\n", 30) + "\r\n",
}

// fill makes the number-th message of a template.
func fill(template string, number uint64, from netip.AddrPort, o Order) string {
	n := strconv.FormatUint(number, 36)
	head, body, _ := strings.Cut(template, "\r\n\r\n")
	values := strings.NewReplacer("%N%", n, "%FROM%", from.Addr().String(), "%PORT%", strconv.Itoa(int(from.Port())),
		"%TO%", o.UDP.Addr().String(), "%CALL%", o.CallID, "%USER%", fmt.Sprint(100+number%900))
	body = values.Replace(body)
	head = strings.Replace(values.Replace(head), "%LENGTH%", strconv.Itoa(len(body)), 1)
	if !strings.Contains(template, "\r\n\r\n") {
		return head
	}
	return head + "\r\n\r\n" + body
}

// alarming tells of an answer that a stranger must not get: his INVITE rings or is
// accepted, or his BYE, CANCEL or NOTIFY is taken.
func alarming(answer string) bool {
	text, ok := strings.CutPrefix(answer, "SIP/2.0 ")
	if !ok || len(text) < 3 {
		return false
	}
	status, err := strconv.Atoi(text[:3])
	if err != nil || status <= 100 || status >= 300 {
		return false
	}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(strings.TrimSpace(name), "CSeq") {
			_, method, _ := strings.Cut(strings.TrimSpace(value), " ")
			return method != "OPTIONS"
		}
	}
	return true
}
