// Package screen draws a phone.View on a panel of pixels or of character
// cells. It decides nothing: a View says all, in words ready to be drawn.
//
// There are two layouts of pixels. The roomy one is drawn with proportional,
// anti-aliased type for colour panels from about 240 lines; the compact one is
// made of bitmap letters, for small and for one-bit panels.
package screen
