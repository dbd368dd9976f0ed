// Package benchua measures the user agent: how soon it is registered again after
// its server's restart or a change of the network, how many calls it makes, what
// accounts and calls cost, and whether anything is left of them. The agent is
// the product's own; its far ends are the workbench's exchange, another agent,
// and a registrar of a few lines. Everything is on loopback.
package benchua
