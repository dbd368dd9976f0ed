// Package subscription is the subscriber's side of SUBSCRIBE and NOTIFY (RFC 6665)
// as a pure machine, one for all event packages. What the bodies say is told by
// the packages in ua/events; the other side is ua/subscription/notifier.
//
// # How an agent runs a Machine
//
// One Machine is one subscription, for one account and event package. The agent
// calls Step for everything that happens and executes the actions in order:
//
//   - Send: SUBSCRIBE with Event, Accept and Expires. Without a Dialog (Tag is
//     empty) it opens a new one, to the account's AOR, with a new Call-ID and
//     From tag; NOTIFYs of older ones are answered 481 by the agent. With one, it
//     goes in it: dialog.Address gives Request-URI and Route, CSeq counts up.
//     401 and 407 are answered below. Each Send is answered by one Responded
//     (final) or Failed with its Tx; a later Send makes it void.
//   - NOTIFYs of that Call-ID and From tag come as Notified and are answered by
//     Reply. What nobody subscribed to is the agent's.
//   - Notification brings a body. What does not fit is followed by Refetch.
//   - Tell is for packages that are also written to, as as-feature-event.
//   - StartTimer replaces the one timer there is and comes back as TimerFired.
//   - Done is the last action.
package subscription
