package phone

import (
	"testing"

	"offhook/hal"
	"offhook/ua"
)

func TestStep_transfer(t *testing.T) {
	sent := then(talking(), press(hal.KeyTransfer, "1", "0", "0", "7", hal.KeyTransfer), fire{timerBeep})
	refused := out(ua.Confirmed)
	refused.Reason = "transfer: 486 Busy here"
	asked := out(ua.Confirmed)
	asked.Transferring = true
	check(t, desk(t), []arrow{
		{"talking: transfer -> held, dial tone", talking(), press(hal.KeyTransfer), "hold 1, hear 0 at handset, dial tone", KindDialling},
		{"transfer: number -> waits for the person", then(talking(), press(hal.KeyTransfer, "1", "0", "0")), press("7"), "beep 7", KindDialling},
		{"transfer: soft transfer -> transfer", then(talking(), press(hal.KeyTransfer, "1", "0", "0", "7"), fire{timerBeep}), press(hal.KeySoft1), "transfer 1 to 1007", KindTransferring},
		{"transfer: transfer without a number -> nothing", then(talking(), press(hal.KeyTransfer), fire{timerBeep}), press(hal.KeyTransfer), "", KindDialling},
		{"transfer: transfer again -> transfer", then(talking(), press(hal.KeyTransfer, "1", "0", "0", "7"), fire{timerBeep}), press(hal.KeyTransfer), "transfer 1 to 1007", KindTransferring},
		{"transfer: cancel -> talk again", then(talking(), press(hal.KeyTransfer)), press(hal.KeyCancel), "resume 1, hear 1 at handset, no tone", KindInCall},
		{"transfer: on-hook -> stays held", then(talking(), press(hal.KeyTransfer)), then(cradle), "hear 0 at ringer, no tone", KindHeld},
		{"transferring: call ends -> done", sent, then(said(over(out(ua.Confirmed), 200, ua.LocalBye, ""))), "confirm tone", KindDialling},
		{"transferring: asked -> wait", sent, then(said(asked)), "", KindTransferring},
		{"transferring: dialog lost -> why", sent, then(said(over(out(ua.Confirmed), 481, ua.CauseError, "The call does not exist"))), "error tone", KindDialling},
		{"transferring: refused -> still here", then(sent, said(asked)), then(said(refused)), "resume 1, hear 1 at handset, error tone", KindInCall},
		{"transferring: command refused -> still here", sent, then(CommandFailed{Transfer{1, "1007"}, ua.ErrTarget}), "resume 1, hear 1 at handset, error tone", KindInCall},
		{"transferring: nobody tells -> still here", sent, then(fire{timerTransfer}), "resume 1, hear 1 at handset, error tone", KindInCall},
		{"transferring: impossible -> still here", sent, then(said(refused)), "resume 1, hear 1 at handset, error tone", KindInCall},
		{"transferring: on-hook -> goes on", sent, then(cradle), "hear 0 at ringer", KindTransferring},
		{"transferring, on-hook: refused -> it rings", then(sent, said(asked), cradle), then(said(refused)), "ring", KindHeld},
		{"it rings again: off-hook -> talk", then(sent, said(asked), cradle, said(refused)), then(lift), "resume 1, hear 1 at handset, no ring", KindInCall},
		{"it rings again: mute -> silence", then(sent, said(asked), cradle, said(refused)), press(hal.KeyMute), "no ring", KindHeld},
		{"it rings again: too long -> on hold", then(sent, said(asked), cradle, said(refused)), then(fire{timerTransfer}), "no ring", KindHeld},
		{"it rings again: hangs up -> says so", then(sent, said(asked), cradle, said(refused)), then(said(over(refused, 200, ua.RemoteBye, ""))), "no ring", KindIdle},
		{"transferring: resume -> talk", sent, press(hal.KeySoft1), "resume 1, hear 1 at handset", KindInCall},
		{"idle: transfer -> says so", nil, press(hal.KeyTransfer), "", KindIdle},
		{"remote transfer -> transfer", onSpeaker(), then(RemoteTransfer{Number: "1007"}), "hold 1, transfer 1 to 1007, hear 0 at speaker", KindTransferring},
	})
}

// asking is a talk on hold, and a call (2, to 1007) to ask about its transfer.
func asking() []Input {
	return then(talking(), press(hal.KeyTransfer, "1", "0", "0", "7", hal.KeyOK), Invited{Ref: 2, Call: 2}, fire{timerBeep})
}

func second(state ua.CallState) ua.Call {
	c := ua.Call{ID: 2, Account: "a", State: state, Remote: ua.Party{User: "1007"}, Started: at()}
	if state == ua.Confirmed {
		c.Answered, c.Status = at(), 200
	}
	return c
}

func TestStep_consultation(t *testing.T) {
	asked := then(asking(), said(second(ua.Confirmed)))
	joined := then(asked, press(hal.KeyTransfer))
	trying, busy := out(ua.Confirmed), out(ua.Confirmed)
	trying.Transferring, busy.Reason = true, "transfer: 486 Busy here"
	gone := over(out(ua.Confirmed), 200, ua.LocalBye, "transferred")
	onHook := configured(t, func(c *Config) { c.TransferOnHook = true })
	typed := then(talking(), press(hal.KeyTransfer, "1", "0", "0", "7"), fire{timerBeep})
	check(t, desk(t), []arrow{
		{"transfer: ok -> call to ask", typed, press(hal.KeyOK), "invite 1007 by a", KindCalling},
		{"transfer: # -> call to ask", typed, press(hal.KeyPound), "invite 1007 by a", KindCalling},
		{"transfer: soft call -> call to ask", typed, press(hal.KeySoft3), "invite 1007 by a", KindCalling},
		{"transfer: emergency number -> emergency call", then(talking(), press(hal.KeyTransfer, "1", "1", "2"), fire{timerBeep}), press(hal.KeyOK), "invite 112 by a for help", KindCalling},
		{"asking: ringing there -> ring-back", asking(), then(said(second(ua.Early))), "ring-back tone", KindCalling},
		{"asking: answered -> talk with the second", asking(), then(said(second(ua.Confirmed))), "hear 2 at handset", KindInCall},
		{"asking, ringing: transfer -> not waited for", then(asking(), said(second(ua.Early))), press(hal.KeyTransfer), "join 1 with 2, no tone", KindTransferring},
		{"asking, ringing: soft transfer -> not waited for", then(asking(), said(second(ua.Early))), press(hal.KeySoft1), "join 1 with 2, no tone", KindTransferring},
		{"asking, no ID yet: transfer -> blindly", then(typed, press(hal.KeyOK), fire{timerBeep}), press(hal.KeyTransfer), "transfer 1 to 1007", KindTransferring},
		{"asking, ringing: cancel -> the first again", then(asking(), said(second(ua.Early))), press(hal.KeyCancel), "hangup 2, resume 1, hear 1 at handset, no tone", KindInCall},
		{"asking, ringing: end -> the first again", then(asking(), said(second(ua.Early))), press(hal.KeySoft4), "hangup 2, resume 1, hear 1 at handset, no tone", KindInCall},
		{"asking: busy -> the first again", asking(), then(said(over(second(ua.Trying), 486, ua.Rejected, "Busy here"))), "resume 1, hear 1 at handset, error tone", KindInCall},
		{"asking: refused at once -> the first again", then(typed, press(hal.KeyOK), fire{timerBeep}), then(CommandFailed{Invite{Ref: 2}, ua.ErrTarget}), "resume 1, hear 1 at handset, error tone", KindInCall},
		{"asking: on-hook -> the first stays on hold", asking(), then(cradle), "hangup 2, hear 0 at ringer", KindHeld},
		{"asking: the first hangs up -> the second goes on", asking(), then(said(over(out(ua.Confirmed), 200, ua.RemoteBye, ""))), "error tone", KindCalling},
		{"asked: transfer -> joined", asked, press(hal.KeyTransfer), "join 1 with 2, hear 0 at handset", KindTransferring},
		{"asked: soft transfer -> joined", asked, press(hal.KeySoft2), "join 1 with 2, hear 0 at handset", KindTransferring},
		{"asked: on-hook -> ends", asked, then(cradle), "hangup 2, hear 0 at ringer", KindHeld},
		{"asked, on-hook transfers: on-hook -> joined", then(onHook, asked), then(cradle), "join 1 with 2, hear 0 at ringer", KindTransferring},
		{"ringing there, on-hook transfers: on-hook -> not waited for", then(onHook, asking(), said(second(ua.Early))), then(cradle), "join 1 with 2, hear 0 at ringer, no tone", KindTransferring},
		{"another call answered, on-hook transfers: on-hook -> ends", then(onHook, twoCalls()), then(cradle), "hangup 7, hear 0 at ringer", KindHeld},
		{"asked: cancel -> the first again", asked, press(hal.KeyCancel), "hangup 2, resume 1, hear 1 at handset", KindInCall},
		{"asked: swap -> the first is heard", asked, press(hal.KeySoft3), "hold 2, resume 1, hear 1 at handset", KindInCall},
		{"asked, swapped: transfer -> joined", then(asked, press(hal.KeySoft3)), press(hal.KeyTransfer), "hold 1, join 1 with 2, hear 0 at handset", KindTransferring},
		{"asked: conference -> no consultation any more", then(asked, press(hal.KeySoft1)), press(hal.KeyTransfer), "error tone", KindInCall},
		{"asked: the second hangs up -> the first again", asked, then(said(over(second(ua.Confirmed), 200, ua.RemoteBye, ""))), "resume 1, hear 1 at handset, error tone", KindInCall},
		{"joining: done -> both are over", then(joined, said(trying)), then(said(gone)), "hangup 2, confirm tone", KindDialling},
		{"joining: the second is replaced -> wait", then(joined, said(trying)), then(said(over(second(ua.Confirmed), 200, ua.RemoteBye, ""))), "", KindTransferring},
		{"joining: the first hangs up -> the second is heard", then(joined, said(trying)), then(said(over(out(ua.Confirmed), 200, ua.RemoteBye, ""))), "hear 2 at handset, confirm tone", KindInCall},
		{"joining: refused -> the second is heard again", then(joined, said(trying)), then(said(busy)), "hear 2 at handset, error tone", KindInCall},
		{"joining: command refused -> the second is heard again", joined, then(CommandFailed{TransferTo{1, 2}, ua.ErrNoCall}), "hear 2 at handset, error tone", KindInCall},
		{"joining: resume -> the first, the second on hold", joined, press(hal.KeySoft1), "hold 2, resume 1, hear 1 at handset", KindInCall},
		{"joining, on-hook: refused -> it rings, both on hold", then(onHook, asked, cradle, said(trying)), then(said(busy)), "hold 2, ring", KindHeld},
	})
}
