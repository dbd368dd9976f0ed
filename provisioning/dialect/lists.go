package dialect

import (
	"maps"
	"slices"
	"strings"

	"offhook/provisioning"
)

// switches applies the parts PATH@on that are not of accounts: false takes the
// setting away.
func (f *finisher) switches() {
	for _, path := range slices.Sorted(maps.Keys(f.settings)) {
		target, ok := strings.CutSuffix(path, "@on")
		if !ok || strings.HasPrefix(path, "accounts[") {
			continue
		}
		on := f.settings[path]
		f.used(target, on)
		if !no(on) {
			continue
		}
		for _, one := range append(f.below(target+"@"), f.settings[target]) {
			if one != nil && one != on {
				f.drop(Idle, "is switched off", one)
				delete(f.settings, one.path)
			}
		}
	}
}

// lists makes lists of the parts PATH@[K], in the order of K, and adds them to
// what PATH has.
func (f *finisher) lists() {
	var paths []string
	for _, path := range slices.Sorted(maps.Keys(f.settings)) {
		if target, _, ok := strings.Cut(path, "@["); ok && !strings.Contains(target, "@") {
			paths = appendNew(paths, target)
		}
	}
	for _, target := range paths {
		parts := f.below(target + "@[")
		slices.SortStableFunc(parts, func(a, b *setting) int { return len(a.path) - len(b.path) })
		out := ListValue()
		if whole := f.settings[target]; whole != nil {
			out.List = append(out.List, whole.value.List...)
			parts = append([]*setting{whole}, parts...)
			delete(f.settings, target)
		}
		for _, part := range parts {
			for _, one := range append(slices.Clone(part.value.List), part.value.Text) {
				if one != "" {
					out.List = appendNew(out.List, one)
				}
			}
			f.used(target, part)
		}
		f.made(target, out, "", parts[0])
	}
}

// userSetting tells what a document may leave to the user of the phone.
func userSetting(s provisioning.Setting) bool {
	section, name, _ := strings.Cut(s.Path, ".")
	return s.Type != "list" && slices.Contains([]string{"phone", "screen", "audio"}, section) &&
		name != "do-not-disturb" && name != "user-reset"
}

// userMayChange tells the document what the files leave to the user, and what
// the base leaves to him that they do not speak of.
func (f *finisher) userMayChange() {
	const path = "phone.user-may-change"
	if _, has := f.schema[path]; !has || !f.dialect.Permits || len(f.spoken) == 0 {
		return
	}
	list := slices.Clone(f.users)
	for _, setting := range slices.Sorted(maps.Keys(f.schema)) {
		if userSetting(f.schema[setting]) && f.base.UserMay(setting) && !slices.Contains(f.spoken, setting) {
			list = appendNew(list, setting)
		}
	}
	f.tree.put(path, ListValue(list...), provisioning.Position{File: f.report.Files[0], Given: "what the user may change"})
}
