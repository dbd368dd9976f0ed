package session

import "offhook/media/ice/stun"

// forgedCheck is a check as somebody makes it who knows so much.
func forgedCheck(name, password string) []byte {
	return stun.New(stun.Binding|stun.Request).PutText(stun.Username, name).Put32(stun.Priority, 1<<30).Put64(stun.ICEControlling, 12345678).
		Put(stun.UseCandidate, nil).Sign(stun.ShortTerm(password)).Seal()
}
