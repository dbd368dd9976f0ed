// Package boardbox is the board in a box: ARM Linux in QEMU, with the kernels that
// Debian ships, boots with the release binary of the agent on a board of virtual
// copper. The test presses keys electrically, lifts the hook, listens, speaks,
// looks at lamps, relay and screen, and cuts the power.
//
// Run prepares what is the same every time (kernels, modules, in the user's cache)
// and runs a process of its own for each architecture, in a network namespace with
// an exchange, a provisioning server and a DHCP server (Inside).
package boardbox
