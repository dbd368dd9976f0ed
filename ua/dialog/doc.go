// Package dialog is the INVITE dialog usage (RFC 3261 §12–§15, RFC 3311,
// RFC 5407, RFC 3515) as a pure machine. One Machine is one call: the INVITE,
// all early dialogs that its forks make, the confirmed dialog and its end.
//
// # How an agent runs a Machine
//
// Make one with New, then for every thing that happens call
//
//	machine, actions = machine.Step(input)
//
// and execute the actions in order. The Machine is a plain value, it has no
// clock, no goroutine and no randomness of its own (Config.Seed). Every input
// is allowed in every state; what does not fit is answered or ignored.
//
// Requests and responses:
//
//   - Send starts a client transaction, named by Tx. The agent adds Via, From
//     with the local tag, To with Outgoing.ToTag, Call-ID, CSeq, Max-Forwards,
//     Contact, Allow, Supported and credentials; it puts Outgoing.Route on the
//     request as it is and sends it to the first Route, or else to the URI.
//     Every Send is answered by any number of Responded inputs with that Tx
//     (all provisionals, the final one, and for an INVITE *every* 2xx, of every
//     fork and every retransmission, for 64*T1), or by one Failed.
//   - The agent counts CSeq, because it is the one who repeats a challenged
//     request: one counter for the whole call, increased by one for each request
//     but ACK and CANCEL, which take the number of their INVITE (its last
//     repetition). 401 and 407 are answered below the Machine; when one reaches
//     it, credentials have failed and it is final.
//   - Ack sends an ACK for a 2xx of the INVITE that Tx names: no transaction, no
//     answer. The ACK of any other final response is the transaction layer's.
//   - Cancel sends a CANCEL for the INVITE that Tx names, with its URI, Route,
//     branch and CSeq. What comes of the CANCEL itself does not matter.
//   - Requests of the far end come as Received with a ServerTx that the agent
//     chooses, never the same twice in a call. An ACK to a 2xx comes as Received
//     too and is never answered; an ACK to another response does not come.
//     CANCEL comes as CancelReceived, naming the INVITE's ServerTx; the agent
//     has answered the CANCEL itself (200, or 481 when no INVITE is known).
//     Repetitions that the transaction layer absorbs do not come.
//   - Reply sends a response on a server transaction. The agent puts the local
//     tag into To (but for 100), copies Record-Route, adds Contact to 1xx and 2xx
//     of INVITE and UPDATE, and Allow to 405 and 2xx. A 2xx to INVITE may come
//     several times with the same ServerTx: the machine repeats it until the ACK
//     (RFC 3261 §13.3.1.4), so the layer below must not, and each is to be sent.
//     100 Trying is the transaction layer's.
//
// A Dial may leave the offer to the far end; Ack and PRACK have our answer then.
//
// Media: MakeOffer, MakeAnswer and AcceptAnswer are the methods Offer, Answer
// and Accept of a ua.Session. The agent calls the method at once and feeds what
// came of it back as MediaDone with the same Seq, as the next input but after
// the remaining actions. Rollback and CloseMedia have no result.
//
// Timers: StartTimer (which replaces the timer of the same ID) comes back as
// TimerFired with the same ID and Gen. StopTimer takes it away; one that fires
// anyway is recognised by its Gen and ignored.
//
// Changed brings the snapshot whenever it has become another; the agent stamps
// Started at the first and Answered at the first Confirmed one. Terminated comes
// exactly once and no Changed follows. The Machine may have work left then (a
// CANCEL, a BYE to be answered, forks that answer late); Done comes once that is
// over. After Done there are no timers, and the agent forgets the Machine and
// answers what still comes with 481.
package dialog
