package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"

	"offhook/provisioning"
)

// A file is a line "offhook-store 1 <SHA-256 of the rest>" and the rest: of a
// document a line of JSON with the Meta, and its bytes as they were fetched; of
// the user's settings JSON.
const magic = "offhook-store 1 "

var (
	errTorn    = errors.New("is not whole (its checksum does not match); it is passed over")
	errFormat  = errors.New("is not of a store; remove it")
	newlineSep = []byte("\n")
)

func seal(rest []byte) []byte {
	sum := sha256.Sum256(rest)
	return append([]byte(magic+hex.EncodeToString(sum[:])+"\n"), rest...)
}

func unseal(data []byte) ([]byte, error) {
	head, rest, ok := bytes.Cut(data, newlineSep)
	sum, known := bytes.CutPrefix(head, []byte(magic))
	if !known && len(data) >= len(magic) {
		return nil, errFormat
	}
	if want := sha256.Sum256(rest); !ok || string(sum) != hex.EncodeToString(want[:]) {
		return nil, errTorn
	}
	return rest, nil
}

func encode(r provisioning.Record) ([]byte, error) {
	meta, err := json.Marshal(r.Meta)
	if err != nil {
		return nil, err
	}
	return seal(append(append(meta, '\n'), r.Data...)), nil
}

func decode(data []byte) (provisioning.Record, error) {
	var r provisioning.Record
	rest, err := unseal(data)
	if err != nil {
		return r, err
	}
	meta, document, _ := bytes.Cut(rest, newlineSep)
	if err := json.Unmarshal(meta, &r.Meta); err != nil {
		return r, errFormat
	}
	r.Data = document
	return r, nil
}
