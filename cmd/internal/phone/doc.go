// Package phone is the telephone: what keys, hook and calls mean to a person.
//
// Step is a pure function of a State and one Input. It has no clock, starts no
// goroutine and does no I/O: what is to be done comes back as Effects, timers
// among them, and what came of it returns as Inputs.
//
// What follows from the state alone (the sound's route, tone, ring, lamps,
// volumes, backlight and the View) is derived after each input and told only
// when it changed, so that no path through the machine can forget it.
package phone
