package dialect

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/provisioning"
)

// Value is a parameter's value as the document has it.
type Value struct {
	Kind    provisioning.Kind // Text, Bool, Int or List; Null: the default stands
	Text    string            // a time as "30m0s"
	List    []string
	How     string // what was done to it, beside the rule's Note
	Warning string // what an operator should know
}

// Convert makes a Value of a parameter that is not blank. An UnsupportedError
// tells that the phone does not have this value; any other error that it makes
// no sense.
type Convert func(string) (Value, error)

// UnsupportedError is a value that the phone does not have.
type UnsupportedError struct {
	Why  string
	Warn bool // an operator should know
}

func (e *UnsupportedError) Error() string { return e.Why }

// NoSuch makes an UnsupportedError.
func NoSuch(format string, args ...any) error {
	return &UnsupportedError{Why: fmt.Sprintf(format, args...)}
}

// Unsafe makes an UnsupportedError that an operator is warned of.
func Unsafe(format string, args ...any) error {
	return &UnsupportedError{Why: fmt.Sprintf(format, args...), Warn: true}
}

// Never takes no value, and tells why.
func Never(err error) Convert { return func(string) (Value, error) { return Value{}, err } }

// Wanted takes one value of a setting that makes things safe; another one is
// not supported, and an operator is warned.
func Wanted(wanted, why string) Convert {
	return func(s string) (Value, error) {
		if strings.EqualFold(s, wanted) {
			return Value{How: "as it always is"}, nil
		}
		return Value{}, Unsafe("%s", why)
	}
}

// Text takes a value as it stands.
func Text(s string) (Value, error) { return TextValue(s), nil }

// TextValue is a text.
func TextValue(s string) Value { return Value{Kind: provisioning.Text, Text: s} }

// BoolValue is true or false.
func BoolValue(b bool) Value { return Value{Kind: provisioning.Bool, Text: strconv.FormatBool(b)} }

// IntValue is a whole number.
func IntValue(n int) Value { return Value{Kind: provisioning.Int, Text: strconv.Itoa(n)} }

// ListValue is a list of texts.
func ListValue(items ...string) Value { return Value{Kind: provisioning.List, List: items} }

// DurationValue is a time.
func DurationValue(d time.Duration) Value { return Value{Kind: provisioning.Text, Text: d.String()} }

// Flag takes 0 and 1, off and on, no and yes, false and true, disabled and enabled.
func Flag(s string) (Value, error) {
	switch strings.ToLower(s) {
	case "1", "on", "yes", "true", "enabled", "enable":
		return BoolValue(true), nil
	case "0", "off", "no", "false", "disabled", "disable":
		return BoolValue(false), nil
	}
	return Value{}, fmt.Errorf("%q is neither on nor off; use 1 or 0", Clip(s))
}

// Not is Flag turned round.
func Not(s string) (Value, error) {
	v, err := Flag(s)
	if err != nil {
		return v, err
	}
	v = BoolValue(v.Text == "false")
	return v, nil
}

// Number takes a whole number.
func Number(s string) (Value, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return Value{}, fmt.Errorf("%q is not a whole number", Clip(s))
	}
	return IntValue(int(n)), nil
}

// Seconds, Minutes, Hours and Milliseconds take a number of them.
func Seconds(s string) (Value, error)      { return span(s, time.Second) }
func Minutes(s string) (Value, error)      { return span(s, time.Minute) }
func Hours(s string) (Value, error)        { return span(s, time.Hour) }
func Milliseconds(s string) (Value, error) { return span(s, time.Millisecond) }

func span(s string, unit time.Duration) (Value, error) {
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 0 {
		return Value{}, fmt.Errorf("%q is not a number of units of %s", Clip(s), strings.TrimLeft(unit.String(), "1"))
	}
	if n > int64((365*24*time.Hour)/unit) {
		return Value{}, fmt.Errorf("%s times %s is more than a year", s, unit)
	}
	return DurationValue(time.Duration(n) * unit), nil
}

// Enum takes the values of pairs of from and to: Enum("0", "udp", "1", "tcp"),
// in any case. A "to" that begins with "!" tells why the phone has no such value,
// one with "~" how a value that changes nothing is taken.
func Enum(pairs ...string) Convert {
	return func(s string) (Value, error) {
		for i := 0; i+1 < len(pairs); i += 2 {
			if !strings.EqualFold(pairs[i], s) {
				continue
			}
			if why, no := strings.CutPrefix(pairs[i+1], "!"); no {
				return Value{}, &UnsupportedError{Why: why}
			}
			if how, nothing := strings.CutPrefix(pairs[i+1], "~"); nothing {
				return Value{How: how}, nil
			}
			return TextValue(pairs[i+1]), nil
		}
		var known []string
		for i := 0; i+1 < len(pairs); i += 2 {
			known = append(known, pairs[i])
		}
		return Value{}, fmt.Errorf("%q is not one of %s", Clip(s), strings.Join(known, ", "))
	}
}

// Only takes one value and no other: what it turns on is not here.
func Only(wanted, why string) Convert {
	return func(s string) (Value, error) {
		if strings.EqualFold(s, wanted) {
			return Value{How: "as it always is"}, nil
		}
		return Value{}, NoSuch("%s", why)
	}
}

// Words splits a list at commas, semicolons and blanks.
func Words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' || r == '\n' })
}
