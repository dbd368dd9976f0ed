// Package watched is what is known of the resources whose dialogs a telephone
// watches (RFC 4235), each with a subscription of its own or all of them by one
// to a list (RFC 4662), and what of that is news.
package watched
