//go:build arm && !arm.7

package app

// The binary for ARMv6 runs on one slow core.
const (
	slowest        = true
	opusComplexity = 0
)
