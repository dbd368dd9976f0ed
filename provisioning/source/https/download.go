package https

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"offhook/provisioning"
)

// ErrNotModified tells that the file is the one that the request names.
var ErrNotModified = errors.New("the file has not changed")

// Partial is a large file that grows over several fetches.
type Partial interface {
	// Have is how much of which version of the file is there.
	Have() (octets int64, version string)
	// Begin makes ready for what comes, which is the version's octets from there on;
	// from 0 on it is all anew. An error ends the download.
	Begin(from, total int64, version string) (io.Writer, error)
}

// errStalled ends a download of which nothing comes any more.
var errStalled = errors.New("stalled")

// Download fetches a file that is too large to be held, and goes on where an
// earlier one of the same version has ended (RFC 9110 §14.2). There is no limit of
// time as long as something comes.
func (s *Source) Download(ctx context.Context, r provisioning.Request, p Partial) error {
	u, err := url.Parse(r.URL)
	if err != nil || u.Hostname() == "" {
		return &Error{Msg: "URL: it cannot be read; write it as https://host/path"}
	}
	if err := allowed(u, r.Access.AllowHTTP); err != nil {
		return err
	}
	client, done, err := s.client(u, r)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	idle := time.AfterFunc(s.cfg.Stall, func() { cancel(errStalled) })
	defer idle.Stop()
	request := newRequest(ctx, u, r)
	have, version := p.Have()
	if have > 0 && version != "" {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		request.Header.Set("If-Range", version)
	}
	response, err := client.Do(request)
	if err != nil {
		return s.broken(ctx, err, u)
	}
	defer response.Body.Close()
	from, total, err := extent(response, have, r)
	if err != nil {
		return err
	}
	to, err := p.Begin(from, total, versionOf(response))
	if err != nil {
		return err
	}
	// A part in chunks may be longer than it says.
	got, err := io.Copy(to, io.LimitReader(moving{response.Body, idle, s.cfg.Stall}, total-from))
	if errors.Is(err, io.ErrUnexpectedEOF) || err == nil && from+got != total {
		return &Error{Msg: fmt.Sprintf("HTTP: the connection ended at %d of %d bytes (%s); it will be gone on with", from+got, total, shown(u)), Err: io.ErrUnexpectedEOF}
	}
	if err != nil {
		return s.broken(ctx, err, u)
	}
	return nil
}

func (s *Source) broken(ctx context.Context, err error, u *url.URL) error {
	if context.Cause(ctx) == errStalled {
		return &Error{Msg: fmt.Sprintf("HTTP: nothing came for %v (%s); it will be gone on with", s.cfg.Stall, shown(u)), Err: err}
	}
	return s.explain(err, u)
}

// extent is which octets an answer holds, and how many the file has.
func extent(response *http.Response, have int64, r provisioning.Request) (from, total int64, err error) {
	switch response.StatusCode {
	case http.StatusNotModified:
		return 0, 0, ErrNotModified
	case http.StatusOK:
		if response.ContentLength <= 0 {
			return 0, 0, &Error{Msg: fmt.Sprintf("HTTP: the server does not say how long the file is (%s); have it send Content-Length", shown(response.Request.URL))}
		}
		return 0, response.ContentLength, nil
	case http.StatusPartialContent:
		rest, ok := strings.CutPrefix(response.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", have))
		_, size, _ := strings.Cut(rest, "/")
		total, bad := strconv.ParseInt(size, 10, 64)
		if !ok || bad != nil || total <= have {
			return 0, 0, &Error{Msg: fmt.Sprintf("HTTP: the server sends another part of the file than was asked for (%s)", shown(response.Request.URL))}
		}
		return have, total, nil
	}
	return 0, 0, refused(response, r.Access, response.Request.URL)
}

// moving is a body that puts off the end of patience whenever something comes.
type moving struct {
	io.Reader
	idle  *time.Timer
	stall time.Duration
}

func (m moving) Read(p []byte) (int, error) {
	n, err := m.Reader.Read(p)
	if n > 0 {
		m.idle.Reset(m.stall)
	}
	return n, err
}
