// Package netwatch tells when the way to the network, or the time, has become
// another: by the kernel's rtnetlink messages, and by a timer that the kernel
// cancels when the clock is set or the device wakes up.
//
// What the kernel says is folded into a picture of usable addresses and routes
// (pure); what differs from the picture that was told last is told once it has
// been quiet for a moment. So a burst of messages is one Event, and messages
// that change nothing are none.
package netwatch
