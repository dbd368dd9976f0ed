package localapi

import (
	"context"
	"slices"
	"testing"
)

func (f *fakeBackend) Accept(_ context.Context, server string) (string, error) {
	return "https://prov.example", f.called("accept " + server)
}

func TestAccept_reaches_the_backend(t *testing.T) {
	b := &fakeBackend{}
	c, _ := serve(t, b)
	server, err := c.Accept(t.Context(), "https://prov.example")
	if err != nil || server != "https://prov.example" || !slices.Equal(b.calls, []string{"accept https://prov.example"}) {
		t.Errorf("%q, %v, %q", server, err, b.calls)
	}
}
