package session

import (
	"github.com/pion/stun/v3"

	"offhook/media/ice"
)

// forgedCheck is a check as somebody makes it who knows so much.
func forgedCheck(name, password string) []byte {
	return stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername(name), ice.Put(stun.AttrPriority, []byte{1, 2, 3, 4}),
		ice.Put(stun.AttrICEControlling, []byte("12345678")), ice.Put(stun.AttrUseCandidate, nil), stun.NewShortTermIntegrity(password), stun.Fingerprint).Raw
}
