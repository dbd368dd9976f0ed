//go:build !arm && !arm64 && !amd64

package confine

const (
	machine = 0
	foreign = 0xffffffff
)

var machines []uint32
