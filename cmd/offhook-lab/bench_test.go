package main

import (
	"bytes"
	"context"
	"errors"
	"testing"
)

func TestMeasureParts(t *testing.T) {
	gone := errors.New("no sound")
	figures := func(v any, err error) func(context.Context) (any, error) {
		return func(context.Context) (any, error) { return v, err }
	}
	type one struct {
		A int      `json:"a"`
		B *float64 `json:"b"`
	}
	parts := []benchPart{
		{"one", figures(one{A: 1}, nil)},
		{"two", figures(map[string]int{"c": 2}, nil)},
		{"bad", figures(nil, gone)},
	}
	tests := map[string]struct {
		names []string
		want  string
		err   error
	}{
		"two parts -> one object, what is not known is null": {[]string{"one", "two"}, `{"a":1,"b":null,"c":2}` + "\n", nil},
		"one part -> its figures alone":                      {[]string{"two"}, `{"c":2}` + "\n", nil},
		"a part fails -> its error, no line of figures":      {[]string{"one", "bad"}, "", gone},
		"a name that there is not -> told before any work":   {[]string{"two", "three"}, "", errUsage},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			err := measureParts(t.Context(), terminal{&out, &errs}, parts, tt.names)
			if !errors.Is(err, tt.err) || out.String() != tt.want {
				t.Errorf("printed %q, error %v; want %q, %v", out.String(), err, tt.want, tt.err)
			}
		})
	}
}
