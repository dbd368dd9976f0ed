// Package faceplate is the workstation's board: a telephone's keys, hook,
// screen, lamps, door relay and sound, in a browser tab.
//
// A Panel is one HTTP server on loopback. Its Drivers are like those of any
// other board: the server starts when the first of them is opened, the page is
// at Panel.URL, and everything works, in silence, while no page is open.
//
//	faceplate-keypad   long-press-ms (800)
//	faceplate-hook     on-hook-after (5s): how long after the last page has
//	                   gone the handset falls back into its cradle
//	faceplate-display  listen (an address on loopback), mode (colour: 320x240
//	                   in RGB565, or mono: 128x64 in one bit)
//	faceplate-lamp     lamp (message, ring, registered, line1 … line8, speaker,
//	                   headset, mute, hold, transfer, conference)
//	faceplate-relay    label (Door), max-hold (10s)
//	faceplate-audio    sample-rate (8000, 16000, 48000), period-ms (5, 10, 20)
//	faceplate-mixer
//
// # In another page
//
// The page fits a frame 760 pixels wide, and a telephone's screen: ?embed=1
// leaves out the explanations, ?theme=light or dark does not ask the browser.
// The frame needs allow="microphone; autoplay", and its page must be on
// loopback too.
//
// # The protocol
//
// The page is at /, its WebSocket at /ws, protocol version 1. Requests must
// name a loopback host and come from the page itself (RFC 6454): another site
// that a browser has open must not press this telephone's keys.
//
// Text messages are JSON objects with a type; unknown fields and types are
// errors and end the connection with status 1008.
//
//	panel {"type":"hello","version":1,"parts":["audio","keypad",…]}   first; which devices are open
//	panel {"type":"parts","parts":[…]}                                when that changes
//	page  {"type":"key","name":"5","state":"down"}                    or "up"; names as in hal.Key
//	both  {"type":"hook","state":"off-hook"}                          or "on-hook"
//	page  {"type":"display","mode":"mono"}                            or "colour"
//	panel {"type":"display","mode":"mono","width":128,"height":64,"backlight":80}
//	panel {"type":"lamp","name":"message","state":"slow"}             off on slow fast flutter
//	panel {"type":"relay","name":"Door","state":"energised","ms":3000}  ms: what is left; or "rest"
//	panel {"type":"mixer","name":"handset","level":70,"mute":true}    the output routed to, in percent
//	page  {"type":"audio","state":"live"}                             or "sync", "off"
//	panel {"type":"audio","state":"live","rate":16000,"samples":160}  or "off": no device, or another page has it
//
// hello is followed by the whole state, so a page that connects again knows
// everything. A display message of the panel is followed by the whole screen.
//
// Binary messages are little-endian. Byte 0 is the kind.
//
//	1 screen   format8 0 0 x16 y16 w16 h16 pixels   format 0: RGB565; 1: bits, rows padded to bytes
//	2 speaker  0 count16 0 0 0 0 number64 0×8 samples   16-bit PCM for the loudspeaker
//	3 mic      0 count16 0 0 0 0 number64 0×8 samples   from the page; number counts its blocks from 1
//	4 clock    0 0×6 number64 mic64                     sync only: one a capture period
//
// # The clock of the sound
//
// The panel is the clock, not the page. Time is cut into periods from the
// device's first ReadPeriod or WritePeriod on: capture period k is the time
// from k to k+1 and is returned by ReadPeriod at its end; a block written then
// is played in period k+1, so a program that writes back what it reads has a
// latency of exactly one period. A program that writes ahead plays later, as
// with a sound card. The buffer is 100 ms each way: who reads later than that
// has an overrun, and time has jumped. The number of a speaker block is its play
// period.
//
// One page has the sound, the newest that asked. In live mode its microphone
// runs on its own clock: an elastic buffer (20 ms, at most 40 ms once it has
// settled) drops or repeats a pitch period, cross-faded, when the clocks drift.
// In sync mode nothing is lost or invented: every mic block is exactly one
// period, blocks are consumed in order, one a period, silence only when there
// is none, and a clock message says which block was taken by which capture
// period. Positions of microphone and loudspeaker are then on one clock, and
// the mouth-to-ear delay is a difference of sample numbers.
//
// # When a page goes
//
// Keys that it held come up. The hook stays as it is for on-hook-after, so
// that loading the page again does not end a call, and then goes on-hook.
package faceplate
