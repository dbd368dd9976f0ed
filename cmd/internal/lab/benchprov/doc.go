// Package benchprov measures provisioning: whether a phone comes back with a
// document that works wherever in a change it is killed or loses its power, how
// soon a change on the server is in force, and what is known of other makers'
// files. The Manager, the store and the telephone are the product's own.
package benchprov
