// Package notifier is the notifier's side of SUBSCRIBE and NOTIFY (RFC 6665 §4.2)
// as a pure machine: one Machine is one subscription of somebody else's to us.
//
// The agent feeds it what happens and executes its actions in order. Notify sends
// the full state as it is at that moment, with a version that counts up, so a
// change that happens while a NOTIFY is under way costs one more and not one each.
package notifier
