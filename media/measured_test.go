package media

import (
	"encoding/json"
	"math"
	"testing"
)

func TestMeasured(t *testing.T) {
	for _, test := range []struct {
		m          Measured
		text, wire string
	}{
		{Measured{}, "–", "null"},
		{Measured{Value: 7}, "–", "null"},
		{Figure(12.34), "12.3", "12.3"},
		{Figure(-0.01), "0", "0"},
		{Figure(0), "0", "0"},
		{Figure(-6), "-6", "-6"},
		{Figure(math.NaN()), "–", "null"},
		{Figure(math.Inf(1)), "–", "null"},
	} {
		wire, err := json.Marshal(test.m)
		if err != nil || string(wire) != test.wire || test.m.String() != test.text {
			t.Errorf("%+v: %s, %s, %v", test.m, test.m, wire, err)
		}
		var back Measured
		if err := json.Unmarshal(wire, &back); err != nil || back.String() != test.text || back.Known != test.m.Known {
			t.Errorf("%s is read as %+v, %v", wire, back, err)
		}
	}
	var m Measured
	if err := json.Unmarshal([]byte(`"loud"`), &m); err == nil {
		t.Error("a word is read as a figure")
	}
}
