package app

import (
	"offhook/media/ice"
	"offhook/media/session"
	"offhook/provisioning"
)

// iceOf is how an account's sound finds its way.
func iceOf(a provisioning.Account) session.ICE {
	way := session.ICE{STUN: a.STUN}
	switch a.ICE {
	case provisioning.ICELite:
		return session.ICE{Mode: ice.Lite}
	case provisioning.ICEFull:
		way.Mode = ice.Full
	default:
		return session.ICE{}
	}
	for _, server := range a.TURN {
		way.TURN = append(way.TURN, session.TURN{Server: provisioning.TURNServer(server), User: a.TURNUser, Password: a.TURNPassword.Reveal()})
	}
	return way
}
