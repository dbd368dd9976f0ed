package app

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
	"offhook/ua"
)

// phoneConfig is what a document means to the telephone.
func phoneConfig(doc provisioning.Document) (phone.Config, error) {
	plan, err := phone.ParseDigitMap(strings.Join(doc.DialPlan.DigitMap, "|"))
	if err != nil {
		return phone.Config{}, fmt.Errorf("dial-plan.digit-map: %w", err)
	}
	c := phone.Config{
		Name:      doc.Phone.Name,
		DialPlan:  phone.DialPlan{Map: plan, Timeout: doc.DialPlan.DialTimeout},
		Emergency: doc.Phone.Emergency,
		NoWaiting: !doc.Phone.CallWaiting,

		TransferOnHook: doc.Phone.TransferOnHook,
		DND:            doc.Phone.DoNotDisturb,
		DNDStatus:      dndStatus(doc.Phone.DNDAnswer),
		CallBack:       doc.Emergency.CallBack,
		Withhold:       doc.DialPlan.WithholdPrefix,

		AutoAnswer: autoAnswer(doc.Phone.AutoAnswer),
		Hour12:     doc.Phone.TimeFormat == "12h",
		Language:   doc.Phone.Language,
		RingTone:   doc.Phone.RingTone,
		Locked:     keptFromUser(doc),
		Backlight:  phone.BacklightConfig{Active: doc.Screen.Backlight, Idle: doc.Screen.BacklightIdle, After: doc.Screen.Timeout},
		Volumes: map[hal.Output]int{
			hal.Handset: doc.Audio.Volume.Handset, hal.Speaker: doc.Audio.Volume.Handsfree,
			hal.Headset: doc.Audio.Volume.Headset, hal.Ringer: doc.Audio.Volume.Ringer,
		},
	}
	for _, a := range doc.Accounts {
		c.Accounts = append(c.Accounts, phone.Account{ID: ua.AccountID(a.ID), Label: accountLabel(a), Number: a.User,
			Voicemail: a.Voicemail, Register: a.Register, NoAnonymous: a.NoAnonymous, FeatureSync: a.FeatureSync,
			Domain: a.Domain, WatchList: a.WatchList, Pickup: a.PickupCode,
			Forward: phone.Forward{Always: a.ForwardAlways, Busy: a.ForwardBusy, NoAnswer: a.ForwardNoReply, After: a.ForwardAfter}})
	}
	var call phone.LineKey
	c.LineKeys, call = lineKeys(doc)
	c.CallKey, c.CallLine = call.Number, call.Account
	c.Bell = bells(doc.Door)
	c.Street = doc.Door.Keypad
	c.DoorCode, c.Recording = doc.Door.TakesCodes(), doc.Recording.Enabled
	return c, nil
}

func accountLabel(a provisioning.Account) string { return cmp.Or(a.Label, a.DisplayName, a.User) }

func autoAnswer(a provisioning.AutoAnswer) phone.AutoAnswer {
	switch a {
	case provisioning.AutoAnswerAll:
		return phone.AutoAnswerAlways
	case provisioning.AutoAnswerIntercom:
		return phone.AutoAnswerAllowed
	}
	return phone.AutoAnswerOff
}

func dndStatus(a provisioning.DNDAnswer) int {
	switch a {
	case provisioning.DNDUnavailable:
		return 480
	case provisioning.DNDDeclined:
		return 603
	}
	return 486
}

func keyUse(kind string) phone.KeyUse {
	switch kind {
	case "dnd":
		return phone.KeyDND
	case "forward":
		return phone.KeyForward
	case "park":
		return phone.KeyPark
	case "blf":
		return phone.KeyWatch
	case "pickup":
		return phone.KeyPickup
	case "intercom":
		return phone.KeyIntercom
	}
	return phone.KeyLine
}

// lineKeys places the document's keys: line1 and on by their number, and whom
// a door station's bell button calls.
func lineKeys(doc provisioning.Document) (lines []phone.LineKey, call phone.LineKey) {
	for _, k := range doc.Keys {
		if hal.Key(k.Key) == hal.KeyCall {
			call = lineKey(doc, k)
			if k.Account == "" && k.Type != "voicemail" {
				call.Account = "" // the first that is ready: a bell is to be heard
			}
			continue
		}
		number, _ := strings.CutPrefix(k.Key, "line")
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > 8 || number == k.Key {
			continue // a key that only other boards have
		}
		for len(lines) < n {
			lines = append(lines, phone.LineKey{})
		}
		lines[n-1] = lineKey(doc, k)
	}
	return lines, call
}

// bells is whom a door station's bell button calls, one after another.
func bells(doc provisioning.Door) (all []phone.Bell) {
	for _, b := range doc.Bell {
		all = append(all, phone.Bell{Number: b.To, Also: b.Also, For: b.For, Hours: hoursOf(b.Hours)})
	}
	return all
}

func lineKey(doc provisioning.Document, k provisioning.Key) phone.LineKey {
	key := phone.LineKey{Label: k.Label, Account: ua.AccountID(k.Account), Number: k.Value, Use: keyUse(k.Type)}
	if key.Account == "" && len(doc.Accounts) > 0 {
		key.Account = ua.AccountID(doc.Accounts[0].ID)
	}
	if account, ok := doc.Account(key.Account); ok && k.Type == "voicemail" && key.Number == "" {
		key.Number = account.Voicemail
	}
	return key
}

// zoneOf is the document's time zone; UTC where the name means nothing here.
func zoneOf(doc provisioning.Document) *time.Location {
	zone, err := time.LoadLocation(doc.Phone.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}
