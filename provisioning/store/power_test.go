package store

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"offhook/provisioning/store/storetest"
)

// history saves the texts until the power goes; it returns how many saves were
// promised to be durable.
func history(d Disk) (promised int) { return historyIn("state", d) }

func historyIn(path string, d Disk) (promised int) {
	s, err := Open(path, d)
	if err != nil {
		return 0
	}
	for i, text := range texts {
		if _, err := s.Save(record(text)); err != nil {
			return i
		}
	}
	return len(texts)
}

// texts are more than the history keeps.
var texts = []string{"a", "b", "c", "d", "e", "f", "g"}

func TestDir_survives_a_power_cut_at_every_operation(t *testing.T) {
	whole := storetest.NewPaper(-1)
	history(whole)
	disks := 0
	for budget := range whole.Operations() + 1 {
		d := storetest.NewPaper(budget)
		promised := history(d)
		for i, after := range d.Aftermath() {
			disks++
			t.Run(fmt.Sprintf("operation %d, disk %d", budget, i), func(t *testing.T) { survived(t, after, promised) })
		}
	}
	t.Logf("%d points for the power to go, %d disks found after them", whole.Operations()+1, disks)
}

// survived wants the newest promised document or the one being saved, whole,
// and a store that goes on working.
func survived(t *testing.T, d *storetest.Paper, promised int) {
	s, err := Open("state", d)
	if err != nil {
		t.Fatal(err)
	}
	records, err := s.Load()
	if err != nil {
		t.Error(err)
	}
	names := append([]string{""}, texts...)
	allowed := []string{names[promised], names[min(promised+1, len(texts))]}
	got := ""
	if len(records) > 0 {
		got = records[0].Meta.Hash[1:]
		if !bytes.Equal(records[0].Data, record(got).Data) {
			t.Errorf("document %s is not whole: %q", got, records[0].Data)
		}
	}
	if !slices.Contains(allowed, got) {
		t.Fatalf("found %q, want one of %q", got, allowed)
	}
	if _, err := s.Save(record("next")); err != nil {
		t.Fatal(err)
	}
	records, err = s.Load()
	if err != nil || records[0].Meta.Hash != "hnext" || got != "" && (len(records) < 2 || records[1].Meta.Hash != "h"+got) {
		t.Errorf("the next save: %v, %v", records, err)
	}
}
