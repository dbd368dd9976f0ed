// Package updates installs other versions in a running telephone, good and bad ones,
// and kills it at any instant, as a power cut does: it has to end with a version that
// works, every time.
package updates
