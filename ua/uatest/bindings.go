package uatest

// Registered reports whether a user has a binding.
func (p *Proxy) Registered(user string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.bindings[user]
	return ok
}
