package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// calibrated is the JSON of a calibration; null is what could not be measured.
type calibrated struct {
	Board      string    `json:"board"`
	Rate       int       `json:"sample_rate"`
	Echo       bool      `json:"echo_heard"`
	Delay      *float64  `json:"delay_ms"`
	Spread     *float64  `json:"delay_spread_ms"`
	ERL        *float64  `json:"erl_db"`
	Noise      *float64  `json:"noise_dbfs"`
	Level      *float64  `json:"level_dbfs"`
	Clipped    *float64  `json:"clipped_percent"`
	Distortion *float64  `json:"distortion_percent"`
	Tail       *float64  `json:"tail_ms"`
	Hidden     bool      `json:"tail_hidden"`
	Drift      *float64  `json:"drift_ppm"`
	Linear     *float64  `json:"erle_db"`
	Sent       *float64  `json:"suppressed_db"`
	Within     *float64  `json:"converged_ms"`
	Lost       uint64    `json:"xruns"`
	Half       bool      `json:"duplex_half"`
	TailMS     *float64  `json:"board_tail_ms"`
	LateMS     *float64  `json:"board_late_ms"`
	Response   []tracing `json:"response"`
	Impulse    []tracing `json:"impulse"`
	Cancelled  []tracing `json:"erle_over_time"`
	Settings   []string  `json:"settings"`
	Sentences  []string  `json:"advice"`
}

// tracing is a point of a curve: Hz or milliseconds, and dB.
type tracing struct {
	At float64 `json:"at"`
	DB float64 `json:"db"`
}

// rounded is a figure to a hundredth, nil where it is none.
func rounded(x float64, known bool) *float64 {
	if !known || math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	x = math.Round(100*x)/100 + 0
	return &x
}

func (m *measured) report() calibrated {
	f, c := m.found, m.cancelled
	e := f.Echo
	return calibrated{
		Board: m.board, Rate: m.format.SampleRate, Echo: e,
		Delay: rounded(ms(f.Delay), e), Spread: rounded(ms(f.Spread), e), ERL: rounded(f.ERL, e),
		Noise: rounded(f.Noise, true), Level: rounded(f.Level, true), Clipped: rounded(100*f.Clipped, true),
		Distortion: rounded(100*f.Distortion, e && f.Distortion > f.Unseen), Tail: rounded(ms(f.Tail), e), Hidden: f.TailHidden,
		Drift: rounded(f.Drift, f.Drifts), Linear: rounded(c.Linear, c.Known), Sent: rounded(c.Sent, c.Known),
		Within: rounded(ms(c.Within), c.Within > 0), Lost: m.lost, Half: m.half(),
		TailMS: rounded(ms(m.fit.tail), e), LateMS: rounded(ms(m.fit.late), e),
		Response: m.response(), Impulse: m.impulse(), Cancelled: m.overTime(),
		Settings: m.settings(), Sentences: m.sentences(),
	}
}

func (m *measured) response() (all []tracing) {
	for _, b := range m.found.Response {
		all = append(all, tracing{math.Round(b.Hz), *rounded(b.Gain, true)})
	}
	return all
}

func (m *measured) impulse() (all []tracing) {
	for _, i := range m.found.Impulse {
		all = append(all, tracing{i.At, *rounded(i.Level, true)})
	}
	return all
}

func (m *measured) overTime() (all []tracing) {
	for _, c := range m.cancelled.Moments {
		all = append(all, tracing{ms(c.At), *rounded(c.Linear, true)})
	}
	return all
}

// print tells a person.
func (m *measured) print(w io.Writer) {
	m.draw(w)
	r := m.report()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range []struct {
		name, unit string
		value      *float64
	}{
		{"bulk delay", "ms", r.Delay}, {"  differs between sweeps by", "ms", r.Spread},
		{"loss from loudspeaker to microphone (ERL)", "dB", r.ERL},
		{"the sweep at the microphone", "dBFS", r.Level}, {"noise of the microphone", "dBFS", r.Noise},
		{"clipped", "%", r.Clipped}, {"harmonic distortion", "%", r.Distortion},
		{"room, until 25 dB less are left", "ms", r.Tail}, {"drift between playback and capture", "ppm", r.Drift},
		{"taken out by the filter (ERLE)", "dB", r.Linear}, {"taken out in all", "dB", r.Sent}, {"  reached within", "ms", r.Within},
	} {
		value := "–"
		if row.value != nil {
			value = fmt.Sprintf("%.4g %s", *row.value, row.unit)
		}
		fmt.Fprintf(table, "%s\t%s\n", row.name, value)
	}
	_ = table.Flush() // where the lines before went, too
	fmt.Fprintln(w)
	for _, s := range r.Sentences {
		fmt.Fprintln(w, s)
	}
	if len(r.Settings) > 0 {
		fmt.Fprintf(w, "For the board file:\n  %s\n", strings.Join(r.Settings, "\n  "))
	}
}

// draw draws the curves as bars.
func (m *measured) draw(w io.Writer) {
	bars := func(title, unit string, all []tracing, every, least int) {
		if len(all) == 0 {
			return
		}
		fmt.Fprintf(w, "%s\n", title)
		for i := 0; i < len(all); i += every {
			most := all[i]
			for _, t := range all[i:min(i+every, len(all))] {
				most.DB = max(most.DB, t.DB)
			}
			fmt.Fprintf(w, "%7.0f %s  %-30s %.0f dB\n", most.At, unit, strings.Repeat("#", max(0, min(30, (int(math.Round(most.DB))-least)/2))), most.DB)
		}
	}
	impulse := m.impulse()
	end := ms(m.found.Delay+m.found.Tail) + 40
	for len(impulse) > 0 && impulse[len(impulse)-1].At > end {
		impulse = impulse[:len(impulse)-1]
	}
	bars("\nimpulse response", "ms", impulse, max(1, len(impulse)/24+1), -60)
	bars("\nfrequency response", "Hz", m.response(), 1, int(-m.found.ERL)-40)
	bars("\ntaken out by the filter", "ms", m.overTime(), 2, 0)
	fmt.Fprintln(w)
}
