// Package refresh is what every binding that has to be kept alive with a server
// has in common, registrations and subscriptions alike: when to refresh, when to
// try again, how long to ask for, which timer and which transaction is meant.
// All of it is values without a clock: a pure machine holds them.
package refresh
