package phone

import (
	"slices"
	"strconv"

	"offhook/hal"
)

// SetUser has a setting be as the phone's user wants it, as a document would say
// it. It is answered by a Config, or by SettingRefused.
type SetUser struct{ Path, Value string }

// SettingRefused tells that a SetUser came to nothing.
type SettingRefused struct{ Path, Cause string }

// Device is what the phone is.
type Device struct {
	Model, Version, MAC string
	Web                 string // address of its page or of its interface, "" for none
	Dims                bool   // its screen has a light
}

func (SetUser) effect()       {}
func (SettingRefused) input() {}
func (Device) input()         {}

// The settings that the menu has.
const (
	pathLanguage = "phone.language"
	pathRingTone = "phone.ring-tone"
	pathClock    = "phone.time-format"
	pathLight    = "screen.backlight"
)

// UserPaths are the settings that may be changed at the phone.
func UserPaths() []string { return []string{pathLanguage, pathRingTone, pathClock, pathLight} }

// ringTones are those that every phone has.
var ringTones = [...]string{"bell", "warble", "chime"}

func opens(kind listKind) func(*turn) { return func(t *turn) { t.enter(kind) } }

func (s *State) settingsMenu() []choice {
	x := s.texts()
	out := []choice{
		s.setting(pathLanguage, x.LanguageTitle, x.Name, (*turn).openLanguages),
		{Item{Title: x.VolumesTitle}, opens(listVolumes)},
		s.setting(pathRingTone, x.RingToneTitle, s.ringTone(), opens(listRingTones)),
	}
	if s.device.Dims {
		out = append(out, s.setting(pathLight, x.LightTitle, percent(s.light()), func(t *turn) { t.openLevels(levelLight, t.light()) }))
	}
	clock := "12h"
	if s.config.Hour12 {
		clock = "24h"
	}
	return append(out, s.setting(pathClock, x.ClockTitle, which(x.OnOff, s.config.Hour12), func(t *turn) { t.do(SetUser{pathClock, clock}) }))
}

// setting is a line of a setting, with a padlock where the administrator keeps it.
func (s *State) setting(path, title, value string, do func(*turn)) choice {
	c := choice{Item{Title: title, Detail: value}, do}
	if slices.Contains(s.config.Locked, path) {
		c.Icon = IconLocked
		c.do = func(t *turn) { t.complain(t.texts().Locked) }
	}
	return c
}

// set has a setting changed, and shows the menu again.
func (t *turn) set(path, value string) {
	t.do(SetUser{path, value})
	t.back()
}

func (t *turn) openLanguages() {
	t.enter(listLanguages)
	codes, _ := languages()
	t.list.at = max(0, slices.Index(codes, t.texts().Code))
}

// choices are lines of which one is chosen now, and what choosing does.
func choices(titles []string, chosen string, do func(*turn)) (out []choice) {
	for _, title := range titles {
		it := Item{Title: title}
		if title == chosen {
			it.Icon = IconGood
		}
		out = append(out, choice{it, do})
	}
	return out
}

func (s *State) languageMenu() []choice {
	_, names := languages()
	return choices(names, s.texts().Name, (*turn).chooseLanguage)
}

func (t *turn) chooseLanguage() {
	codes, _ := languages()
	t.set(pathLanguage, codes[t.list.at])
}

func (s *State) ringTone() string {
	tone := s.config.RingTone
	if tone == "default" || tone == "" {
		tone = ringTones[0]
	}
	if i := slices.Index(ringTones[:], tone); i >= 0 {
		return s.texts().RingTones[i]
	}
	return tone // a file
}

func (s *State) ringToneMenu() []choice {
	return choices(s.texts().RingTones[:], s.ringTone(), func(t *turn) { t.set(pathRingTone, ringTones[t.list.at]) })
}

// levelLight is, among the outputs that have a level, the screen.
const levelLight = hal.Output("light")

func (s *State) volumeMenu() (out []choice) {
	for i, o := range levelled() {
		out = append(out, choice{Item{Title: s.texts().Outputs[i], Detail: percent(s.level(o))}, (*turn).openVolume})
	}
	return out
}

func (t *turn) openVolume() {
	o := levelled()[t.list.at]
	t.openLevels(o, t.level(o))
}

// openLevels offers ten steps, at the one that is.
func (t *turn) openLevels(of hal.Output, now int) {
	t.enter(listLevels)
	t.list.level = of
	t.list.at = min(10-now/10, t.listLength()-1)
}

func (s *State) levelMenu() []choice {
	last := 0
	if s.list.level == levelLight { // nobody finds the way back in the dark
		last = 10
	}
	var titles []string
	for p := 100; p >= last; p -= 10 {
		titles = append(titles, percent(p))
	}
	return choices(titles, "", (*turn).chooseLevel)
}

func (t *turn) chooseLevel() {
	p := 100 - 10*t.list.at
	if t.list.level == levelLight {
		t.set(pathLight, strconv.Itoa(p))
		return
	}
	t.setLevel(t.list.level, p)
	t.back()
}

// light is the panel's when in use.
func (s *State) light() int {
	if a := s.config.Backlight.Active; a > 0 {
		return min(a, 100)
	}
	return 100
}

func percent(n int) string { return strconv.Itoa(n) + " %" }

// aboutMenu is what an administrator asks for, and the code to scan it from.
func (s *State) aboutMenu() (out []choice) {
	x := s.texts()
	out = append(out, choice{Item{Title: x.QRTitle, Detail: "QR"}, opens(listQR)})
	for _, fact := range []Item{
		{Title: x.Address, Detail: s.network.Address}, {Title: "MAC", Detail: s.device.MAC},
		{Title: x.Model, Detail: s.device.Model}, {Title: x.Version, Detail: s.device.Version}, {Title: x.VersionFailed, Detail: s.firmware.Failed}, {Title: "Web", Detail: s.device.Web},
	} {
		if fact.Detail != "" {
			out = append(out, choice{fact, (*turn).openDetail})
		}
	}
	return out
}

// testMenu has what a person can see to work without anybody's help.
func (s *State) testMenu() []choice {
	x := s.texts()
	return []choice{
		{Item{Title: x.LampTest, Detail: which(x.OnOff, s.list.lit)}, func(t *turn) { t.list.lit = !t.list.lit }},
		{Item{Title: x.KeyTest}, opens(listKeys)},
	}
}

// keyTested shows a key that is tested, and ends that when Cancel is pressed twice.
func (t *turn) keyTested(k hal.Key) bool {
	if !t.list.on || t.list.kind != listKeys {
		return false
	}
	if k == hal.KeyCancel && t.list.number == string(k) {
		t.back()
		return true
	}
	t.list.number = string(k)
	return true
}

// openDetail shows a line of a list on a page of its own: some are too long.
func (t *turn) openDetail() {
	items := t.shownItems()
	if t.list.at >= len(items) {
		return
	}
	it := items[t.list.at]
	t.enter(listDetail)
	t.list.who.Name, t.list.number = it.Title, it.Detail
}

func (s *State) shownItems() (items []Item) {
	if s.list.kind == listStatus {
		return s.statusItems()
	}
	for _, c := range s.menu() {
		items = append(items, c.Item)
	}
	return items
}

// pageOfList is a list's page that is none.
func (s *State) pageOfList(v *View) {
	x := s.texts()
	switch s.list.kind {
	case listNaming:
		s.namingView(v)
	case listKeys:
		v.Title, v.Entry, v.Text = x.KeyTest, s.list.number, []string{x.KeyTestHelp}
	case listQR:
		v.Title, v.Text, v.QR = x.QRTitle, nonEmpty(s.network.Address, s.device.MAC, s.device.Model), s.identity()
	case listMessage:
		text, _ := s.scrolled()
		v.Title, v.Text = s.entryTitle(&s.reading), nonEmpty(text, s.when(s.reading.Time))
	case listDetail:
		v.Title, v.Text = s.list.who.Name, []string{s.list.number}
	}
}

// identity is what a scanned code tells: where the phone's page is, or else who
// it is.
func (s *State) identity() string {
	if s.device.Web != "" {
		return s.device.Web
	}
	text := "offhook"
	for _, fact := range [][2]string{{" mac=", s.device.MAC}, {" ip=", s.network.Address}, {" model=", s.device.Model}} {
		if fact[1] != "" {
			text += fact[0] + fact[1]
		}
	}
	return text
}
