package provisioning

import "testing"

// TestMatchers has every pattern compile: they do so when first needed.
func TestMatchers(t *testing.T) {
	for name, match := range matchers {
		if match("\x00") == "" {
			t.Errorf("%s takes a NUL", name)
		}
	}
}
