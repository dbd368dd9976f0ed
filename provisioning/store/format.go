package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"offhook/provisioning"
)

// A file is a line "offhook-store 1 <SHA-256 of the rest>", a line of JSON with
// the Meta, and the document's bytes as they were fetched.
const magic = "offhook-store 1 "

var (
	errTorn    = errors.New("is not whole (its checksum does not match); the document before it is used")
	errFormat  = errors.New("is not a stored document; remove it")
	newlineSep = []byte("\n")
)

func encode(r provisioning.Record) ([]byte, error) {
	meta, err := json.Marshal(r.Meta)
	if err != nil {
		return nil, err
	}
	rest := append(append(meta, '\n'), r.Data...)
	sum := sha256.Sum256(rest)
	return append([]byte(magic+hex.EncodeToString(sum[:])+"\n"), rest...), nil
}

func decode(data []byte) (provisioning.Record, error) {
	var r provisioning.Record
	head, rest, ok := bytes.Cut(data, newlineSep)
	sum, known := bytes.CutPrefix(head, []byte(magic))
	if !known && len(data) >= len(magic) {
		return r, errFormat
	}
	if want := sha256.Sum256(rest); !ok || string(sum) != hex.EncodeToString(want[:]) {
		return r, errTorn
	}
	meta, document, _ := bytes.Cut(rest, newlineSep)
	if err := json.Unmarshal(meta, &r.Meta); err != nil {
		return r, errFormat
	}
	r.Data = document
	return r, nil
}
