package firmware

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// Wish is what the configuration says of the program.
type Wish struct {
	URL       string
	Version   string        // 1.2.3, or the least: >=1.2.3
	Window    string        // 02:00-05:00, when to install; empty: at once
	Share     int           // percent of the telephones that are to have it
	Downgrade bool          // an older version may take the place of a newer
	Trial     time.Duration // until a new version has to be well
}

// least is the version of a wish for that or a newer one.
func (w Wish) least() (string, bool) { return strings.CutPrefix(w.Version, ">=") }

// Wanted tells whether a telephone that runs a version is to have another, or in
// words why not.
func (w Wish) Wanted(own, telephone string) (why string, wanted bool) {
	least, open := w.least()
	switch {
	case w.URL == "":
		return "", false
	case w.Version == "":
		return "firmware.version is not set: say which version is at firmware.url", false
	case open && compare(own, least) >= 0, !open && same(own, w.Version):
		return "", false
	case !open && !w.Downgrade && compare(own, w.Version) > 0:
		return "version " + own + " is newer than " + w.Version + ": firmware.downgrade allows to go back", false
	case !w.share(telephone):
		return "this telephone's turn has not come: firmware.share is " + fmt.Sprint(w.Share) + " %", false
	}
	return "", true
}

// Allows tells whether a file is what was wished for.
func (w Wish) Allows(m Manifest, own string) error {
	least, open := w.least()
	if open && compare(m.Version, least) < 0 || !open && !same(m.Version, w.Version) {
		return fmt.Errorf("the file is version %s, and firmware.version wants %s: put that there, or mend the setting", m.Version, w.Version)
	}
	if !w.Downgrade && compare(m.Version, own) < 0 {
		return errors.New("the file is version " + m.Version + ", older than " + own + ": firmware.downgrade allows to go back")
	}
	return nil
}

// share tells whether a telephone is among the first percent of a version: others
// are with another version, so that it is not always the same who find its faults.
func (w Wish) share(telephone string) bool {
	return w.Share >= 100 || spread(telephone+"/"+w.Version)%100 < uint32(max(0, w.Share))
}

func spread(name string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(name)) // never fails
	return h.Sum32()
}

// Due is when to install, from now on: a moment of the window that is the telephone's
// own, so that not all of them start anew at once.
func (w Wish) Due(now time.Time, telephone string) time.Time {
	first, last, ok := strings.Cut(w.Window, "-")
	from, bad := time.Parse("15:04", first)
	to, worse := time.Parse("15:04", last)
	if !ok || bad != nil || worse != nil {
		return now
	}
	length := to.Sub(from)
	if length <= 0 {
		length += 24 * time.Hour
	}
	offset := time.Duration(spread(telephone)) * time.Second % length
	for day := -1; ; day++ {
		begin := time.Date(now.Year(), now.Month(), now.Day()+day, from.Hour(), from.Minute(), 0, 0, now.Location())
		switch {
		case now.Before(begin.Add(offset)):
			return begin.Add(offset)
		case now.Before(begin.Add(length)):
			return now
		}
	}
}
