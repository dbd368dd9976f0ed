package vhost

// Chain is a descriptor chain: what the driver wrote, and room for an answer. Done
// gives it back, once.
type Chain struct {
	Out [][]byte
	In  [][]byte

	head  uint16
	queue *ring
}

// Request is what the driver wrote, in one piece.
func (c *Chain) Request() []byte {
	var all []byte
	for _, part := range c.Out {
		all = append(all, part...)
	}
	return all
}

// Answer writes to the room there is and gives the chain back.
func (c *Chain) Answer(data ...byte) {
	at := 0
	for _, room := range c.In {
		at += copy(room, data[at:])
	}
	c.Done(at)
}

// Done gives the chain back with so many octets written. The memory must not be
// touched afterwards.
func (c *Chain) Done(written int) { c.queue.giveBack(c.head, written) }
