package provisioning

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Push brings a document that a server sent by itself. It is judged at once, goes
// on trial like one that was fetched, and stays until the server that is fetched
// from has another than now. The error tells its faults; nothing is changed then.
func (m *Manager) Push(data []byte, from string) error {
	sum := sha256.Sum256(data)
	hash := hex.EncodeToString(sum[:])
	doc, err := m.cfg.Parse(data, "pushed document")
	if err != nil {
		return err
	}
	if s := m.Status(); s.InForce.Hash == hash && s.Pending == "" {
		return nil
	}
	replace(m.restore, restored{candidate{doc: doc, person: true, record: Record{Data: data, Meta: Meta{
		Step: "push", Hash: hash, Fetched: time.Now(), Why: "pushed by " + from,
	}}}})
	return nil
}

// Resync asks for a fetch on a server's wish; many in a row become one.
func (m *Manager) Resync(from string) {
	m.cfg.Log.Info("push: the configuration will be fetched", "from", from)
	post(m.resync, asked{})
}
