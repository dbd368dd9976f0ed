package phone

import (
	"testing"

	"offhook/hal"
	"offhook/ua"
)

func TestStep_deflected(t *testing.T) {
	rings := then(said(in(7, ua.Early)))
	asked := then(rings, press(hal.KeyTransfer))
	gone := said(over(in(7, ua.Early), 487, ua.Cancelled, ""))
	check(t, then(desk(t), configured(t, func(c *Config) {
		c.LineKeys = []LineKey{{Account: "a"}, {Use: KeyWatch, Account: "a", Number: "1008"}}
	})), []arrow{
		{"rings: transfer key -> where?", rings, press(hal.KeyTransfer), "no ring", KindDialling},
		{"where? number, transfer key -> there", then(asked, press("1", "0", "0", "7")), press(hal.KeyTransfer), "send 7 to 1007: deflection", KindIdle},
		{"where? number, ok -> there", then(asked, press("1", "0", "0", "7")), press(hal.KeyOK), "send 7 to 1007: deflection", KindIdle},
		{"where? number, soft key -> there", then(asked, press("1", "0", "0", "7")), press(hal.KeySoft1), "send 7 to 1007: deflection", KindIdle},
		{"where? a watched telephone -> there", asked, press(hal.KeyLine2), "send 7 to 1008: deflection", KindIdle},
		{"where? no number, transfer key -> still asked", asked, press(hal.KeyTransfer), "", KindDialling},
		{"where? handset -> answered", then(asked, press("1")), then(lift), "answer 7, hear 0 at handset", KindCalling},
		{"where? cancel -> rings on, quietly", asked, press(hal.KeyCancel), "", KindRinging},
		{"where? a call for help -> made", then(asked, press("1", "1", "2")), press(hal.KeyOK), "invite 112 by a for help, hear 0 at speaker, call-waiting tone", KindCalling},
		{"where? they give up -> idle", then(asked, press("1", "0")), then(gone), "", KindIdle},
		{"where? redial -> not there", then(Restore{[]Entry{{Kind: Dialled, Number: "1002"}}}, asked), press(hal.KeyRedial), "", KindDialling},
		{"refused -> busy", then(asked, press("1", "0", "0", "7", hal.KeyOK)), then(CommandFailed{Redirect{Call: 7, Target: "1007"}, ua.ErrTarget}), "reject 7 with 486", KindIdle},
		{"in a talk: transfer key -> the talk's", then(talking(), rings, press(hal.KeyDown)), press(hal.KeyTransfer), "hold 1, hear 0 at handset", KindDialling},
	})
}
