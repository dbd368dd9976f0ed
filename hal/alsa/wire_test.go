package alsa

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"offhook/hal"
)

func layoutOf(t *testing.T, name string) layout {
	t.Helper()
	for _, l := range layouts() {
		if l.name == name {
			return l
		}
	}
	t.Fatalf("no layout %s", name)
	return layout{}
}

func TestWire_put(t *testing.T) {
	for _, c := range []struct {
		format string
		v      int16
		want   []byte
	}{
		{"S16_LE", 0x1234, []byte{0x34, 0x12}}, {"S16_LE", math.MinInt16, []byte{0, 0x80}}, {"S16_LE", -1, []byte{0xff, 0xff}},
		{"S32_LE", 0x1234, []byte{0, 0, 0x34, 0x12}}, {"S32_LE", math.MinInt16, []byte{0, 0, 0, 0x80}}, {"S32_LE", -1, []byte{0, 0, 0xff, 0xff}},
		{"S24_LE", 0x1234, []byte{0, 0x34, 0x12, 0}}, {"S24_LE", math.MinInt16, []byte{0, 0, 0x80, 0xff}}, {"S24_LE", -1, []byte{0, 0xff, 0xff, 0xff}},
		{"S24_3LE", 0x1234, []byte{0, 0x34, 0x12}}, {"S24_3LE", math.MinInt16, []byte{0, 0, 0x80}}, {"S24_3LE", math.MaxInt16, []byte{0, 0xff, 0x7f}},
	} {
		t.Run(fmt.Sprintf("%s: %d -> % x", c.format, c.v, c.want), func(t *testing.T) {
			w := newWire(layoutOf(t, c.format), 3)
			w.put(1, c.v)
			n := len(c.want)
			if len(w.data) != 3*n || !bytes.Equal(w.data[n:2*n], c.want) {
				t.Errorf("% x", w.data)
			}
			if got := w.get(1); got != c.v {
				t.Errorf("and back: %d", got)
			}
			if !bytes.Equal(w.data[:n], make([]byte, n)) || !bytes.Equal(w.data[2*n:], make([]byte, n)) {
				t.Errorf("its neighbours became % x", w.data)
			}
		})
	}
}

func TestWire_get(t *testing.T) {
	for _, c := range []struct {
		format string
		data   []byte
		want   int16
	}{
		{"S16_LE", []byte{0xff, 0x7f}, math.MaxInt16},
		{"S32_LE", []byte{0xff, 0x7f, 0x34, 0x12}, 0x1234},        // just below half a step
		{"S32_LE", []byte{0, 0x80, 0x34, 0x12}, 0x1235},           // half a step
		{"S32_LE", []byte{0xff, 0xff, 0xff, 0x7f}, math.MaxInt16}, // as loud as can be
		{"S32_LE", []byte{0, 0x80, 0xff, 0x7f}, math.MaxInt16},    // would be rounded past it
		{"S32_LE", []byte{0xff, 0x7f, 0xff, 0x7f}, math.MaxInt16}, // the last that would not
		{"S32_LE", []byte{0, 0, 0, 0x80}, math.MinInt16},          // the lowest
		{"S32_LE", []byte{0, 0x80, 0xff, 0xff}, 0},                // half a step below 0
		{"S32_LE", []byte{0xff, 0x7f, 0xff, 0xff}, -1},            // a little more
		{"S24_LE", []byte{0x7f, 0x34, 0x12, 0xff}, 0x1234},        // the highest byte is not part of it
		{"S24_LE", []byte{0x80, 0x34, 0x12, 0xa5}, 0x1235},        //
		{"S24_LE", []byte{0xff, 0xff, 0x7f, 0x80}, math.MaxInt16}, //
		{"S24_LE", []byte{0, 0, 0x80, 0x7f}, math.MinInt16},       //
		{"S24_3LE", []byte{0x7f, 0x34, 0x12}, 0x1234},             //
		{"S24_3LE", []byte{0x80, 0x34, 0x12}, 0x1235},             //
		{"S24_3LE", []byte{0x80, 0xff, 0x7f}, math.MaxInt16},      //
		{"S24_3LE", []byte{0xff, 0xff, 0xff}, 0},                  // the smallest below 0
		{"S24_3LE", []byte{0, 0, 0x80}, math.MinInt16},            //
	} {
		t.Run(fmt.Sprintf("%s: % x -> %d", c.format, c.data, c.want), func(t *testing.T) {
			w := newWire(layoutOf(t, c.format), 3)
			copy(w.data[len(c.data):], c.data)
			if got := w.get(1); got != c.want || w.get(0) != 0 || w.get(2) != 0 {
				t.Errorf("got %d", got)
			}
		})
	}
}

// with has both directions have these formats, in that many channels.
func with(m *machine, channels int, play, record []int) {
	p, r := able, able
	p.formats, r.formats, p.channelsMax, r.channelsMax = play, record, channels, channels
	m.can = map[direction]abilities{playback: p, capture: r}
}

func TestPCM_format(t *testing.T) {
	all := []int{formatS16LE, formatS24LE, formatS32LE, formatS243LE}
	for _, c := range []struct {
		name         string
		format       string
		play, record []int
		same         bool
		want         [2]string
	}{
		{"all -> 16 bits", auto, all, all, false, [2]string{"S16_LE", "S16_LE"}},
		{"32 and 24 bits -> 32", auto, []int{formatS24LE, formatS32LE}, []int{formatS24LE, formatS32LE}, false, [2]string{"S32_LE", "S32_LE"}},
		{"24 bits in three bytes alone -> those", auto, []int{formatS243LE}, []int{formatS243LE}, false, [2]string{"S24_3LE", "S24_3LE"}},
		{"capture has 32 bits only -> both have", auto, all, []int{formatS32LE}, true, [2]string{"S32_LE", "S32_LE"}},
		{"playback has 24 bits only -> both have", auto, []int{formatS24LE}, all, true, [2]string{"S24_LE", "S24_LE"}},
		{"nothing that both have -> each its own", auto, []int{formatS16LE}, []int{formatS243LE}, false, [2]string{"S16_LE", "S24_3LE"}},
		{"asked for -> taken", "S24_LE", all, all, true, [2]string{"S24_LE", "S24_LE"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			with(m, 2, c.play, c.record)
			m.same = c.same
			a := openOn(t, m, part(hal.Params{"format": c.format}))
			if d := a.(*PCM); d.playback.period.name != c.want[0] || d.capture.period.name != c.want[1] {
				t.Errorf("playback has %s, capture %s", d.playback.period.name, d.capture.period.name)
			}
			echo(t, a, 10)
			heard, period := m.open[playback].heard, a.Format().Period
			for i, v := range heard[2*period:] {
				if v != captured(i, 0) {
					t.Fatalf("sample %d: heard %d, want %d", i, v, captured(i, 0))
				}
			}
			p := make([]int16, period)
			m.do(func() { m.open[playback].heard = make([]int16, 0, 100*period) }) // the fake's own
			if n := testing.AllocsPerRun(20, func() { _, _ = a.ReadPeriod(p), a.WritePeriod(p) }); n > 0 {
				t.Errorf("%v allocations a period", n)
			}
			closeIt(t, a)
		})
	}
}

// A codec of eight slots: what is heard is in those named, and silence elsewhere.
func TestPCM_slots(t *testing.T) {
	for _, l := range layouts() {
		t.Run(l.name+": slots 1 and 6 of 8 -> those alone", func(t *testing.T) {
			m := newMachine(t)
			with(m, 8, []int{l.bit}, []int{l.bit})
			a := openOn(t, m, part(hal.Params{"playback-channels": 8, "playback-slots": []any{6, 1}, "capture-channels": 3, "capture-channel": 2}))
			p := make([]int16, a.Format().Period)
			speaker := m.open[playback]
			heard := func(want ...int) {
				t.Helper()
				if err := a.WritePeriod(p); err != nil {
					t.Fatal(err)
				}
				var got []int
				for c := range 8 {
					switch v := speaker.played(speaker.appl-1, c); v {
					case p[len(p)-1]:
						got = append(got, c)
					case 0:
					default:
						t.Errorf("slot %d plays %d", c, v)
					}
				}
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("heard in slots %v, want %v", got, want)
				}
			}
			echo(t, a, 1)
			if err := a.ReadPeriod(p); err != nil || p[5] != captured(5, 2) {
				t.Errorf("captured %d, %v", p[5], err)
			}
			heard(1, 6)
			a.(hal.Channels).PlayOn(3)
			heard(3)
			a.(hal.Channels).PlayOn(-1)
			heard(1, 6)
			closeIt(t, a)
		})
	}
}
