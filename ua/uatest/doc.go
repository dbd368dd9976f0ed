// Package uatest helps to test what speaks to a ua.Agent, or is one: a strict
// fake Agent that a test drives (Agent), a fake media session (Session), a
// small registrar and proxy on loopback (Proxy), and a scripted far end that
// sends and expects messages as text (Peer).
package uatest
