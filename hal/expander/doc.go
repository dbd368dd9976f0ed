// Package expander drives GPIO expanders on an I2C bus (MCP23017, PCF8574,
// PCF8575) from user space and gives their lines out as pins: what a board file
// calls expander0:3 is line 3 of the expander named expander0.
//
// An expander that the kernel drives is a gpiochip and needs none of this: that
// is the better way where the kernel can be told of it. This package is for
// where it cannot.
//
// A line that nobody holds is an input. What the lines are to be is kept here: it
// is written again when the chip answers after it did not, and every second, for
// a chip that lost its power between two words on the bus tells nobody.
package expander

import "errors"

// ErrAway is returned (wrapped) for a line whose chip does not answer just now.
// It is looked for until it does.
var ErrAway = errors.New("the expander does not answer")
