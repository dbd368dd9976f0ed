// Package qr makes QR codes (ISO/IEC 18004): byte mode, versions 1 to 6, level M,
// which mends 15 % of damage. That is 106 octets: an address with all it needs.
package qr

import "errors"

// ErrLong is told of a text that no such code holds.
var ErrLong = errors.New("qr: the text is longer than 106 octets")

// Code is a square of modules without the quiet zone around it.
type Code struct {
	Size    int
	modules []bool // dark ones
	fixed   []bool // that are no data
}

// Dark reports whether a module is.
func (c *Code) Dark(x, y int) bool { return c.modules[y*c.Size+x] }

// Each tells of the dark modules.
func (c *Code) Each(dark func(x, y int)) {
	for y := range c.Size {
		for x := range c.Size {
			if c.Dark(x, y) {
				dark(x, y)
			}
		}
	}
}

// version is how codes of one size are filled at level M (table 9).
type version struct{ data, blocks, check int }

// versions 1 to 6: octets of data in a block, blocks, octets to check a block.
var versions = [...]version{{16, 1, 10}, {28, 1, 16}, {44, 1, 26}, {32, 2, 18}, {43, 2, 24}, {27, 4, 16}}

// header is the mode (4 bits), and the length (8 bits).
const header = 12

// Encode makes the smallest code of a text.
func Encode(text string) (*Code, error) {
	for i, v := range versions {
		if header+8*len(text) <= 8*v.data*v.blocks {
			c := blank(i + 1)
			c.fill(v.codewords(text))
			c.mask()
			return c, nil
		}
	}
	return nil, ErrLong
}

// codewords are the data and what checks it, in the order of the code (§7.6).
func (v version) codewords(text string) []byte {
	data := v.octets(text)
	blocks, checks := make([][]byte, v.blocks), make([][]byte, v.blocks)
	for i := range blocks {
		blocks[i] = data[i*v.data : (i+1)*v.data]
		checks[i] = remainder(blocks[i], v.check)
	}
	return append(interleave(blocks), interleave(checks)...)
}

func interleave(blocks [][]byte) (out []byte) {
	for i := range blocks[0] {
		for _, b := range blocks {
			out = append(out, b[i])
		}
	}
	return out
}

// octets are mode, length, text and filling (§7.4).
func (v version) octets(text string) []byte {
	const byteMode = 4
	out := make([]byte, 0, v.data*v.blocks)
	carry := byte(byteMode)
	for _, b := range append([]byte{byte(len(text))}, text...) { // all of it is half an octet off
		out = append(out, carry<<4|b>>4)
		carry = b & 15
	}
	out = append(out, carry<<4) // and the terminator
	for pad := byte(0xec); len(out) < cap(out); pad ^= 0xec ^ 0x11 {
		out = append(out, pad)
	}
	return out
}

// remainder is Reed and Solomon's (§7.5.2): the data's polynomial divided by the
// generator's, in GF(256) modulo x⁸+x⁴+x³+x²+1.
func remainder(data []byte, n int) []byte {
	divisor := make([]byte, n)
	divisor[n-1] = 1
	for root, i := byte(1), 0; i < n; i++ {
		for j := range divisor {
			divisor[j] = times(divisor[j], root)
			if j+1 < n {
				divisor[j] ^= divisor[j+1]
			}
		}
		root = times(root, 2)
	}
	out := make([]byte, n)
	for _, b := range data {
		factor := b ^ out[0]
		copy(out, out[1:])
		out[n-1] = 0
		for i := range out {
			out[i] ^= times(divisor[i], factor)
		}
	}
	return out
}

func times(a, b byte) (product byte) {
	for ; b > 0; b >>= 1 {
		if b&1 != 0 {
			product ^= a
		}
		high := a & 0x80
		a <<= 1
		if high != 0 {
			a ^= 0x1d
		}
	}
	return product
}
