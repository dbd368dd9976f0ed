// Package dhcp finds what DHCP says about the provisioning server: in the lease
// that the system's client keeps (systemd-networkd, dhcpcd, dhclient,
// NetworkManager, udhcpc by a hook), or by asking the server for it with a
// DHCPINFORM of our own (RFC 2131 §3.4), which takes no address and disturbs no
// client.
//
// What a server says is only what somebody on the network says: whether it is
// to be used is discover.Trust's to decide.
package dhcp
