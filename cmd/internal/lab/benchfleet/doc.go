// Package benchfleet runs a fleet: a thousand whole telephones in one process, beside
// an exchange and a provisioning server in another. It measures what a telephone
// takes, and what a fleet does to its servers when the exchange starts anew or all
// telephones are told to fetch.
package benchfleet
