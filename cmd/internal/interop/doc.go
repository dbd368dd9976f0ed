// Package interop holds tests of the whole telephone with real peers: Kamailio
// as registrar and proxy, baresip as the far end, sipp as whoever misbehaves
// on purpose, and Chromium in front of the faceplate. docs/interop.md lists
// what is tried.
//
//	go test -tags interop ./cmd/internal/interop     make interop
//	go test -tags browser ./cmd/internal/interop     make browser, make screenshots
//
// Every test starts its own peers on loopback and ends them by the ids that it
// started. Sound is measured, not assumed.
package interop
