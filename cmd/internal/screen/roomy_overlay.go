package screen

import (
	"image"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// overlay: what passes by takes the place of the status bar, and hides nothing
// that is read below it.
func (r *roomy) overlay(v *phone.View) {
	switch {
	case v.Volume.Shown:
		r.volume(v)
	case v.Notice != "":
		r.notice(v)
	}
}

// strip is a band for so many lines at the head.
func (r *roomy) strip(lines int, back ink) image.Rectangle {
	band := image.Rect(r.px(6), r.px(2), r.w-r.px(6), r.px(statusHeight)+(lines-1)*r.px(noticeLine))
	r.block(band, r.px(8), back)
	return band
}

const noticeLine = 18

// noticeLines are what is said in passing, as many as there is room for.
func (r *roomy) noticeLines(v *phone.View) []string {
	if v.Notice == "" || v.Volume.Shown {
		return nil
	}
	return r.wrap(r.style(medium, 15), v.Notice, r.w-r.px(28), 2)
}

func (r *roomy) notice(v *phone.View) {
	s, lines := r.style(medium, 15), r.noticeLines(v)
	band := r.strip(len(lines), r.accentDeep)
	y := (band.Min.Y+band.Max.Y)/2 - (len(lines)-1)*r.px(noticeLine)/2 + s.size*36/100
	for i, l := range lines {
		r.write(s, r.text, r.w/2, y+i*r.px(noticeLine), centre, l)
	}
}

// volume: which output, a bar, and the figure.
func (r *roomy) volume(v *phone.View) {
	band := r.strip(1, r.raised)
	mid, size := (band.Min.Y+band.Max.Y)/2, r.px(16)
	s := r.style(medium, 14)
	base := mid + s.size*36/100
	x, end := band.Min.X+r.px(8), band.Max.X-r.px(10)
	r.icon(outputIcon(v.Volume), r.text, x, mid-size/2, size)
	x += size + r.px(8)
	r.write(s, r.text, end, base, right, percentText(v.Volume.Percent))
	end -= r.width(s, "100") + r.px(10) // the bar keeps its place
	x += r.write(s, r.text, x, base, left, r.fit(s, v.Volume.Label, (end-x)/2)) + r.px(10)
	r.meter(image.Rect(x, mid-r.px(3), end, mid+r.px(3)), v.Volume.Percent, r.accent)
}

// meter is a bar that is filled so far.
func (r *roomy) meter(bar image.Rectangle, percent int, ink ink) {
	r.block(bar, r.px(3), r.line)
	if percent = max(0, min(percent, 100)); percent > 0 {
		bar.Max.X = bar.Min.X + max(bar.Dy(), bar.Dx()*percent/100)
		r.block(bar, r.px(3), ink)
	}
}

func outputIcon(b phone.VolumeBar) icon {
	switch {
	case b.Output == hal.Ringer && b.Percent == 0:
		return iconBellOff
	case b.Output == hal.Ringer:
		return iconBell
	case b.Output == hal.Handset:
		return iconHandset
	case b.Output == hal.Headset:
		return iconHeadset
	}
	return iconSpeaker
}
