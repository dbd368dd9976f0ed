package phone

import (
	"slices"

	"offhook/hal"
	"offhook/ua"
)

// label is what a soft key says.
type label uint8

const (
	labelRedial label = iota
	labelCalls
	labelMissed
	labelMessages
	labelDial
	labelDelete
	labelCancel
	labelAnswer
	labelReject
	labelSilence
	labelHold
	labelResume
	labelSwap
	labelConference
	labelSplit
	labelTransfer
	labelConsult
	labelNew
	labelEnd
	labelClose
	labelBack
	labelAccept
	labelRefuse
	labelLater
	labelOK
	labelServer
	labelUnblock
	labelContacts
	labelMore
	labelClear
	labelSave
	labelQR
	labelTexts
	labelReply
	labelCount
)

var softLabels = [actionCount]label{
	actRedial:        labelRedial,
	actCalls:         labelCalls,
	actMissed:        labelMissed,
	actMessages:      labelMessages,
	actDial:          labelDial,
	actDelete:        labelDelete,
	actCancelEntry:   labelCancel,
	actAnswer:        labelAnswer,
	actReject:        labelReject,
	actSilence:       labelSilence,
	actHold:          labelHold,
	actResume:        labelResume,
	actSwap:          labelSwap,
	actConference:    labelConference,
	actSplit:         labelSplit,
	actTransfer:      labelTransfer,
	actSendTransfer:  labelTransfer,
	actConsult:       labelConsult,
	actComplete:      labelTransfer,
	actNew:           labelNew,
	actEnd:           labelEnd,
	actClose:         labelClose,
	actDialItem:      labelDial,
	actDeleteItem:    labelDelete,
	actBack:          labelBack,
	actAccept:        labelAccept,
	actRefuse:        labelRefuse,
	actLater:         labelLater,
	actSure:          labelOK,
	actUnsure:        labelBack,
	actShowServer:    labelServer,
	actForgetRefused: labelUnblock,
	actAcknowledge:   labelOK,
	actContacts:      labelContacts,
	actMore:          labelMore,
	actChoose:        labelOK,
	actDialContact:   labelDial,
	actFindAll:       labelClear,
	actSaveName:      labelSave,
	actUnname:        labelDelete,
	actUnfind:        labelDelete,
	actDetail:        labelMore,
	actQR:            labelQR,
	actInbox:         labelTexts,
	actReply:         labelReply,
	actOpen:          labelOK,
}

// label is what a soft key that does this says, "" for none.
func (x *Texts) label(a action) string {
	if a == actNone {
		return ""
	}
	return x.Soft[softLabels[a]]
}

// failureCodes are the status codes that are told in words.
var failureCodes = []int{403, 404, 408, 410, 480, 484, 486, 488, 503, 603}

func (x *Texts) failure(status int) (string, bool) {
	switch status {
	case 600: // RFC 3261 §21.6: the same, everywhere
		status = 486
	case 604:
		status = 404
	}
	i := slices.Index(failureCodes, status)
	if i < 0 {
		return "", false
	}
	return x.Failures[i], true
}

var endCauses = []ua.Cause{ua.Timeout, ua.CauseError, ua.CauseSetupFail, ua.Replaced, ua.AnsweredOther}

func (x *Texts) cause(c ua.Cause) string {
	if i := slices.Index(endCauses, c); i >= 0 {
		return x.Causes[i]
	}
	return ""
}

func (x *Texts) output(out hal.Output) string {
	for i, o := range levelled() {
		if o == out {
			return x.Outputs[i]
		}
	}
	return ""
}

// key is what a key without a label is called.
func (x *Texts) key(use KeyUse) string {
	if i := slices.Index([]KeyUse{KeyDND, KeyForward, KeyPark, KeyPickup}, use); i >= 0 {
		return x.Keys[i]
	}
	return ""
}

// which chooses between the words for no and for yes.
func which(words [2]string, yes bool) string {
	if yes {
		return words[1]
	}
	return words[0]
}
