package locate

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/net/dns/dnsmessage"
)

// NAPTR returns a name's records, by order and preference (RFC 3403 §4.1); none
// are no error.
func (r *Resolver) NAPTR(ctx context.Context, name string) ([]NAPTR, error) {
	a, err := r.lookup(ctx, r.settings(), name, typeNAPTR)
	if err != nil {
		return nil, explain(name, err)
	}
	out := slices.Clone(a.naptr)
	sort(out, func(a, b NAPTR) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	return out, nil
}

// SRV returns a name's records in the order to try them (RFC 2782); none are no
// error.
func (r *Resolver) SRV(ctx context.Context, name string) ([]SRV, error) {
	a, err := r.lookup(ctx, r.settings(), name, dnsmessage.TypeSRV)
	if err != nil {
		return nil, explain(name, err)
	}
	return Order(a.srv, r.random), nil
}

// Domains are those in which the system looks for short names.
func (r *Resolver) Domains() []string { return slices.Clone(r.settings().search) }
