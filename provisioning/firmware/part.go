package firmware

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// part is the file that a download grows in. It survives a restart.
type part struct {
	slots    Slots
	of       partOf
	tell     func(percent int)
	have     int64
	file     *os.File
	lastTold int
}

// partOf is what the file is of.
type partOf struct {
	URL     string `json:"url"`
	Version string `json:"version,omitempty"` // of the file, as HTTP tells them apart
	Total   int64  `json:"total,omitempty"`
	Bad     int    `json:"bad,omitempty"` // how often it came and was damaged
	Why     string `json:"why,omitempty"` // that version of it is no good
}

func (s Slots) loadPartOf() (of partOf) {
	data, err := s.Disk.ReadFile(s.partOf())
	if err != nil || json.Unmarshal(data, &of) != nil {
		return partOf{}
	}
	return of
}

func (s Slots) savePartOf(of partOf) error {
	data, err := json.Marshal(of)
	if err != nil {
		return err
	}
	return s.Disk.Write(s.partOf(), data)
}

// refuse remembers why what was fetched last is no good, so that it is not fetched
// again; "": it is.
func (s Slots) refuse(why string) error {
	of := s.loadPartOf()
	of.Why = why
	return s.savePartOf(of)
}

// damaged is as refuse for what may have been damaged on its way, or by a power cut
// in the middle of it: it is fetched once more from its begin.
func (s Slots) damaged(why string) error {
	of := s.loadPartOf()
	if of.Bad++; of.Bad > 1 {
		of.Why = why
	}
	return s.savePartOf(of)
}

// openPart begins or goes on with the download of a URL.
func (s Slots) openPart(url string, tell func(int)) (*part, error) {
	if err := s.Disk.MkdirAll(s.Dir); err != nil {
		return nil, err
	}
	p := &part{slots: s, tell: tell, of: s.loadPartOf()}
	if p.of.URL != url {
		p.of = partOf{URL: url}
		if err := s.Disk.Remove(s.Part()); err != nil {
			return nil, err
		}
	}
	info, err := os.Stat(s.Part())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil {
		p.have = info.Size()
	}
	if p.have > p.of.Total { // of another, or of none: its end would be asked for, for ever
		p.have = 0
	}
	return p, nil
}

// whole tells whether nothing is missing.
func (p *part) whole() bool { return p.of.Total > 0 && p.have == p.of.Total }

// refusedVersion names the version that need not be fetched again.
func (p *part) refusedVersion() string {
	if p.of.Why != "" && p.have == 0 {
		return p.of.Version
	}
	return ""
}

// Have is how much of which version is there.
func (p *part) Have() (int64, string) { return p.have, p.of.Version }

// Begin makes ready for what comes. What the file is of is kept before any of it:
// the power may go.
func (p *part) Begin(from, total int64, version string) (io.Writer, error) {
	if total > maxProgram {
		return nil, fmt.Errorf("the file has %d bytes: this is not a program for a telephone", total)
	}
	if err := p.slots.Room(total - from); err != nil {
		return nil, err
	}
	if from == 0 {
		if err := p.slots.Disk.Remove(p.slots.Part()); err != nil {
			return nil, err
		}
		bad := p.of.Bad
		if version != p.of.Version {
			bad = 0
		}
		p.have, p.of = 0, partOf{URL: p.of.URL, Version: version, Total: total, Bad: bad}
		if err := p.slots.savePartOf(p.of); err != nil {
			return nil, err
		}
	}
	var err error
	p.file, err = os.OpenFile(p.slots.Part(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	return p, err
}

func (p *part) Write(data []byte) (int, error) {
	n, err := p.file.Write(data)
	p.have += int64(n)
	if percent := int(p.have * 100 / max(1, p.of.Total)); percent != p.lastTold {
		p.lastTold = percent
		p.tell(percent)
	}
	return n, err
}

// close makes what came durable.
func (p *part) close() error {
	if p.file == nil {
		return nil
	}
	return errors.Join(p.file.Sync(), p.file.Close())
}
