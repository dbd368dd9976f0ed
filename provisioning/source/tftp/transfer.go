package tftp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

var errSilent = errors.New("no answer")

// transfer is one file on its way.
type transfer struct {
	conn   *net.UDPConn
	server *net.UDPAddr // its port is that of the request until it answered from another
	retry  time.Duration
	max    int64

	met   bool // the server has answered, from the port it keeps
	block int  // bytes of a full packet
	want  uint16
	data  []byte
}

// run asks for a file and takes it. A server that knows no options ignores them
// (RFC 2347 §Introduction); one that stumbles over them is asked without.
func (t *transfer) run(ctx context.Context, file string) ([]byte, error) {
	asked := *t.server
	data, err := t.take(ctx, read(file, "blksize", strconv.Itoa(askedBlock), "tsize", "0"))
	var refused *RefusedError
	if errors.As(err, &refused) && refused.Code == optionsRefused {
		t.server, t.met = &asked, false
		return t.take(ctx, read(file))
	}
	return data, err
}

func (t *transfer) take(ctx context.Context, request []byte) ([]byte, error) {
	t.block, t.want, t.data = plainBlock, 1, nil
	for last := request; ; {
		p, err := t.exchange(ctx, last)
		if err != nil {
			return nil, err
		}
		switch p.op {
		case opError:
			return nil, p.refused
		case opOptionsAgreed:
			if err := t.agree(p.options); err != nil {
				t.tell(refuse(optionsRefused, err.Error()))
				return nil, err
			}
			last = acknowledge(0)
		case opData:
			if int64(len(t.data)+len(p.data)) > t.max {
				return nil, t.tooLarge()
			}
			t.data = append(t.data, p.data...)
			last = acknowledge(t.want)
			t.want++ // after 65535 comes 0: servers of large files agree
			if len(p.data) < t.block {
				t.tell(last)
				return t.whole()
			}
		}
	}
}

func (t *transfer) whole() ([]byte, error) {
	if len(t.data) == 0 {
		return nil, errors.New("the file is empty; mend it on the server")
	}
	return t.data, nil
}

func (t *transfer) tooLarge() error {
	t.tell(refuse(3, "too large"))
	return fmt.Errorf("the file is larger than %d bytes; this is not a phone's configuration", t.max)
}

// agree takes the options that the server agreed to.
func (t *transfer) agree(options map[string]string) error {
	if given, ok := options["blksize"]; ok {
		size, err := strconv.Atoi(given)
		if err != nil || size < leastBlock || size > askedBlock {
			return fmt.Errorf("the server wants blocks of %q bytes; mend the server", printable([]byte(given)))
		}
		t.block = size
	}
	if size, err := strconv.ParseInt(options["tsize"], 10, 64); err == nil && size > t.max {
		return t.tooLarge()
	}
	return nil
}

// exchange sends a packet until the next of the transfer comes.
func (t *transfer) exchange(ctx context.Context, out []byte) (packet, error) {
	wait := t.retry
	for range tries {
		if err := ctx.Err(); err != nil {
			return packet{}, err
		}
		t.tell(out)
		p, err := t.next(ctx, time.Now().Add(wait))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return p, err
		}
		wait *= 2
	}
	return packet{}, errSilent
}

// next is the next packet of this transfer. What others send, and what was had
// before, is passed over: a repeated packet is not answered, or each would be
// sent twice for ever (RFC 1123 §4.2.3.1).
func (t *transfer) next(ctx context.Context, until time.Time) (packet, error) {
	buffer := make([]byte, largestPacket+1)
	for {
		if err := t.conn.SetReadDeadline(until); err != nil {
			return packet{}, err
		}
		if err := ctx.Err(); err != nil { // its deadline may have been overwritten
			return packet{}, err
		}
		n, from, err := t.conn.ReadFromUDP(buffer)
		if err != nil {
			return packet{}, err
		}
		if !from.IP.Equal(t.server.IP) || t.met && from.Port != t.server.Port {
			if from.IP.Equal(t.server.IP) { // RFC 1350 §4
				_, _ = t.conn.WriteToUDP(refuse(unknownTransfer, "unknown transfer"), from)
			}
			continue
		}
		p, err := parse(buffer[:n])
		if err != nil || !t.fits(p) {
			continue
		}
		t.met, t.server = true, from
		return p, nil
	}
}

// fits tells whether a packet is the next of the transfer.
func (t *transfer) fits(p packet) bool {
	switch p.op {
	case opData:
		return p.block == t.want && len(p.data) <= t.block
	case opOptionsAgreed:
		return t.want == 1 && len(t.data) == 0 && t.block == plainBlock
	}
	return p.op == opError
}

// tell sends; what cannot be sent is sent again with the next try.
func (t *transfer) tell(b []byte) { _, _ = t.conn.WriteToUDP(b, t.server) }
