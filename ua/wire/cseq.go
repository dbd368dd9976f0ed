package wire

import (
	"strconv"
	"strings"
)

// ParseCSeq reads a CSeq; the number is below 2**31 (RFC 3261 §8.1.1.5).
func ParseCSeq(text string) (CSeq, error) {
	words := strings.Fields(text)
	if len(words) != 2 || !IsToken(words[1]) {
		return CSeq{}, malformed("a wrong CSeq")
	}
	number, err := strconv.ParseUint(words[0], 10, 31)
	if err != nil {
		return CSeq{}, malformed("a wrong CSeq number")
	}
	return CSeq{Number: uint32(number), Method: words[1]}, nil
}
