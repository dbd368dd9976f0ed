package dialect

import (
	"fmt"
	"strconv"
	"strings"
)

// converters are those that every table has, beside those of its dialect.
var converters = []Converter{
	{Name: "flag", As: Flag}, {Name: "not", As: Not}, {Name: "whole", As: Number}, {Name: "numbers", As: Numbers},
	{Name: "seconds", As: Seconds}, {Name: "minutes", As: Minutes}, {Name: "hours", As: Hours}, {Name: "milliseconds", As: Milliseconds},
	{Name: "codecName", As: CodecName}, {Name: "codecList", As: CodecList}, {Name: "language", As: Language}, {Name: "country", As: Country},
	{Name: "digitMap", As: DigitMap}, {Name: "actionURL", As: ActionURL},
	{Name: "enum", Of: enumOf}, {Name: "never", Of: neverOf}, {Name: "only", Of: onlyOf}, {Name: "wanted", Of: wantedOf},
	{Name: "always", Of: alwaysOf}, {Name: "is", Of: isOf}, {Name: "choice", Of: choiceOf}, {Name: "level", Of: levelOf},
}

// enumOf takes 0=udp 1=tcp; see Enum.
func enumOf(args []string) Convert {
	var pairs []string
	for _, arg := range args {
		from, to, ok := strings.Cut(arg, "=")
		if !ok {
			return nil
		}
		pairs = append(pairs, from, to)
	}
	if pairs == nil {
		return nil
	}
	return Enum(pairs...)
}

func neverOf(args []string) Convert {
	if len(args) != 1 {
		return nil
	}
	return Never(&UnsupportedError{Why: args[0]})
}

func onlyOf(args []string) Convert {
	if len(args) != 2 {
		return nil
	}
	return Only(args[0], args[1])
}

func wantedOf(args []string) Convert {
	if len(args) != 2 {
		return nil
	}
	return Wanted(args[0], args[1])
}

// alwaysOf takes Yes, in any form, of a setting that makes things safe.
func alwaysOf(args []string) Convert {
	if len(args) != 1 {
		return nil
	}
	return func(s string) (Value, error) {
		v, err := Flag(s)
		switch {
		case err != nil:
			return v, err
		case v.Text == "false":
			return Value{}, &UnsupportedError{Why: args[0], Warn: true}
		}
		return Value{How: "as it always is"}, nil
	}
}

// isOf is a word, whatever the file says.
func isOf(args []string) Convert {
	if len(args) != 1 {
		return nil
	}
	return func(string) (Value, error) { return TextValue(args[0]), nil }
}

// choiceOf takes a flag for one word or another; where there is none, it says
// nothing, and a third argument tells how.
func choiceOf(args []string) Convert {
	if len(args) == 2 {
		args = append(args, "says nothing")
	}
	if len(args) != 3 {
		return nil
	}
	return func(s string) (Value, error) {
		v, err := Flag(s)
		if err != nil {
			return v, err
		}
		word := args[1]
		if v.Text == "true" {
			word = args[0]
		}
		if word == "" {
			return Value{How: args[2]}, nil
		}
		return TextValue(word), nil
	}
}

// levelOf takes steps from 0 to the argument for percent.
func levelOf(args []string) Convert {
	most, err := strconv.Atoi(strings.Join(args, "|"))
	if err != nil || most < 1 {
		return nil
	}
	return func(s string) (Value, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > most {
			return Value{}, fmt.Errorf("%q is not a level from 0 to %d", Clip(s), most)
		}
		return IntValue(n * 100 / most), nil
	}
}

// Numbers takes numbers with commas between.
func Numbers(s string) (Value, error) { return ListValue(Words(s)...), nil }
