package localapi

import (
	"context"
	"slices"
	"testing"
)

func (f *fakeBackend) Accept(_ context.Context, server string) (string, error) {
	return "https://prov.example", f.called("accept " + server)
}

func (f *fakeBackend) Refuse(_ context.Context, server string) (string, error) {
	return "https://prov.example", f.called("refuse " + server)
}

func (f *fakeBackend) Forget(_ context.Context, server string) (string, error) {
	return "https://prov.example", f.called("forget " + server)
}

func TestAccept_and_its_likes_reach_the_backend(t *testing.T) {
	b := &fakeBackend{}
	c, _ := serve(t, b)
	for _, decide := range []func(context.Context, string) (string, error){c.Accept, c.Refuse, c.Forget} {
		if server, err := decide(t.Context(), "https://prov.example"); err != nil || server != "https://prov.example" {
			t.Errorf("%q, %v", server, err)
		}
	}
	if !slices.Equal(b.calls, []string{"accept https://prov.example", "refuse https://prov.example", "forget https://prov.example"}) {
		t.Errorf("%q", b.calls)
	}
}
