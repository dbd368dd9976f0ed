package peer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// call is an INVITE over UDP to a program that answers at once (RFC 3261 §13, §17.1.1), as
// little of it as loopback needs.
type call struct {
	conn *net.UDPConn
	to   netip.AddrPort
	tag  string
}

const patience = 5 * time.Second

var errNoAnswer = errors.New("the program does not answer the call")

func newCall(to netip.AddrPort) (*call, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	return &call{conn: conn, to: to}, nil
}

func (c *call) port() int { return c.conn.LocalAddr().(*net.UDPAddr).Port }

// message is a request of the call; its transaction is known by the branch.
func (c *call) message(method, branch string, cseq int, body string) string {
	to := fmt.Sprintf("<sip:bench@%s>", c.to)
	if c.tag != "" {
		to += ";tag=" + c.tag
	}
	lines := []string{
		fmt.Sprintf("%s sip:bench@%s SIP/2.0", method, c.to),
		fmt.Sprintf("Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%s%d;rport", c.port(), branch, c.port()),
		"Max-Forwards: 70",
		fmt.Sprintf("From: <sip:network@127.0.0.1:%d>;tag=n%d", c.port(), c.port()),
		"To: " + to,
		fmt.Sprintf("Call-ID: bench-%d", c.port()),
		fmt.Sprintf("CSeq: %d %s", cseq, method),
		fmt.Sprintf("Contact: <sip:network@127.0.0.1:%d>", c.port()),
	}
	if body != "" {
		lines = append(lines, "Content-Type: application/sdp")
	}
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
	return strings.Join(lines, "\r\n")
}

// invite calls, and returns where the program wants its RTP.
func (c *call) invite(ctx context.Context, rtp int, ptime time.Duration) (netip.AddrPort, error) {
	body := fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:%d\r\na=sendrecv\r\n",
		rtp, ptime.Milliseconds())
	reply, err := c.ask(ctx, c.message("INVITE", "i", 1, body), "1 INVITE")
	if err != nil {
		return netip.AddrPort{}, err
	}
	if !strings.HasPrefix(reply, "SIP/2.0 200") {
		return netip.AddrPort{}, fmt.Errorf("%w: %.60q", errNoAnswer, reply)
	}
	if m := toTag.FindStringSubmatch(reply); m != nil {
		c.tag = m[1]
	}
	if _, err := c.conn.WriteToUDPAddrPort([]byte(c.message("ACK", "a", 1, "")), c.to); err != nil {
		return netip.AddrPort{}, err
	}
	m := mediaPort.FindStringSubmatch(reply)
	if m == nil {
		return netip.AddrPort{}, fmt.Errorf("%w: no sound in its answer", errNoAnswer)
	}
	port, err := strconv.ParseUint(m[1], 10, 16)
	return netip.AddrPortFrom(c.to.Addr(), uint16(port)), err
}

var (
	toTag     = regexp.MustCompile(`(?im)^to:.*;tag=([^;\s]+)`)
	mediaPort = regexp.MustCompile(`(?m)^m=audio (\d+) `)
)

// ask sends a request, again and again, up to its final response (RFC 3261 §17.1.1.2).
func (c *call) ask(ctx context.Context, request, cseq string) (string, error) {
	end := time.Now().Add(patience)
	raw := make([]byte, 8192)
	for time.Now().Before(end) && ctx.Err() == nil {
		if _, err := c.conn.WriteToUDPAddrPort([]byte(request), c.to); err != nil {
			return "", err
		}
		if err := c.conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
			return "", err
		}
		for {
			n, _, err := c.conn.ReadFromUDPAddrPort(raw)
			if err != nil {
				break
			}
			reply := string(raw[:n])
			if strings.HasPrefix(reply, "SIP/2.0 ") && !strings.HasPrefix(reply, "SIP/2.0 1") && strings.Contains(reply, cseq) {
				return reply, nil
			}
		}
	}
	return "", errors.Join(errNoAnswer, ctx.Err())
}

// bye ends the call.
func (c *call) bye(ctx context.Context) error {
	_, err := c.ask(ctx, c.message("BYE", "b", 2, ""), "2 BYE")
	return errors.Join(err, c.conn.Close())
}
