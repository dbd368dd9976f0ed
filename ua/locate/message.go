package locate

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// What may come in a datagram: it fits every path (RFC 9715 §3.1, DNS flag day 2020).
const datagramSize = 1232

// Bounds of what one answer may make us do.
const (
	maxRecords = 64
	maxChain   = 8                // CNAMEs in a row
	ttlMost    = time.Minute      // what a server says that lies, or was corrected since, does not count for a day
	negative   = 10 * time.Second // without a SOA, which RFC 2308 §5 would not keep at all: less than until the next attempt
	negMost    = 5 * time.Minute  // RFC 2308 §5 lets it be bounded
)

var (
	errMismatch = errors.New("locate: an answer to another question")
	errRCode    = errors.New("locate: the name server cannot answer")
	errChain    = errors.New("locate: too many CNAMEs in a row")
)

// answer is what is taken of a response.
type answer struct {
	exists    bool // false: no such name (NXDOMAIN)
	truncated bool
	noEDNS    bool   // FORMERR: the server may not know EDNS0
	alias     string // CNAME whose records did not come along
	ttl       time.Duration
	addresses []netip.Addr
	srv       []SRV
	naptr     []NAPTR
}

func (a answer) empty() bool { return len(a.addresses)+len(a.srv)+len(a.naptr) == 0 }

// question packs a query. edns asks for larger datagrams (RFC 6891 §6.2.3).
func question(id uint16, name string, kind dnsmessage.Type, edns bool) ([]byte, error) {
	full, err := dnsmessage.NewName(strings.TrimSuffix(name, ".") + ".")
	if err != nil {
		return nil, err
	}
	b := dnsmessage.NewBuilder(make([]byte, 0, 128), dnsmessage.Header{ID: id, RecursionDesired: true})
	if err := b.StartQuestions(); err != nil {
		return nil, err
	}
	if err := b.Question(dnsmessage.Question{Name: full, Type: kind, Class: dnsmessage.ClassINET}); err != nil {
		return nil, err
	}
	if edns {
		var header dnsmessage.ResourceHeader
		if err := header.SetEDNS0(datagramSize, dnsmessage.RCodeSuccess, false); err != nil {
			return nil, err
		}
		if err := b.StartAdditionals(); err != nil {
			return nil, err
		}
		if err := b.OPTResource(header, dnsmessage.OPTResource{}); err != nil {
			return nil, err
		}
	}
	return b.Finish()
}

// parse reads a response to a query. What answers another question is refused
// (RFC 5452 §9.1); an error wraps errRCode if the server said that it has none.
func parse(raw []byte, id uint16, name string, kind dnsmessage.Type) (answer, error) {
	var p dnsmessage.Parser
	header, err := p.Start(raw)
	if err != nil {
		return answer{}, err
	}
	if !header.Response || header.ID != id || header.OpCode != 0 {
		return answer{}, errMismatch
	}
	if header.RCode == dnsmessage.RCodeFormatError && len(raw) == 12 {
		return answer{noEDNS: true}, errRCode // RFC 6891 §7: nothing but a header
	}
	asked, err := p.AllQuestions()
	if err != nil {
		return answer{}, err
	}
	if len(asked) != 1 || !sameName(asked[0].Name.String(), name) || asked[0].Type != kind || asked[0].Class != dnsmessage.ClassINET {
		return answer{}, errMismatch
	}
	switch header.RCode {
	case dnsmessage.RCodeSuccess, dnsmessage.RCodeNameError:
	case dnsmessage.RCodeFormatError, dnsmessage.RCodeNotImplemented:
		return answer{noEDNS: true}, errRCode
	default:
		return answer{}, errRCode
	}
	a := answer{exists: header.RCode == dnsmessage.RCodeSuccess, truncated: header.Truncated, ttl: ttlMost}
	if a.truncated {
		return a, nil // to be asked for again over TCP
	}
	records, err := readRecords(&p)
	if err != nil {
		return answer{}, err
	}
	err = a.take(records, name, kind)
	if !a.exists {
		a.alias = "" // it is the last name that does not exist (RFC 2308 §2.1)
	}
	if a.empty() && a.alias == "" {
		a.ttl = negativeTTL(&p)
	}
	return a, err
}

func sameName(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "."), strings.TrimSuffix(b, "."))
}

type record struct {
	name string
	kind dnsmessage.Type
	ttl  time.Duration
	body answer
}

// readRecords reads the answer section, what is of use of it.
func readRecords(p *dnsmessage.Parser) ([]record, error) {
	var out []record
	for {
		header, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		if header.Class != dnsmessage.ClassINET || len(out) >= maxRecords {
			if err := p.SkipAnswer(); err != nil {
				return nil, err
			}
			continue
		}
		r := record{name: header.Name.String(), kind: header.Type, ttl: seconds(header.TTL)}
		if err := r.read(p); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
}

// seconds reads a TTL; one with the highest bit counts as 0 (RFC 2181 §8).
func seconds(ttl uint32) time.Duration {
	if ttl > 1<<31-1 {
		return 0
	}
	return min(time.Duration(ttl)*time.Second, ttlMost)
}

func (r *record) read(p *dnsmessage.Parser) error {
	switch r.kind {
	case dnsmessage.TypeA:
		body, err := p.AResource()
		r.body.addresses = []netip.Addr{netip.AddrFrom4(body.A)}
		return err
	case dnsmessage.TypeAAAA:
		body, err := p.AAAAResource()
		r.body.addresses = []netip.Addr{netip.AddrFrom16(body.AAAA).Unmap()}
		return err
	case dnsmessage.TypeCNAME:
		body, err := p.CNAMEResource()
		r.body.alias = strings.TrimSuffix(body.CNAME.String(), ".")
		return err
	case dnsmessage.TypeSRV:
		body, err := p.SRVResource()
		r.body.srv = []SRV{{body.Priority, body.Weight, body.Port, strings.TrimSuffix(body.Target.String(), ".")}}
		return err
	case typeNAPTR:
		body, err := p.UnknownResource()
		if err != nil {
			return err
		}
		one, err := ParseNAPTR(body.Data)
		r.body.naptr = []NAPTR{one}
		return err
	}
	return p.SkipAnswer()
}

// take follows the CNAMEs from the name and keeps what the last one has. What
// belongs to other names is nobody's business here.
func (a *answer) take(records []record, name string, kind dnsmessage.Type) error {
	for range maxChain {
		alias := ""
		for _, r := range records {
			switch {
			case !sameName(r.name, name):
			case r.kind == kind:
				a.addresses = append(a.addresses, r.body.addresses...)
				a.srv = append(a.srv, r.body.srv...)
				a.naptr = append(a.naptr, r.body.naptr...)
				a.ttl = min(a.ttl, r.ttl)
			case r.kind == dnsmessage.TypeCNAME:
				alias = r.body.alias
				a.ttl = min(a.ttl, r.ttl)
			}
		}
		if !a.empty() || alias == "" {
			return nil
		}
		name, a.alias = alias, alias
	}
	return errChain
}

// negativeTTL is the SOA's (RFC 2308 §5).
func negativeTTL(p *dnsmessage.Parser) time.Duration {
	if p.SkipAllAnswers() != nil {
		return negative
	}
	for {
		header, err := p.AuthorityHeader()
		if err != nil {
			return negative
		}
		if header.Type != dnsmessage.TypeSOA {
			if p.SkipAuthority() != nil {
				return negative
			}
			continue
		}
		soa, err := p.SOAResource()
		if err != nil {
			return negative
		}
		return min(seconds(header.TTL), seconds(soa.MinTTL), negMost)
	}
}

// framed puts the length before a message, as TCP wants (RFC 1035 §4.2.2).
func framed(message []byte) []byte {
	return append(binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(message)), uint16(len(message))), message...)
}
