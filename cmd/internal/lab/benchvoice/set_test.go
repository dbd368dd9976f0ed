package benchvoice

import (
	"reflect"
	"testing"
)

func TestSet(t *testing.T) {
	if !reflect.DeepEqual(Set(0), Scenes()) {
		t.Error("set 0 is not the test set")
	}
	if !reflect.DeepEqual(Set(3), Set(3)) {
		t.Error("a set is another one each time")
	}
	usual := Set(0)
	for i, s := range Set(3) {
		if s.Name != usual[i].Name || s.Seed == usual[i].Seed || s.Size == usual[i].Size {
			t.Errorf("%s: not another scene of the same name: %+v", usual[i].Name, s)
		}
		if s.Far == s.Near {
			t.Errorf("%s: %s speaks to herself", s.Name, s.Far)
		}
	}
}
