package qr

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// The codewords of a well-known example, version 1 at level M.
func TestRemainder_is_that_of_the_example(t *testing.T) {
	data := []byte{32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17}
	if got := remainder(data, 10); !bytes.Equal(got, []byte{196, 35, 39, 119, 235, 215, 231, 226, 93, 23}) {
		t.Errorf("%v", got)
	}
}

// Table C.1 of the standard, level M.
var formats = [8]string{"101010000010010", "101000100100101", "101111001111100", "101101101001011", "100010111111001", "100000011001110", "100111110010111", "100101010100000"}

func TestFormat_is_that_of_the_table(t *testing.T) {
	for mask, want := range formats {
		c := blank(1)
		c.format(mask)
		if one, two := readFormat(c); one != want || two != want {
			t.Errorf("mask %d: %s and %s, want %s", mask, one, two, want)
		}
	}
}

// readFormat reads both copies where figure 25 has them, the highest bit first.
func readFormat(c *Code) (one, two string) {
	bit := func(x, y int) string {
		if c.Dark(x, y) {
			return "1"
		}
		return "0"
	}
	for _, x := range []int{0, 1, 2, 3, 4, 5, 7, 8} {
		one += bit(x, 8)
	}
	for _, y := range []int{7, 5, 4, 3, 2, 1, 0} {
		one += bit(8, y)
	}
	for y := c.Size - 1; y > c.Size-8; y-- {
		two += bit(8, y)
	}
	for x := c.Size - 8; x < c.Size; x++ {
		two += bit(x, 8)
	}
	return one, two
}

func TestEncode_holds_what_it_can(t *testing.T) {
	for n, size := range map[int]int{0: 21, 14: 21, 15: 25, 26: 25, 27: 29, 42: 29, 43: 33, 62: 33, 63: 37, 84: 37, 85: 41, 106: 41} {
		c, err := Encode(strings.Repeat("x", n))
		if err != nil || c.Size != size {
			t.Errorf("%d octets: %+v, %v, want %d modules", n, c, err, size)
		}
	}
	if _, err := Encode(strings.Repeat("x", 107)); !errors.Is(err, ErrLong) {
		t.Errorf("too long: %v", err)
	}
}

func TestEncode_patterns(t *testing.T) {
	c, err := Encode("https://192.0.2.17:8443/")
	if err != nil {
		t.Fatal(err)
	}
	row := func(y int) (out string) {
		for x := range c.Size {
			out += map[bool]string{true: "#", false: "."}[c.Dark(x, y)]
		}
		return out
	}
	for y, want := range map[int]string{0: "#######.", 1: "#.....#.", 2: "#.###.#.", 6: "#######.#.#.#.#.#.#######", 7: "........"} {
		if got := row(y); !strings.HasPrefix(got, want) {
			t.Errorf("row %d: %s", y, got)
		}
	}
	for dy, want := range []string{"#####", "#...#", "#.#.#", "#...#", "#####"} {
		if got := row(16 + dy)[16:21]; got != want {
			t.Errorf("the small eye: %s, want %s", got, want)
		}
	}
}

// A code is read back as a camera's program would: format, mask, columns, blocks,
// check, header.
func TestEncode_is_read_back(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(0, 106, 106).Draw(t, "text")
		c, err := Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(c)
		if err != nil || got != text {
			t.Fatalf("%q, %v", got, err)
		}
	})
}

func read(c *Code) (string, error) {
	one, two := readFormat(c)
	mask := -1
	for m, f := range formats {
		if f == one && f == two {
			mask = m
		}
	}
	if mask < 0 {
		return "", fmt.Errorf("formats %s and %s", one, two)
	}
	v := versions[(c.Size-17)/4-1]
	words := column(c, mask, v.blocks*(v.data+v.check))
	var data []byte
	for b := range v.blocks {
		var block []byte
		for i := range v.data {
			block = append(block, words[i*v.blocks+b])
		}
		for root, i := byte(1), 0; i < v.check; i++ { // a sound block is zero at the generator's roots
			sum := byte(0)
			for _, w := range block {
				sum = times(sum, root) ^ w
			}
			for j := range v.check {
				sum = times(sum, root) ^ words[v.blocks*v.data+j*v.blocks+b]
			}
			if sum != 0 {
				return "", fmt.Errorf("block %d is damaged", b)
			}
			root = times(root, 2)
		}
		data = append(data, block...)
	}
	if data[0]>>4 != 4 {
		return "", fmt.Errorf("mode %d", data[0]>>4)
	}
	n := int(data[0]&15)<<4 | int(data[1]>>4)
	var out []byte
	for i := range n {
		out = append(out, data[1+i]<<4|data[2+i]>>4)
	}
	return string(out), nil
}

// column reads codewords from the bottom right, in columns of two.
func column(c *Code, mask, n int) []byte {
	words := make([]byte, n)
	pattern := blank((c.Size - 17) / 4)
	at := 0
	for pair := range (c.Size - 1) / 2 {
		right := c.Size - 1 - 2*pair
		if right <= 6 {
			right--
		}
		for i := range c.Size {
			y := c.Size - 1 - i
			if pair%2 == 1 {
				y = i
			}
			for _, x := range []int{right, right - 1} {
				if pattern.fixed[y*c.Size+x] || at >= 8*n {
					continue
				}
				if c.Dark(x, y) != masks(mask, x, y) {
					words[at/8] |= 1 << (7 - at%8)
				}
				at++
			}
		}
	}
	return words
}
