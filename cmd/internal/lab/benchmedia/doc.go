// Package benchmedia measures the play-out buffer against what is possible.
//
// Seeded networks are played to four listeners: the offline optimum, which
// knows the future; NetEQ's rules, re-built; the best fixed buffer; and
// media/jitter. Each is judged by the E-model (ITU-T G.107) from its mean delay
// and from what it made up or left out. docs/benchmarks.md tells the method.
package benchmedia
