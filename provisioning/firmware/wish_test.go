package firmware

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWish_wanted(t *testing.T) {
	const url = "https://example.org/offhook"
	for _, c := range []struct {
		arrow string
		wish  Wish
		own   string
		want  bool
		why   string
	}{
		{"nothing wished -> nothing", Wish{Share: 100}, "v1", false, ""},
		{"another -> wanted", Wish{URL: url, Version: "1.2.3", Share: 100}, "v1.2.2", true, ""},
		{"a developer's program -> wanted", Wish{URL: url, Version: "1.2.3", Share: 100}, "1f3a9c", true, ""},
		{"the same -> nothing", Wish{URL: url, Version: "1.2.3", Share: 100}, "v1.2.3", false, ""},
		{"an older -> what allows it", Wish{URL: url, Version: "1.2.3", Share: 100}, "v2", false, "firmware.downgrade"},
		{"an older, allowed -> wanted", Wish{URL: url, Version: "1.2.3", Share: 100, Downgrade: true}, "v2", true, ""},
		{"at least, and it is -> nothing", Wish{URL: url, Version: ">=1.2.3", Share: 100}, "v2", false, ""},
		{"at least, and it is not -> wanted", Wish{URL: url, Version: ">=1.2.3", Share: 100}, "v1.2.2", true, ""},
		{"no version -> what to say", Wish{URL: url, Share: 100}, "v1", false, "firmware.version"},
		{"for nobody -> whose turn", Wish{URL: url, Version: "2", Share: 0}, "v1", false, "turn"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			why, wanted := c.wish.Wanted(c.own, "0004135a0b0c")
			if wanted != c.want || !strings.Contains(why, c.why) || c.why == "" && why != "" {
				t.Errorf("%v, %q", wanted, why)
			}
		})
	}
}

func TestWish_share_is_of_all_telephones(t *testing.T) {
	for _, share := range []int{0, 1, 10, 50, 90, 100} {
		count := 0
		for i := range 10000 {
			_, wanted := Wish{URL: "x", Version: "2", Share: share}.Wanted("1", fmt.Sprintf("000413%06x", i))
			if wanted {
				count++
			}
		}
		if count < share*100-150 || count > share*100+150 {
			t.Errorf("%d %%: %d of 10000", share, count)
		}
	}
}

func TestWish_share_grows(t *testing.T) {
	for i := range 200 {
		telephone, before := fmt.Sprint(i), false
		for share := range 101 {
			_, wanted := Wish{URL: "x", Version: "2", Share: share}.Wanted("1", telephone)
			if before && !wanted {
				t.Fatalf("telephone %d had it before %d %%", i, share)
			}
			before = wanted
		}
	}
}

func TestWish_allows(t *testing.T) {
	for _, c := range []struct {
		arrow, wish string
		file, fault string
	}{
		{"what was wished -> taken", "2.0", "v2.0", ""},
		{"another -> which", "2.0", "v2.1", "wants 2.0"},
		{"newer than the least -> taken", ">=2.0", "v2.1", ""},
		{"older than the least -> which", ">=2.0", "v1.9", "wants >=2.0"},
		{"older than this -> what allows it", "1.0", "v1.0", "firmware.downgrade"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			err := Wish{Version: c.wish}.Allows(Manifest{Version: c.file}, "v1.5")
			if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
				t.Error(err)
			}
		})
	}
}

func TestWish_due(t *testing.T) {
	zone := time.FixedZone("there", 3600)
	at := func(text string) time.Time {
		moment, err := time.ParseInLocation("2 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return moment.AddDate(2026, 10, 0)
	}
	const telephone = "0004135a0b0c"
	for _, c := range []struct {
		arrow, window, now string
		from, before       string
	}{
		{"no window -> now", "", "5 12:00", "5 12:00", "5 12:01"},
		{"before it -> in it", "13:00-15:00", "5 12:00", "5 13:00", "5 15:00"},
		{"after it -> in tomorrow's", "02:00-05:00", "5 12:00", "6 02:00", "6 05:00"},
		{"at its end -> now", "02:00-05:00", "5 04:59", "5 04:59", "5 05:00"},
		{"over midnight, before -> in it", "23:00-01:00", "5 12:00", "5 23:00", "6 01:00"},
		{"over midnight, in its end -> now", "23:00-01:00", "5 00:59", "5 00:59", "5 01:00"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			due := Wish{Window: c.window}.Due(at(c.now), telephone)
			if due.Before(at(c.from)) || !due.Before(at(c.before)) {
				t.Errorf("due %v", due)
			}
		})
	}
}

func TestWish_due_is_each_telephones_own(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	hours := map[int]int{}
	for i := range 3000 {
		due := Wish{Window: "02:00-05:00"}.Due(now, fmt.Sprintf("000413%06x", i))
		hours[due.Hour()]++
	}
	for hour := 2; hour < 5; hour++ {
		if hours[hour] < 800 || hours[hour] > 1200 {
			t.Errorf("%v", hours)
		}
	}
}
