package web

import (
	"context"
	"log/slog"
	"net/http"

	"offhook/cmd/internal/localapi"
)

// serveCommands adds what can be done.
func (s *site) serveCommands(mux *http.ServeMux) {
	b := s.Backend
	for name, do := range map[string]func(context.Context) error{
		"answer": b.Answer, "hangup": b.Hangup, "reprovision": b.Reprovision, "firmware/back": b.FirmwareBack,
	} {
		command(s, mux, name, func(ctx context.Context, _ struct{}) (any, error) { return struct{}{}, do(ctx) })
	}
	command(s, mux, "dial", saying(b.Dial))
	command(s, mux, "dnd", saying(b.DoNotDisturb))
	command(s, mux, "forward", saying(b.Forward))
	command(s, mux, "door/open", saying(b.OpenDoor))
	command(s, mux, "rollback", func(ctx context.Context, r localapi.RollbackRequest) (any, error) { return b.Rollback(ctx, r) })
	for name, decide := range map[string]func(context.Context, string) (string, error){"accept": b.Accept, "refuse": b.Refuse, "forget": b.Forget} {
		command(s, mux, "provisioning/"+name, func(ctx context.Context, r localapi.AcceptRequest) (any, error) {
			server, err := decide(ctx, r.Server)
			return localapi.AcceptRequest{Server: server}, err
		})
	}
}

// saying is a command that has nothing to tell but that it is done.
func saying[T any](do func(context.Context, T) error) func(context.Context, T) (any, error) {
	return func(ctx context.Context, req T) (any, error) { return struct{}{}, do(ctx, req) }
}

func command[T any](s *site, mux *http.ServeMux, name string, do func(context.Context, T) (any, error)) {
	mux.HandleFunc("POST /api/"+name, s.inside(func(w http.ResponseWriter, r *http.Request, _ *session) {
		var req T
		if err := read(w, r, &req); err != nil {
			refuseFor(w, err)
			return
		}
		s.tell(r.Context(), slog.LevelInfo, "an administrator asks: "+name, r)
		ctx, cancel := context.WithTimeout(r.Context(), backTime)
		defer cancel()
		v, err := do(ctx, req)
		if err != nil {
			refuseFor(w, err)
			return
		}
		reply(w, v)
	}))
}
