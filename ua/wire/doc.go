// Package wire takes SIP messages apart and puts their parts into one form:
// long header names, unfolded lines, single spaces where RFC 3261 §25 allows
// many, parameter names that compare without regard to case, quoted strings
// that may hold any separator.
//
// It says what is written, not what it means; package guard judges it. Every
// function is linear in its input.
package wire
