package uatest

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/stun/v3"

	"offhook/ua/wire"
)

// granted are the fields of a 200 to REGISTER.
func (p *Proxy) granted(m *wire.Message, contact wire.Address, user string, expires int) []wire.Field {
	value := fmt.Sprintf("<%s>;expires=%d", contact.URI, expires)
	instance, named := contact.Params.Get("+sip.instance")
	if named {
		value += `;+sip.instance="` + instance + `"`
	}
	if p.config.GRUU && named && strings.Contains(m.Get("Supported"), "gruu") {
		value += fmt.Sprintf(`;pub-gruu="sip:%s@%s;gr=%s"`, user, p.config.Domain, strings.Trim(instance, "<>"))
	}
	var fields []wire.Field
	if id, flow := contact.Params.Get("reg-id"); flow && p.config.Outbound {
		value += ";reg-id=" + id
		fields = append(fields, wire.Field{Name: "Require", Value: "outbound"})
		if p.config.FlowTimer > 0 {
			fields = append(fields, wire.Field{Name: "Flow-Timer", Value: strconv.Itoa(p.config.FlowTimer)})
		}
	}
	return append(fields, wire.Field{Name: "Contact", Value: value})
}

// Binds counts the STUN Binding requests that were answered.
func (p *Proxy) Binds() int { return int(p.binds.Load()) }

// SeeAs has STUN answers tell another address than the truth, as behind a NAT;
// the zero value ends that.
func (p *Proxy) SeeAs(address netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seenAs = address
}

// bind answers a Binding request (RFC 8489); nil for anything else.
func (p *Proxy) bind(from netip.AddrPort, raw []byte) []byte {
	if !p.config.STUN || !stun.IsMessage(raw) {
		return nil
	}
	p.mu.Lock()
	if p.seenAs.IsValid() {
		from = p.seenAs
	}
	p.mu.Unlock()
	question := stun.Message{Raw: append([]byte(nil), raw...)}
	if question.Decode() != nil || question.Type != stun.BindingRequest {
		p.tb.Errorf("uatest: a STUN message that is no Binding request: %x", raw)
		return nil
	}
	answer, err := stun.Build(stun.NewTransactionIDSetter(question.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: net.IP(from.Addr().AsSlice()), Port: int(from.Port())})
	if err != nil {
		p.tb.Errorf("uatest: %v", err)
		return nil
	}
	p.binds.Add(1)
	return answer.Raw
}
