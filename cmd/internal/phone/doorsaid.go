package phone

import "strings"

// doorSaid shows what the door says. What was pressed of a code is dots.
func (t *turn) doorSaid(in DoorSaid) {
	t.wake()
	switch in.Kind {
	case DoorDigits:
		t.remark(strings.Repeat("*", in.Digits))
	case DoorOpen:
		t.remark(t.texts().DoorOpen)
	case DoorWrong:
		t.complain(t.texts().DoorWrong)
	case DoorLocked:
		t.complain(t.texts().DoorLocked)
	}
}
