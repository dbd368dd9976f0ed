package phone

import (
	"testing"

	"offhook/ua"
)

func TestStep_remote_control(t *testing.T) {
	ringing := then(said(in(7, ua.Early)))
	talk, hold := then(UA{ua.RemoteControl{Call: 7}}), then(UA{ua.RemoteControl{Call: 7, Hold: true}})
	talking := then(ringing, lift, said(in(7, ua.Confirmed)))
	held := then(talking, hold)
	check(t, desk(t), []arrow{
		{"ringing: talk -> answered on speaker, heard", ringing, talk, "answer 7, hear 0 at speaker, confirm tone, no ring", KindCalling},
		{"ringing: hold -> nothing", ringing, hold, "", KindRinging},
		{"talking: hold -> held", talking, hold, "hold 7, hear 0 at handset", KindHeld},
		{"talking: talk -> nothing", talking, talk, "", KindInCall},
		{"held: talk -> taken up again", held, talk, "resume 7, hear 7 at handset", KindInCall},
		{"held: hold -> nothing", held, hold, "", KindHeld},
		{"no such call -> nothing", nil, talk, "", KindIdle},
	})
}
