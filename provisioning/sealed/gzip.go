package sealed

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// isGzip knows a gzip file by its first bytes (RFC 1952 §2.3.1).
func isGzip(data []byte) bool { return bytes.HasPrefix(data, []byte{0x1f, 0x8b, 8}) }

// inflate reads a gzip file and never more than MaxSize of it.
func inflate(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("is a gzip file that is damaged; make it again")
	}
	plain, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	switch {
	case len(plain) > MaxSize:
		return nil, fmt.Errorf("is a gzip file that opens to more than the %d bytes that a configuration file may have", MaxSize)
	case err != nil:
		return nil, errors.New("is a gzip file that is damaged or cut off; make it again")
	}
	return plain, nil
}
