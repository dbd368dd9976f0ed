package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// request makes the request of an order.
func (s *Sender) request(ctx context.Context, o order) (*http.Request, error) {
	fields := maps.Clone(s.cfg.Fields)
	if fields == nil {
		fields = map[string]string{}
	}
	maps.Copy(fields, o.event.Fields)
	fields["event"], fields["time"] = o.event.Name, o.event.At.UTC().Format(time.RFC3339)
	address := Expand(o.hook.URL, fields)
	method, body := http.MethodGet, []byte(nil)
	if o.hook.Method == "post" {
		method = http.MethodPost
		body, _ = json.Marshal(fields) // of strings alone
	}
	request, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("the address cannot be read")
	}
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("User-Agent", "offhook")
	if o.hook.Username != "" {
		request.SetBasicAuth(o.hook.Username, o.hook.Password)
	}
	return request, nil
}

// Expand puts the fields in their places in an address, so that whatever a caller
// sends stays one value of it. A field that the event does not have is empty.
func Expand(address string, fields map[string]string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(address, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			out.WriteString("{" + rest)
			return out.String()
		}
		out.WriteString(url.QueryEscape(fields[name]))
		address = after
	}
}
