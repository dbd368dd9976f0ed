package vhost

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"golang.org/x/sys/unix"
)

// The messages of vhost-user that a device needs.
const (
	getFeatures         = 1
	setMemTable         = 5
	setVringNum         = 8
	setVringAddr        = 9
	setVringBase        = 10
	getVringBase        = 11
	setVringKick        = 12
	setVringCall        = 13
	setVringErr         = 14
	getProtocolFeatures = 15
	getQueueNum         = 17
	getConfig           = 24
)

const (
	headerSize = 12
	version    = 1
	isReply    = 4
	needReply  = 8

	featureProtocol = 1 << 30
	featureVersion1 = 1 << 32

	protocolMQ       = 1 << 0
	protocolReplyAck = 1 << 3
	protocolConfig   = 1 << 9

	largestMessage = 64 << 10
	noFile         = 1 << 8 // in SET_VRING_KICK and _CALL: no eventfd comes along
)

var (
	le       = binary.LittleEndian
	errShort = errors.New("a vhost-user message is too short")
	errQueue = errors.New("a vhost-user message is of a queue that is not there")
)

// Serve answers for the device, one connection after another, until the context
// ends. Ready is called once the socket is there.
func Serve(ctx context.Context, path string, d Device, ready func()) error {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	ready()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { l.Close() })()
	defer l.Close()
	for {
		c, err := l.AcceptUnix()
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		stop := context.AfterFunc(ctx, func() { c.Close() })
		err = serve(c, d)
		stop()
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// backend is one connection.
type backend struct {
	conn   *net.UnixConn
	device Device
	memory memory
	old    []memory // chains that the device holds may lie in it
	rings  []*ring
}

func serve(c *net.UnixConn, d Device) error {
	b := &backend{conn: c, device: d}
	for i := range d.Queues() {
		b.rings = append(b.rings, newRing(i))
	}
	defer func() {
		for _, r := range b.rings {
			r.close()
		}
		d.Reset()
		for _, m := range append(b.old, b.memory) {
			m.unmap()
		}
		c.Close()
	}()
	for {
		request, flags, payload, files, err := b.receive()
		if errors.Is(err, io.EOF) || errors.Is(err, unix.ECONNRESET) {
			return nil
		}
		if err != nil {
			return err
		}
		answer, err := b.handle(request, payload, files)
		if err != nil {
			return fmt.Errorf("vhost-user message %d: %w", request, err)
		}
		if answer == nil && flags&needReply != 0 {
			answer = make([]byte, 8) // done
		}
		if answer != nil {
			if err := b.reply(request, answer); err != nil {
				return err
			}
		}
	}
}

func (b *backend) receive() (request, flags uint32, payload []byte, files []int, err error) {
	header, ancillary := make([]byte, headerSize), make([]byte, unix.CmsgSpace(4*16))
	n, oob, _, _, err := b.conn.ReadMsgUnix(header, ancillary)
	if err == nil && n == 0 {
		err = io.EOF
	}
	if err == nil {
		_, err = io.ReadFull(b.conn, header[n:])
	}
	if err != nil {
		return 0, 0, nil, nil, err
	}
	size := le.Uint32(header[8:])
	if size > largestMessage {
		return 0, 0, nil, nil, errShort
	}
	messages, _ := unix.ParseSocketControlMessage(ancillary[:oob])
	for _, m := range messages {
		got, _ := unix.ParseUnixRights(&m)
		files = append(files, got...)
	}
	payload = make([]byte, size)
	_, err = io.ReadFull(b.conn, payload)
	return le.Uint32(header), le.Uint32(header[4:]), payload, files, err
}

func (b *backend) reply(request uint32, payload []byte) error {
	m := le.AppendUint32(nil, request)
	m = le.AppendUint32(m, version|isReply)
	m = le.AppendUint32(m, uint32(len(payload)))
	_, err := b.conn.Write(append(m, payload...))
	return err
}

// handle does what a message asks; the answer is nil where it asks for none.
func (b *backend) handle(request uint32, p []byte, files []int) ([]byte, error) {
	switch request {
	case getFeatures:
		return le.AppendUint64(nil, b.device.Features()|featureVersion1|featureProtocol), nil
	case getProtocolFeatures:
		return le.AppendUint64(nil, protocolMQ|protocolReplyAck|protocolConfig), nil
	case getQueueNum:
		return le.AppendUint64(nil, uint64(len(b.rings))), nil
	case getConfig:
		return b.config(p)
	case setMemTable:
		return nil, b.setMemory(p, files)
	case setVringNum, setVringAddr, setVringBase, getVringBase, setVringKick, setVringCall:
		return b.vring(request, p, files)
	case setVringErr:
		for _, f := range files {
			unix.Close(f)
		}
	}
	return nil, nil // owner, features: nothing of ours depends on them
}

func (b *backend) config(p []byte) ([]byte, error) {
	if len(p) < 12 {
		return nil, errShort
	}
	space := p[12:]
	clear(space)
	config, offset := b.device.Config(), int(le.Uint32(p))
	if offset < len(config) {
		copy(space, config[offset:])
	}
	return p, nil
}

func (b *backend) setMemory(p []byte, files []int) error {
	running := make([]bool, len(b.rings))
	for i, r := range b.rings {
		running[i] = r.on
		r.halt()
	}
	b.old = append(b.old, b.memory)
	var err error
	if b.memory, err = mapMemory(p, files); err != nil {
		return err
	}
	for i, r := range b.rings {
		if running[i] {
			if err := r.start(b.memory, b.device.Handle); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *backend) vring(request uint32, p []byte, files []int) ([]byte, error) {
	if len(p) < 8 {
		return nil, errShort
	}
	index := le.Uint32(p) & 0xff
	if int(index) >= len(b.rings) {
		return nil, errQueue
	}
	r, value := b.rings[index], le.Uint32(p[4:])
	switch request {
	case setVringNum:
		r.size = value
	case setVringBase:
		r.taken, r.given = uint16(value), uint16(value)
	case setVringAddr:
		if len(p) < 40 {
			return nil, errShort
		}
		r.descAt, r.usedAt, r.availAt = le.Uint64(p[8:]), le.Uint64(p[16:]), le.Uint64(p[24:])
	case getVringBase:
		r.halt()
		if index == 0 {
			b.device.Reset()
		}
		return le.AppendUint32(le.AppendUint32(nil, index), uint32(r.taken)), nil
	case setVringCall:
		file := -1
		if len(files) > 0 {
			file = files[0]
		}
		r.setCall(file)
	case setVringKick:
		if le.Uint32(p)&noFile != 0 || len(files) == 0 {
			return nil, nil
		}
		r.halt()
		if r.kick >= 0 {
			unix.Close(r.kick)
		}
		r.kick = files[0]
		return nil, r.start(b.memory, b.device.Handle)
	}
	return nil, nil
}
