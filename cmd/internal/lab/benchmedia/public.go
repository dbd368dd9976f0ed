package benchmedia

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	publicWindows = 3 // of two minutes, of each file at most
	shortest      = 20 * time.Second
	mtu           = 1500
	packetSize    = 160 + 12 + 8 + 20 // of G.711 over RTP, UDP and IPv4
)

// PublicTraces reads recorded networks from the files of a folder. A file has, on each line,
//
//	sequence send-ms arrival-ms    or    sequence send-ms lost
//
// in the order of sending, or one number a line, never falling: the milliseconds at which a link
// could carry 1500 bytes (a trace of mahimahi's mm-link), through which packets of 20 ms are
// queued. Lines that begin with # are left out.
func PublicTraces(dir string) ([]*Trace, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []*Trace
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		traces, err := readPublic(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("trace %s: %w", filepath.Join(dir, e.Name()), err)
		}
		all = append(all, traces...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no trace in %s", dir)
	}
	return all, nil
}

func readPublic(path string) ([]*Trace, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	var rows [][]string
	for s := bufio.NewScanner(f); s.Scan(); {
		if fields := strings.Fields(s.Text()); len(fields) > 0 && fields[0][0] != '#' {
			rows = append(rows, fields)
		}
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	if len(rows) > 0 && len(rows[0]) == 1 {
		return carried(name, rows)
	}
	t, err := recorded(name, rows)
	if err != nil {
		return nil, err
	}
	return []*Trace{t}, nil
}

var errRow = errors.New("wanted: sequence, ms of sending, ms of arrival or lost")

// recorded is the trace of packets.
func recorded(name string, rows [][]string) (*Trace, error) {
	t := &Trace{Name: name, PTime: time.Hour}
	for i, row := range rows {
		if len(row) != 3 {
			return nil, fmt.Errorf("line %d: %w", i+1, errRow)
		}
		sent, err := millisOf(row[1])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		arrival := lost
		if row[2] != "lost" {
			if arrival, err = millisOf(row[2]); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
		if i > 0 {
			t.PTime = min(t.PTime, (sent - t.Sent[i-1]).Round(10*ms))
		}
		t.Sent, t.Arrival = append(t.Sent, sent), append(t.Arrival, arrival)
	}
	if len(rows) < 2 || t.PTime < 10*ms || t.PTime > 60*ms {
		return nil, fmt.Errorf("%d packets, %v apart: %w, 10 to 60 ms apart", len(rows), t.PTime, errRow)
	}
	for _, s := range t.Sent {
		t.Media = append(t.Media, (s-t.Sent[0]+t.PTime/2)/t.PTime*t.PTime)
	}
	return t.first(t.Sent[0] + packets*ptime).settled()
}

func millisOf(s string) (time.Duration, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v < 0 || v > 1e9 {
		return 0, fmt.Errorf("%q: %w", s, errRow)
	}
	return time.Duration(v * float64(ms)), nil
}

// carried is packets that wait for a link's opportunities, in windows of two minutes.
func carried(name string, rows [][]string) (all []*Trace, err error) {
	var at []time.Duration
	for i, row := range rows {
		v, err := millisOf(row[0])
		if err != nil || len(row) != 1 || i > 0 && v < at[i-1] {
			return nil, fmt.Errorf("line %d: wanted one number of ms, not below the one before", i+1)
		}
		at = append(at, v)
	}
	length := min(packets*ptime, at[len(at)-1]-time.Second)
	if length < shortest {
		return nil, fmt.Errorf("shorter than %v", shortest)
	}
	for w := range publicWindows {
		from := time.Duration(w) * length
		if from+length+time.Second > at[len(at)-1] {
			break
		}
		t, err := queued(fmt.Sprintf("%s %d", name, w+1), at, from, int(length/ptime)).settled()
		if err != nil {
			return nil, err
		}
		t.Seed = uint64(w)
		all = append(all, t)
	}
	return all, nil
}

// queued sends packets through a link, one each 20 ms, from a time on.
func queued(name string, at []time.Duration, from time.Duration, count int) *Trace {
	t := &Trace{Name: name, PTime: ptime}
	next, left := 0, mtu
	for i := range count {
		sent := time.Duration(i) * ptime
		for next < len(at) && (at[next]-from < sent || left < packetSize) {
			next, left = next+1, mtu
		}
		arrival := lost
		if next < len(at) {
			arrival = at[next] - from
		}
		left -= packetSize
		t.Media, t.Sent, t.Arrival = append(t.Media, sent), append(t.Sent, sent), append(t.Arrival, arrival)
	}
	return t
}

// settled finds the fastest packet.
func (t *Trace) settled() (*Trace, error) {
	t = t.as(t.Arrival)
	if t.Base == time.Hour {
		return nil, errors.New("no packet arrived")
	}
	return t, nil
}
