package copper

import (
	"sync"

	"offhook/cmd/internal/lab/boardbox/vhost"
)

// The words of virtio 1.2 §5.16.
const (
	featureZeroLength = 1 << 0
	flagRead          = 1 << 1
	transferOK        = 0
	transferErr       = 1
)

// Chip is what listens at an address of the bus.
type Chip interface{ Write(p []byte) }

// Answerer is a chip that is read, too; what is not one answers zeros, as a status
// register at rest.
type Answerer interface {
	Chip
	Read(p []byte)
}

// Bus is an I2C bus as a virtio device.
type Bus struct {
	mu    sync.Mutex
	chips map[uint16]Chip
}

// NewBus makes a bus with these chips by address.
func NewBus(chips map[uint16]Chip) *Bus { return &Bus{chips: chips} }

var _ vhost.Device = (*Bus)(nil)

// Features implements vhost.Device.
func (*Bus) Features() uint64 { return featureZeroLength }

// Queues implements vhost.Device.
func (*Bus) Queues() int { return 1 }

// Config implements vhost.Device.
func (*Bus) Config() []byte { return nil }

// Reset implements vhost.Device: a bus has no state.
func (*Bus) Reset() {}

// Handle does one transfer: a header, what is written or room for what is read,
// and the status.
func (b *Bus) Handle(_ int, c *vhost.Chain) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(c.In) == 0 {
		c.Done(0)
		return
	}
	status, rooms := c.In[len(c.In)-1], c.In[:len(c.In)-1]
	read := 0
	for _, room := range rooms {
		clear(room)
		read += len(room)
	}
	status[0] = b.transfer(c.Request(), rooms)
	c.Done(read + 1)
}

func (b *Bus) transfer(request []byte, rooms [][]byte) byte {
	if len(request) < 8 {
		return transferErr
	}
	chip := b.chips[le.Uint16(request)>>1]
	if chip == nil {
		return transferErr
	}
	if le.Uint32(request[4:])&flagRead == 0 {
		chip.Write(request[8:])
		return transferOK
	}
	if chip, ok := chip.(Answerer); ok {
		for _, room := range rooms {
			chip.Read(room)
		}
	}
	return transferOK
}
