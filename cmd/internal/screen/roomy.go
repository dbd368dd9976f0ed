package screen

import (
	"image"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// roomy is the layout of colour panels. It is measured in units of a 240th of
// the panel's shorter side; the longer one is what it is.
type roomy struct {
	*canvas
	*palette
	w, h int
	body image.Rectangle // between the status bar and the soft keys
}

const (
	statusHeight = 26
	softHeight   = 38
	margin       = 14
)

func newRoomy(c *canvas) *roomy {
	size := c.dst.Bounds().Size()
	r := &roomy{canvas: c, palette: c.inks, w: size.X, h: size.Y}
	r.body = image.Rect(0, r.px(statusHeight), r.w, r.h-r.px(softHeight))
	return r
}

// px turns units into pixels.
func (r *roomy) px(units int) int { return (units*min(r.w, r.h) + 120) / 240 }

func (r *roomy) style(w weight, units int) style { return style{w, max(9, r.px(units))} }

func (r *roomy) paint(v *phone.View) {
	r.fill(r.dst.Bounds(), r.ground)
	if !v.Volume.Shown && v.Notice == "" {
		r.statusBar(v)
	}
	switch v.Kind {
	case phone.KindBooting:
		r.booting(v)
	case phone.KindProvisioning:
		r.provisioning(v)
	case phone.KindProvisioningFailed, phone.KindNotice:
		r.trouble(v, r.warn, r.warnDeep, iconWarning)
	case phone.KindIdle:
		r.idle(v)
	case phone.KindDialling:
		r.dialling(v)
	case phone.KindRinging, phone.KindWaiting:
		r.ringing(v)
	case phone.KindFailed:
		r.trouble(v, r.text, r.badDeep, iconHangUp)
	case phone.KindList:
		r.list(v)
	case phone.KindQR:
		r.code(v)
	default:
		r.call(v)
	}
	r.softBar(v)
	r.overlay(v)
}

// statusBar: who this is, what is wrong, what waits, what time it is.
func (r *roomy) statusBar(v *phone.View) {
	st := &v.Status
	mid := r.px(statusHeight) / 2
	s := r.style(medium, 13)
	base := mid + s.size*36/100
	x := r.px(margin)
	if v.Kind > phone.KindProvisioningFailed {
		d := r.px(4)
		r.disc(x+d, mid, d, r.registrationInk(st.Registration))
		x += 2*d + r.px(6)
	}
	end := r.w - r.px(margin)
	if v.Kind != phone.KindIdle && st.Clock != "" {
		end -= r.write(s, r.soft, end, base, right, st.Clock) + r.px(9)
	}
	end = r.statusIcons(v, end, mid, base)
	name := st.Number
	if v.Kind <= phone.KindProvisioningFailed {
		name = st.Name
	}
	if v.Kind != phone.KindIdle && st.Name != "" {
		name = st.Name
	}
	if v.Kind > phone.KindIdle && v.Account != "" {
		name = v.Account
	}
	if name == "" && v.Kind > phone.KindProvisioning {
		name = product
	}
	r.write(s, r.soft, x, base, left, r.fit(s, name, end-x))
}

func (r *roomy) registrationInk(v phone.RegistrationView) ink {
	switch v {
	case phone.RegGood:
		return r.good
	case phone.RegPending, phone.RegPartly:
		return r.warn
	case phone.RegFailed:
		return r.bad
	}
	return r.faint
}

// statusIcons are drawn from the right; it returns where they begin.
func (r *roomy) statusIcons(v *phone.View, end, mid, base int) int {
	st := &v.Status
	size := r.px(14)
	put := func(show bool, i icon, ink ink, count int) {
		if !show {
			return
		}
		if count > 0 {
			s := r.style(medium, 12)
			end -= r.write(s, ink, end, base, right, countText(count)) + r.px(3)
		}
		end -= size
		r.icon(i, ink, end, mid-size/2, size)
		end -= r.px(8)
	}
	put(st.NetworkDown, iconNoNetwork, r.bad, 0)
	put(st.AudioGone, iconNoSound, r.bad, 0)
	put(st.RingerOff, iconBellOff, r.soft, 0)
	put(st.Messages != 0, iconEnvelope, r.accent, st.Messages)
	put(st.Missed > 0, iconMissed, r.bad, st.Missed)
	put(st.Muted, iconMicOff, r.bad, 0)
	put(st.Output == hal.Speaker, iconSpeaker, r.soft, 0)
	put(st.Output == hal.Headset, iconHeadset, r.soft, 0)
	put(st.Output == hal.Handset, iconHandset, r.soft, 0)
	put(st.SecureRTP, iconPadlock, r.good, 0)
	return end
}

func countText(n int) string {
	if n > 99 {
		return "99+"
	}
	return string(appendInt(nil, n))
}

func appendInt(b []byte, n int) []byte {
	if n >= 10 {
		b = appendInt(b, n/10)
	}
	return append(b, byte('0'+n%10))
}

// softBar: four keys under the screen, each label above its key.
func (r *roomy) softBar(v *phone.View) {
	gap := r.px(4)
	top, bottom := r.h-r.px(softHeight)+r.px(4), r.h-r.px(6)
	for i, k := range v.Soft {
		if k.Label == "" {
			continue
		}
		x0 := r.px(6) + (r.w-2*r.px(6)+gap)*i/4
		x1 := r.px(6) + (r.w-2*r.px(6)+gap)*(i+1)/4 - gap
		back, ink := r.surface, r.text
		switch k.Role {
		case phone.RoleGo:
			back = r.goodDeep
		case phone.RoleStop:
			back = r.badDeep
		}
		r.block(image.Rect(x0, top, x1, bottom), r.px(7), back)
		s := r.shrink(r.style(medium, 14), k.Label, x1-x0-r.px(6), r.px(10))
		r.write(s, ink, (x0+x1)/2, (top+bottom)/2+s.size*36/100, centre, r.fit(s, k.Label, x1-x0-r.px(4)))
	}
}
