// Package icetest has a TURN and STUN server for tests (pion's, for no telephone).
package icetest

import (
	"net"
	"net/netip"
	"sync/atomic"
	"testing"

	"github.com/pion/turn/v5"
)

// User, Password and Realm that a Server knows.
const (
	User     = "phone"
	Password = "correct horse"
	Realm    = "offhook.test"
)

// Server answers STUN and relays by TURN.
type Server struct {
	Addr   netip.AddrPort
	server *turn.Server
	Quota  atomic.Bool // no more allocations
}

// NewServer listens on an address, and relays by it.
func NewServer(t testing.TB, addr netip.Addr) *Server {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, 0)))
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Addr: conn.LocalAddr().(*net.UDPAddr).AddrPort()}
	s.server, err = turn.NewServer(turn.ServerConfig{
		Realm: Realm,
		AuthHandler: func(r *turn.RequestAttributes) (string, []byte, bool) {
			return r.Username, turn.GenerateAuthKey(User, Realm, Password), r.Username == User
		},
		QuotaHandler: func(string, string, net.Addr) bool { return !s.Quota.Load() },
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: conn,
			RelayAddressGenerator: &turn.RelayAddressGeneratorStatic{RelayAddress: addr.AsSlice(), Address: addr.String()}}},
	})
	if err != nil {
		_ = conn.Close()
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// Close ends it; what it relays ends too.
func (s *Server) Close() { _ = s.server.Close() }

// Allocations is how many stand.
func (s *Server) Allocations() int { return s.server.AllocationCount() }
