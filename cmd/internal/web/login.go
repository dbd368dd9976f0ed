package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

const cookieName = "offhook"

// loginRequest is the administrator's password.
type loginRequest struct {
	Password string `json:"password"`
}

// standing tells a browser whether it is logged in, and for how long if nobody acts.
type standing struct {
	In      bool `json:"in"`
	Seconds int  `json:"seconds"`
}

func (s *site) serveLogin(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/session", func(w http.ResponseWriter, r *http.Request) {
		in := s.sessionOf(r)
		if in == nil {
			reply(w, standing{})
			return
		}
		reply(w, standing{true, int(s.sessions.left(in) / time.Second)})
	})
	mux.HandleFunc("POST /api/login", s.login)
	mux.HandleFunc("POST /api/logout", func(w http.ResponseWriter, r *http.Request) {
		s.sessions.end(cookieOf(r))
		setCookie(w, r, "", -1)
		reply(w, standing{})
	})
}

func (s *site) login(w http.ResponseWriter, r *http.Request) {
	var req loginRequest
	if err := read(w, r, &req); err != nil {
		refuseFor(w, err)
		return
	}
	is, wait := s.attempts.try(from(r), func() bool {
		given := sha256.Sum256([]byte(req.Password))
		return subtle.ConstantTimeCompare(given[:], s.digest[:]) == 1
	})
	if is != isRight {
		s.turnAway(w, r, is, wait)
		return
	}
	s.sessions.end(cookieOf(r)) // the one before, of the same browser
	s.tell(r.Context(), slog.LevelInfo, "an administrator logged in", r)
	setCookie(w, r, s.sessions.begin(), 0)
	reply(w, standing{true, int(idleTime / time.Second)})
}

// turnAway answers a wrong password. One that nobody looked at is no news for the log.
func (s *site) turnAway(w http.ResponseWriter, r *http.Request, is verdict, wait time.Duration) {
	if is == isWrong {
		s.tell(r.Context(), slog.LevelWarn, "a wrong password", r)
		refuse(w, http.StatusForbidden, "That is not the password.")
		return
	}
	if is == isLast {
		s.tell(r.Context(), slog.LevelWarn, "too many wrong passwords: the address has to wait", r)
	}
	seconds := strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	w.Header().Set("Retry-After", seconds)
	refuse(w, http.StatusTooManyRequests, "Too many wrong passwords came from your address. Try again in "+seconds+" seconds.")
}

func setCookie(w http.ResponseWriter, r *http.Request, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode})
}

func cookieOf(r *http.Request) string {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return c.Value
}

// sessionOf is the session that a request belongs to, nil if to none.
func (s *site) sessionOf(r *http.Request) *session {
	return s.sessions.find(cookieOf(r), r.Header.Get(marker) == "1")
}

// inside lets a handler be used by who is logged in.
func (s *site) inside(h func(http.ResponseWriter, *http.Request, *session)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		in := s.sessionOf(r)
		if in == nil {
			refuse(w, http.StatusUnauthorized, "You are not logged in, or were away for too long: log in again.")
			return
		}
		h(w, r, in)
	}
}
