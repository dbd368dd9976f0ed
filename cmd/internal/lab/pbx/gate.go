package pbx

import (
	"sync"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// gate counts the goroutines of others that are inside our handlers, so that
// Close can wait for them. Once closed nobody gets in.
type gate struct {
	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.inside.Add(1)
	return true
}

func (g *gate) leave() { g.inside.Done() }

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
}

func (g *gate) wait() { g.inside.Wait() }

// guard lets a handler run while the exchange is open, and survive a message
// that it was not ready for: sipgo would end the process.
func (p *PBX) guard(handler sipgo.RequestHandler) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		if !p.handlers.enter() {
			return
		}
		defer p.handlers.leave()
		if req.From() == nil || req.To() == nil || req.CallID() == nil || req.CSeq() == nil {
			p.answer(req, tx, 400, "Missing mandatory header")
			return
		}
		handler(req, tx)
	}
}
