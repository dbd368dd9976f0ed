package boardbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"offhook/cmd/internal/localapi"
)

// boxed is one boot, and what can be asked of it.
type boxed struct {
	*machine
	box    *box
	name   string
	before time.Time    // when what the exchange knew at power-on would expire
	socket net.Listener // the agent's, as if it were here
	joins  sync.WaitGroup
	meant  map[string]int // how often each relay was to be pulled
	file   string         // the board's, that a builder makes
}

var errPowerless = errors.New("the machine has gone off")

// boot switches the box on.
func (b *box) boot(name string) (*boxed, error) {
	m, err := boot(b.arch, b.order.Kernel, b.initrd, b.volume, b.order.Dir)
	if err != nil {
		return nil, err
	}
	b.figures.Boots++
	b.world.hangUp() // of the boot before, whose end the exchange did not see
	x := &boxed{machine: m, box: b, name: name, before: b.lastExpiry(), meant: map[string]int{}}
	path := filepath.Join(b.order.Dir, "agent")
	_ = os.Remove(path) // of the boot before
	if x.socket, err = net.Listen("unix", path); err != nil {
		m.cut()
		return nil, err
	}
	x.joins.Go(x.carry)
	return x, nil
}

// lastExpiry is when the exchange will have forgotten every binding of now.
func (b *box) lastExpiry() (last time.Time) {
	for _, r := range b.world.exchange.Registrations() {
		if r.Expires.After(last) {
			last = r.Expires
		}
	}
	return last
}

// carry joins each connection with the agent's socket in the box.
func (x *boxed) carry() {
	for {
		c, err := x.socket.Accept()
		if err != nil {
			return
		}
		x.joins.Go(func() {
			defer c.Close()
			there, err := net.DialTimeout("tcp", boxSide+":81", 2*time.Second)
			if err != nil {
				return
			}
			defer there.Close()
			done := make(chan struct{}, 2)
			for _, way := range [][2]net.Conn{{c, there}, {there, c}} {
				go func() {
					_, _ = io.Copy(way[0], way[1]) // ends when either side does
					done <- struct{}{}
				}()
			}
			select {
			case <-done:
			case <-x.done:
			}
		})
	}
}

// end cuts the power and keeps what the console said.
func (x *boxed) end() {
	x.socket.Close()
	x.cut()
	x.joins.Wait()
	file := filepath.Join(x.box.order.Dir, x.name+".console")
	_ = os.WriteFile(file, []byte(x.console.String()), 0o644) // for a person; nothing depends on it
}

// agent speaks to the agent in the box.
func (x *boxed) agent() *localapi.Client { return localapi.NewClient(x.socket.Addr().String()) }

// until waits for something to be so.
func (x *boxed) until(ctx context.Context, what string, limit time.Duration, ok func() bool) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(limit)
	defer late.Stop()
	for {
		if ok() {
			return nil
		}
		select {
		case <-tick.C:
		case <-x.done:
			return fmt.Errorf("%s: %w", what, errPowerless)
		case <-late.C:
			return fmt.Errorf("%s did not happen within %s", what, limit)
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		}
	}
}

// registered waits until the exchange has a binding that was made or refreshed in
// this boot: it may have the same contact as that of the boot before.
func (x *boxed) registered(ctx context.Context) error {
	err := x.until(ctx, "registering", 2*time.Minute, func() bool {
		for _, r := range x.box.world.exchange.Registrations() {
			if r.Extension == extension && r.Transport == "tls" && r.Expires.After(x.before) {
				return true
			}
		}
		return false
	})
	if err == nil {
		took := time.Since(x.began)
		x.box.boots = append(x.box.boots, took)
		x.box.tell("%s: registered %.1f s after power came", x.name, took.Seconds())
	}
	return err
}

// status waits for the agent to be as wanted.
func (x *boxed) status(ctx context.Context, what string, limit time.Duration, ok func(localapi.Status) bool) error {
	var last localapi.Status
	err := x.until(ctx, what, limit, func() bool {
		asking, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		s, err := x.agent().Status(asking)
		if err == nil {
			last = s
		}
		return err == nil && ok(s)
	})
	if err != nil {
		last.Calls = slices.DeleteFunc(last.Calls, func(c localapi.Call) bool { return !going(c) }) // they fill the screen
		text, _ := json.Marshal(last)
		return fmt.Errorf("%w: the agent says %s", err, text)
	}
	return nil
}

// ask asks the box's first process.
func (x *boxed) ask(ctx context.Context, method, path string, form url.Values, body []byte) ([]byte, error) {
	return x.tell(ctx, method, path, form, bytes.NewReader(body))
}

// tell asks with a body that may come bit by bit.
func (x *boxed) tell(ctx context.Context, method, path string, form url.Values, body io.Reader) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+boxSide+path+"?"+form.Encode(), body)
	if err != nil {
		return nil, err
	}
	r.Close = true // the next boot knows nothing of this one's connections
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(text)))
	}
	return text, err
}

// converse speaks into the telephone and listens to it: 16 000 samples a second.
func (x *boxed) converse(ctx context.Context, say []int16, d time.Duration) ([]int16, error) {
	ctx, cancel := context.WithTimeout(ctx, d*8+10*time.Second)
	defer cancel()
	var body bytes.Buffer
	if err := binary.Write(&body, binary.LittleEndian, say); err != nil {
		return nil, err
	}
	text, err := x.ask(ctx, http.MethodPost, "/converse", url.Values{"for": {d.String()}}, body.Bytes())
	heard := make([]int16, len(text)/2)
	for i := range heard {
		heard[i] = int16(binary.LittleEndian.Uint16(text[2*i:]))
	}
	return heard, err
}

// vitals are what the box's kernel knows of the agent.
type vitals struct {
	PID    int     `json:"pid"`
	Starts int     `json:"starts"`
	RSS    int     `json:"rss_kb,string"`
	First  float64 `json:"first_start,string"` // seconds since the kernel began
	Uptime string  `json:"uptime"`
}

func (x *boxed) vitals(ctx context.Context) (v vitals, err error) {
	text, err := x.ask(ctx, http.MethodGet, "/vitals", nil, nil)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(text, &v)
}
