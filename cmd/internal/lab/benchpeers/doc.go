// Package benchpeers measures what a call costs: this telephone beside others,
// in one run on one machine.
//
// Each program registers at the workbench's exchange over TLS, calls its echo,
// and speaks the same speech from a file by SDES-SRTP. What counts is the
// processor time that the kernel charged to the program's processes while it
// spoke, and what they hold in memory. All speak at the same time, so that what else
// the machine does falls on all alike; figures are medians over the rounds.
//
// A program that is not installed is left out, and its figures are absent.
package benchpeers

import "time"

const (
	patience   = 10 * time.Second
	warmUp     = 3 * time.Second // of a call, before it is measured
	settling   = 2 * time.Second // after the registration, before rest is measured
	echoNumber = "600"
)
