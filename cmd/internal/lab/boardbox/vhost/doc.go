// Package vhost is the device's side of vhost-user: QEMU lends the guest's memory
// and the virtqueues of a virtio device, and this package answers for the device.
// Split rings (virtio 1.2 §2.7) are enough, without event indexes.
package vhost

// Device is what a virtio device does. Handle is called by one goroutine for
// each queue and must not keep it; a chain may be given back later.
type Device interface {
	Features() uint64 // of the device's kind
	Queues() int
	Config() []byte // the configuration space
	Handle(queue int, c *Chain)
	// Reset is called when the driver has gone, at a reboot too.
	Reset()
}
