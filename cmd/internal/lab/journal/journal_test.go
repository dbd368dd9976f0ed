package journal

import (
	"fmt"
	"testing"
)

func TestAfter_keeps_the_newest_in_order(t *testing.T) {
	var j Journal
	for i := range keep + 50 {
		j.Add(SIP, fmt.Sprint(i))
	}
	all := j.After(0)
	if len(all) != keep || all[0].Text != "50" || all[len(all)-1].Number != keep+50 {
		t.Fatalf("%d events, first %+v", len(all), all[0])
	}
	if rest := j.After(keep + 48); len(rest) != 2 {
		t.Errorf("%d events after the last but two", len(rest))
	}
	if rest := j.After(keep + 50); rest != nil {
		t.Errorf("events after the last: %v", rest)
	}
}

func TestListen_a_slow_listener_is_told_once_and_holds_nobody_up(t *testing.T) {
	var j Journal
	wake, stop := j.Listen()
	j.Add(SIP, "one")
	j.Changed()
	j.Add(SIP, "two")
	<-wake
	select {
	case <-wake:
		t.Error("told twice")
	default:
	}
	stop()
	j.Add(SIP, "three")
	select {
	case <-wake:
		t.Error("told after it stopped listening")
	default:
	}
}
