package agent

import (
	"slices"
	"strings"

	"offhook/ua/registration"
	"offhook/ua/wire"
)

// mostTemporary bounds the temporary GRUUs of a binding that are remembered.
const mostTemporary = 32

// asksGRUU reports whether the account wants a GRUU: only where somebody has
// said that the servers follow theirs. Some give them to all who support them,
// and then do not know the way when one stands in a dialog's request.
func (o *owner) asksGRUU(l *line) bool { return l.account.GRUU && o.config.InstanceID != "" }

// gruuOf is the URI that reaches this very telephone (RFC 5627 §4.2): the
// public one, for who may know our name; a registrar that gives only the
// temporary one means that.
func gruuOf(response registration.Response) string {
	own, _ := registration.Own(response)
	if gruu := validGRUU(own.PubGRUU); gruu != "" {
		return gruu
	}
	return validGRUU(own.TempGRUU)
}

// validGRUU is a URI that can be one, "" for any other: it has a gr parameter
// (RFC 5627 §3), and nothing that a Contact could not have.
func validGRUU(text string) string {
	uri, err := wire.ParseURI(text)
	if err != nil || uri.Headers != "" || strings.ContainsAny(text, " <>\"") || hasControl(text) {
		return ""
	}
	if _, ok := uri.Param("gr"); !ok {
		return ""
	}
	return uri.String()
}

// addTemporary notes the temporary GRUU of a response. Each refresh brings another
// one; those before it stay valid as long as the binding and the Call-ID of its
// REGISTERs (RFC 5627 §5.1).
func (b *binding) addTemporary(response registration.Response) {
	own, _ := registration.Own(response)
	gruu := validGRUU(own.TempGRUU)
	if gruu == "" || slices.Contains(b.temporary, gruu) {
		return
	}
	b.temporary = append(b.temporary, gruu)
	if len(b.temporary) > mostTemporary {
		b.temporary = slices.Delete(b.temporary, 0, 1)
	}
}

// temporaryFor is the temporary GRUU of a call: the one that it has while that is
// valid, else the latest; "" for none.
func (b *binding) temporaryFor(has string) string {
	if len(b.temporary) == 0 {
		return ""
	}
	if slices.Contains(b.temporary, has) {
		return has
	}
	return b.temporary[len(b.temporary)-1]
}

// forgetGRUUs: without a binding there are none.
func (b *binding) forgetGRUUs() { b.gruu, b.temporary = "", nil }
