package page

import (
	"errors"
	"net/http"

	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/provserver"
)

func (s *Server) setMailbox(in struct {
	Extension string `json:"extension"`
	New       int    `json:"new"`
	Old       int    `json:"old"`
}) error {
	return s.config.Bench.SetMailbox(in.Extension, pbx.Mailbox{New: in.New, Old: in.Old})
}

func (s *Server) ring(in struct {
	Extension string `json:"extension"`
}) error {
	return s.config.Bench.Ring(in.Extension)
}

func (s *Server) hangup(in struct {
	Call int `json:"call"`
}) error {
	return s.config.Bench.Hangup(in.Call)
}

func (s *Server) checkSync(in struct {
	Extension string `json:"extension"`
	Reboot    bool   `json:"reboot"`
}) error {
	return s.config.Bench.CheckSync(in.Extension, in.Reboot)
}

func (s *Server) setImpairment(in Impairment) error {
	impairment, err := in.impairment()
	if err != nil {
		return err
	}
	s.config.Bench.SetImpairment(impairment)
	return nil
}

func (s *Server) setProvisioning(in struct {
	Mode provserver.Mode `json:"mode"`
}) error {
	return s.config.Bench.SetProvisioning(in.Mode)
}

// setDocument takes a document as it is, faults included: living through them
// is the phone's part.
func (s *Server) setDocument(in struct {
	MAC  string  `json:"mac"`
	Body *string `json:"body"` // null is the workbench's own again
}) error {
	if in.MAC == "" {
		return errors.New("a document needs the MAC of its phone")
	}
	if in.Body == nil {
		s.config.Bench.SetDocument(in.MAC, nil)
		return nil
	}
	s.config.Bench.SetDocument(in.MAC, []byte(*in.Body))
	return nil
}

func (s *Server) document(w http.ResponseWriter, r *http.Request) {
	body, err := s.config.Bench.Document(r.URL.Query().Get("mac"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(body) // a page that was closed has nobody to tell
}
