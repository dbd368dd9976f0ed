//go:build !arm || arm.7

package app

const (
	slowest        = false
	opusComplexity = 5
)
