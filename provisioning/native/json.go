package native

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"offhook/provisioning"
)

// readJSON reads tokens, not a map, to keep duplicates and places.
func readJSON(data []byte, file string) (*provisioning.Node, error) {
	r := jsonReader{data: data, file: file, decoder: json.NewDecoder(bytes.NewReader(data)), line: 1}
	r.decoder.UseNumber()
	root, err := r.node(0)
	if err != nil {
		return nil, err
	}
	line, column := r.next()
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fault(file, line, column, "something follows the end of the document; remove it")
	}
	return root, nil
}

type jsonReader struct {
	data    []byte
	file    string
	decoder *json.Decoder

	done         int // data looked at for line ends
	line, column int // of done; column counts from 0
}

// place moves to an offset, never back, and returns its line and column.
func (r *jsonReader) place(offset int) (line, column int) {
	for ; r.done < min(offset, len(r.data)); r.done++ {
		r.column++
		if r.data[r.done] == '\n' {
			r.line, r.column = r.line+1, 0
		}
	}
	return r.line, r.column + 1
}

// next is the place of the token to come.
func (r *jsonReader) next() (line, column int) {
	offset := int(r.decoder.InputOffset())
	for offset < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[offset]) >= 0 {
		offset++
	}
	return r.place(offset)
}

func (r *jsonReader) node(depth int) (*provisioning.Node, error) {
	line, column := r.next()
	token, err := r.decoder.Token()
	if err != nil {
		return nil, r.syntax(err)
	}
	if depth > maxDepth {
		return nil, fault(r.file, line, column, "is nested deeper than any setting; check the brackets")
	}
	out := &provisioning.Node{Line: line, Column: column}
	switch t := token.(type) {
	case nil:
	case string:
		out.Kind, out.Value = provisioning.Text, t
	case bool:
		out.Kind, out.Value = provisioning.Bool, map[bool]string{true: "true", false: "false"}[t]
	case json.Number:
		out.Kind, out.Value = provisioning.Int, t.String()
		if strings.ContainsAny(out.Value, ".eE") {
			out.Kind = provisioning.Float
		}
	case json.Delim:
		err = r.inside(out, t, depth)
	}
	return out, err
}

// inside reads the list or object that was just opened, with its end.
func (r *jsonReader) inside(out *provisioning.Node, opened json.Delim, depth int) error {
	out.Kind = provisioning.List
	if opened == '{' {
		out.Kind = provisioning.Map
	}
	for r.decoder.More() {
		if opened == '[' {
			item, err := r.node(depth + 1)
			if err != nil {
				return err
			}
			out.Items = append(out.Items, item)
			continue
		}
		key, err := r.node(depth + 1)
		if err != nil {
			return err
		}
		value, err := r.node(depth + 1)
		if err != nil {
			return err
		}
		out.Fields = append(out.Fields, provisioning.Field{Key: key.Value, Line: key.Line, Column: key.Column, Value: value})
	}
	if _, err := r.decoder.Token(); err != nil {
		return r.syntax(err)
	}
	return nil
}

func (r *jsonReader) syntax(err error) error {
	offset, text := int(r.decoder.InputOffset()), strings.TrimPrefix(err.Error(), "json: ")
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = max(int(syntax.Offset)-1, 0)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		offset, text = len(r.data), "it ends too early"
	}
	line, column := r.place(offset)
	return fault(r.file, line, column, "is not JSON: %s; check the commas, quotes and brackets around here", text)
}
