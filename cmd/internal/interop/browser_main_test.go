//go:build browser && !interop

package interop

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	status := m.Run()
	removeBinary()
	os.Exit(status)
}
