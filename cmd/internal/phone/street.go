package phone

import "offhook/hal"

// streetKey tells whether a key does anything at a station in the street: whoever
// stands there rings, answers, hangs up and sees how the station is. He calls nobody
// of his choice, and learns of nobody.
func streetKey(k hal.Key) bool {
	if _, ok := numbered(k, "line", 8); ok {
		return true // what they call is configured
	}
	if _, ok := numbered(k, "soft", 4); ok {
		return true // they do what they say
	}
	switch k {
	case hal.KeyUp, hal.KeyDown, hal.KeyOK, hal.KeyCancel, hal.KeyMenu, hal.KeyCall, hal.KeyVolumeUp, hal.KeyVolumeDown:
		return true
	}
	return false
}

// streetAction tells the same of an action.
func streetAction(a action) bool {
	switch a {
	case actAnswer, actReject, actSilence, actResume, actEnd, actClose, actBack, actChoose, actQR, actDetail,
		actAccept, actRefuse, actLater, actSure, actUnsure, actShowServer, actForgetRefused, actAcknowledge:
		return true
	}
	return false
}

// onStreet leaves of soft keys what does something there.
func onStreet(keys [4]action) [4]action {
	for i, a := range keys {
		if !streetAction(a) {
			keys[i] = actNone
		}
	}
	return keys
}
