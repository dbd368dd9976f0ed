package web

import (
	"context"
	"net/http"
	"strconv"

	"offhook/cmd/internal/localapi"
)

// serveReading adds what can be looked at.
func (s *site) serveReading(mux *http.ServeMux) {
	b := s.Backend
	get := func(path string, f func(context.Context, *http.Request) (any, error)) {
		mux.HandleFunc("GET /api/"+path, s.inside(func(w http.ResponseWriter, r *http.Request, _ *session) {
			ctx, cancel := context.WithTimeout(r.Context(), backTime)
			defer cancel()
			v, err := f(ctx, r)
			if err != nil {
				refuseFor(w, err)
				return
			}
			reply(w, v)
		}))
	}
	get("status", func(ctx context.Context, _ *http.Request) (any, error) { return b.Status(ctx) })
	get("calls/{id}", func(ctx context.Context, r *http.Request) (any, error) {
		id, _ := strconv.ParseUint(r.PathValue("id"), 10, 64) // there is no call 0
		return b.Call(ctx, id)
	})
	get("explain", func(ctx context.Context, _ *http.Request) (any, error) {
		all, err := b.Explain(ctx)
		if all == nil {
			all = []localapi.Setting{}
		}
		return all, err
	})
	get("history", func(ctx context.Context, _ *http.Request) (any, error) { return b.History(ctx) })
	get("history/{number}", func(ctx context.Context, r *http.Request) (any, error) { return b.Kept(ctx, number(r, "number")) })
	get("history/{number}/diff/{other}", func(ctx context.Context, r *http.Request) (any, error) {
		lines, err := b.Differences(ctx, number(r, "number"), number(r, "other"))
		if lines == nil {
			lines = []string{}
		}
		return lines, err
	})
	mux.HandleFunc("GET /api/screen.png", s.inside(s.screen))
	mux.HandleFunc("GET /api/logs", s.inside(s.logs))
}

// number is one of the path's; no document has 0 or less.
func number(r *http.Request, name string) int {
	n, _ := strconv.Atoi(r.PathValue(name))
	return n
}

func (s *site) screen(w http.ResponseWriter, r *http.Request, _ *session) {
	ctx, cancel := context.WithTimeout(r.Context(), backTime)
	defer cancel()
	png, err := s.Backend.Screen(ctx)
	if err != nil {
		refuseFor(w, err)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Length", strconv.Itoa(len(png)))
	_, _ = w.Write(png) // the browser may be gone
}
