package https

import (
	"fmt"
	"io"
	"net/http"
	"strings"
)

// resumes is how often what is missing of a file is asked for.
const resumes = 3

// body reads a file. When the connection ends in its midst the rest is asked for,
// if the server has a name for this very version of the file (RFC 9110 §13.1.5).
func (s *Source) body(client *http.Client, first *http.Response) ([]byte, error) {
	data, err := s.some(first, 0)
	version := versionOf(first)
	for range resumes {
		if err == nil || len(data) == 0 || version == "" || first.Request.Context().Err() != nil {
			break
		}
		next, ok := rest(client, first, version, len(data))
		if !ok {
			break
		}
		var more []byte
		more, err = s.some(next, len(data))
		_ = next.Body.Close()
		data = append(data, more...)
	}
	return data, err
}

// some reads what comes, and no more than shows that the whole is too large.
func (s *Source) some(response *http.Response, have int) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(response.Body, s.cfg.MaxSize+1-int64(have)))
	if err == nil {
		// A server that sees us hang up may end its answer as if it were whole.
		err = response.Request.Context().Err()
	}
	return data, err
}

// versionOf is a validator that names the bytes: a weak one names their meaning.
func versionOf(response *http.Response) string {
	if tag := response.Header.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		return tag
	}
	return response.Header.Get("Last-Modified")
}

// rest asks for what follows the bytes that are there. The answer is used only
// when it says itself that it is that.
func rest(client *http.Client, first *http.Response, version string, have int) (*http.Response, bool) {
	request := first.Request.Clone(first.Request.Context())
	for _, name := range []string{"If-None-Match", "If-Modified-Since", "Authorization"} {
		request.Header.Del(name)
	}
	request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	request.Header.Set("If-Range", version)
	next, err := client.Do(request)
	if err != nil {
		return nil, false
	}
	from := fmt.Sprintf("bytes %d-", have)
	if next.StatusCode != http.StatusPartialContent || !strings.HasPrefix(next.Header.Get("Content-Range"), from) {
		_ = next.Body.Close()
		return nil, false
	}
	return next, true
}
