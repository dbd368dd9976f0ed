// Package benchinsn counts what a frame of sound costs on the smallest board:
// the instructions that a GOARM=6 build executes in user mode for each codec and
// each stage of the audio path, for 20 ms.
//
// The program in frames does the work; it is built on the spot for ARMv6 and run
// under QEMU's user mode emulation with a plug-in that counts. Each stage runs
// for a number of frames and for twice as many: the difference is the frames'
// alone, whatever the start of the program cost. Counts do not depend on what
// else the machine does. The same program, built for this machine, is timed.
package benchinsn
