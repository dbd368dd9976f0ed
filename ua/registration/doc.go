// Package registration is REGISTER (RFC 3261 §10, RFC 5626 §4.5) as a pure
// machine: one Machine keeps one binding of one account.
//
// An agent makes one with New, calls Step for everything that happens, and
// executes the actions in order:
//
//   - Send: REGISTER with Expires as asked, To the registrar or, when Target is
//     not empty, to that URI. Call-ID stays, CSeq counts up (both the agent's).
//     401 and 407 are answered below with package digest; when that gives up, the
//     response is final and its error's text goes into Responded.Cause. A Send
//     makes every earlier one void: its transaction is forgotten. Each is answered
//     by one Responded (final) or Failed with its Tx.
//   - StartTimer replaces the one timer there is and comes back as TimerFired with
//     its Gen; StopTimer stops it.
//   - Changed is a ua.RegistrationChanged without the clock: Expires is now plus
//     ExpiresIn, Retry is now plus RetryIn.
//   - Done is the last action: nothing is sent any more.
//
// An account that is taken away or has become another gets Stop, and the new one
// a Machine of its own; Reconfigure is for another expiry.
package registration
