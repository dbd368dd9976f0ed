package localapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"syscall"
)

// Client speaks to a running agent.
type Client struct {
	path string
	http *http.Client
}

// NewClient makes a client of the socket at path. It connects when used.
func NewClient(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	return &Client{path: path, http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Status asks for the agent's status.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.call(ctx, "GET", "/v1/status", nil, &s)
}

// Call asks for one call.
func (c *Client) Call(ctx context.Context, id uint64) (d CallDetail, err error) {
	return d, c.call(ctx, "GET", fmt.Sprintf("/v1/calls/%d", id), nil, &d)
}

// Explain asks for every setting and where it comes from.
func (c *Client) Explain(ctx context.Context) (s []Setting, err error) {
	return s, c.call(ctx, "GET", "/v1/explain", nil, &s)
}

// Dial asks for a call.
func (c *Client) Dial(ctx context.Context, r DialRequest) error {
	return c.call(ctx, "POST", "/v1/dial", r, nil)
}

// Answer answers the call that rings.
func (c *Client) Answer(ctx context.Context) error {
	return c.call(ctx, "POST", "/v1/answer", nil, nil)
}

// Hangup ends the call in front.
func (c *Client) Hangup(ctx context.Context) error {
	return c.call(ctx, "POST", "/v1/hangup", nil, nil)
}

// Reprovision has the configuration fetched now.
func (c *Client) Reprovision(ctx context.Context) error {
	return c.call(ctx, "POST", "/v1/reprovision", nil, nil)
}

// Record begins or ends the recording of the talk.
func (c *Client) Record(ctx context.Context, r Switch) error {
	return c.call(ctx, "POST", "/v1/record", r, nil)
}

// Conference joins the talk and the held call, or splits the conference.
func (c *Client) Conference(ctx context.Context, r Switch) error {
	return c.call(ctx, "POST", "/v1/conference", r, nil)
}

// Play plays a WAV file, or ends it.
func (c *Client) Play(ctx context.Context, r PlayRequest) error {
	return c.call(ctx, "POST", "/v1/play", r, nil)
}

// DoNotDisturb begins or ends it.
func (c *Client) DoNotDisturb(ctx context.Context, r Switch) error {
	return c.call(ctx, "POST", "/v1/dnd", r, nil)
}

// Forward sends every call elsewhere, or ends that.
func (c *Client) Forward(ctx context.Context, r ForwardRequest) error {
	return c.call(ctx, "POST", "/v1/forward", r, nil)
}

// OpenDoor opens a door.
func (c *Client) OpenDoor(ctx context.Context, r DoorRequest) error {
	return c.call(ctx, "POST", "/v1/door/open", r, nil)
}

// Message sends a text and waits for what becomes of it.
func (c *Client) Message(ctx context.Context, r MessageRequest) error {
	return c.call(ctx, "POST", "/v1/message", r, nil)
}

// Screen returns the telephone's screen as a PNG.
func (c *Client) Screen(ctx context.Context) ([]byte, error) {
	body, err := c.do(ctx, "GET", "/v1/screen.png", nil)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// Logs calls line for every log record (JSON), until there are no more or,
// with follow, until the context ends.
func (c *Client) Logs(ctx context.Context, follow bool, line func([]byte) error) error {
	path := "/v1/logs"
	if follow {
		path += "?follow"
	}
	body, err := c.do(ctx, "GET", path, nil)
	if err != nil {
		return err
	}
	defer body.Close()
	scanner := bufio.NewScanner(body)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		if err := line(scanner.Bytes()); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return scanner.Err()
}

func (c *Client) call(ctx context.Context, method, path string, in, out any) error {
	body, err := c.do(ctx, method, path, in)
	if err != nil {
		return err
	}
	defer body.Close()
	if out == nil {
		return nil
	}
	return json.NewDecoder(body).Decode(out)
}

func (c *Client) do(ctx context.Context, method, path string, in any) (io.ReadCloser, error) {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://offhook"+path, body)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("%w (nothing answers at %s): start it with offhook run, or name its socket with --socket", ErrNotRunning, c.path)
	}
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	if resp.StatusCode == http.StatusOK {
		return resp.Body, nil
	}
	defer resp.Body.Close()
	var f failure
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxBody)).Decode(&f); err != nil || f.Error == "" {
		return nil, fmt.Errorf("control socket: %s", resp.Status)
	}
	return nil, errors.New(f.Error)
}
