// Package firmware replaces the program by another version of it, and comes back by
// itself when that is no good.
//
// An update is a program with a signed manifest behind it, so that the file is both:
// what is downloaded is what runs. There are three places a program may be in: where it
// was installed (by a package, an image, a person), which nothing here ever writes to,
// and the slots a and b in the state directory. A new version takes the slot that does
// not run and is on trial there: every start of it is counted before it happens, and
// what does not become well in time, or at all, is given up for what ran before. The
// installed program decides at each start, by no more of the configuration than where
// its state and its keys are, so that no version can lock a telephone up.
package firmware
