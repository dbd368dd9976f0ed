package hal

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Params are a part's settings as its board file has them: nil, bool, int,
// float64, string, []any and map[string]any.
type Params map[string]any

// ParamError is one fault in one parameter. Path is relative to the part:
// "rows[2]", "keymap.1".
type ParamError struct {
	Path string
	Msg  string
}

func (e *ParamError) Error() string { return e.Path + ": " + e.Msg }

// Faultf makes a ParamError.
func Faultf(path, format string, args ...any) error {
	return &ParamError{Path: path, Msg: fmt.Sprintf(format, args...)}
}

// Decode fills the struct that dst points at. Fields carry the tag
// `param:"name"` or `param:"name,required"`; a field without a value in p
// keeps what it had, which is its default. A time.Duration is given as "20ms",
// or as a whole number where the name ends in -ms or -us, as device trees do.
// The tags `values:"high low"` and `range:"2..16"` bound a value.
// The error joins a *ParamError for every fault, unknown names included.
func Decode(p Params, dst any) error {
	var faults []error
	decodeStruct("", map[string]any(p), reflect.ValueOf(dst).Elem(), &faults)
	return errors.Join(faults...)
}

func decodeStruct(path string, m map[string]any, v reflect.Value, faults *[]error) {
	known := map[string]bool{}
	for i := range v.NumField() {
		name, opts, _ := strings.Cut(v.Type().Field(i).Tag.Get("param"), ",")
		if name == "" {
			continue
		}
		known[name] = true
		value, ok := m[name]
		if !ok || value == nil {
			if opts == "required" {
				*faults = append(*faults, Faultf(join(path, name), "is required"))
			}
			continue
		}
		before := len(*faults)
		decodeValue(join(path, name), value, v.Field(i), faults)
		if len(*faults) == before {
			if err := bounded(join(path, name), v.Field(i), v.Type().Field(i).Tag); err != nil {
				*faults = append(*faults, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if !known[name] {
			*faults = append(*faults, Faultf(join(path, name), "is not a parameter here (known: %s)",
				strings.Join(slices.Sorted(maps.Keys(known)), ", ")))
		}
	}
}

// bounded holds a value to the tags `values:"high low"` and `range:"2..16"`.
func bounded(path string, v reflect.Value, tag reflect.StructTag) error {
	if values := strings.Fields(tag.Get("values")); len(values) > 0 && !slices.Contains(values, fmt.Sprint(v)) {
		given := fmt.Sprint(v)
		if v.Kind() == reflect.String {
			given = strconv.Quote(given)
		}
		if last := len(values) - 1; last > 1 {
			return Faultf(path, "%s is none of %s and %s", given, strings.Join(values[:last], ", "), values[last])
		}
		return Faultf(path, "%s is neither %s nor %s", given, values[0], values[1])
	}
	low, high, found := strings.Cut(tag.Get("range"), "..")
	if !found {
		return nil
	}
	lo, _ := strconv.ParseFloat(low, 64) // the tag is ours
	hi, _ := strconv.ParseFloat(high, 64)
	n := 0.0
	if v.CanInt() {
		n = float64(v.Int())
	} else {
		n = v.Float()
	}
	if !(n >= lo && n <= hi) {
		return Faultf(path, "%v is not between %s and %s", v, low, high)
	}
	return nil
}

var durationType = reflect.TypeFor[time.Duration]()

func decodeValue(path string, value any, v reflect.Value, faults *[]error) {
	fault := func(want string) {
		*faults = append(*faults, Faultf(path, "%v is not %s", value, want))
	}
	if v.Type() == durationType {
		if d, ok := duration(path, value); ok {
			v.SetInt(int64(d))
		} else {
			fault(`a duration such as "20ms"`)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		switch s := value.(type) {
		case string:
			v.SetString(s)
		case int: // an unquoted digit where a name is wanted: keymap rows [1, 2, 3]
			v.SetString(fmt.Sprint(s))
		default:
			fault("text")
		}
	case reflect.Bool:
		if b, ok := value.(bool); ok {
			v.SetBool(b)
		} else {
			fault("true or false")
		}
	case reflect.Int, reflect.Int64:
		if n, ok := value.(int); ok {
			v.SetInt(int64(n))
		} else {
			fault("a whole number")
		}
	case reflect.Float64:
		switch n := value.(type) {
		case float64:
			v.SetFloat(n)
		case int:
			v.SetFloat(float64(n))
		default:
			fault("a number")
		}
	case reflect.Slice:
		list, ok := value.([]any)
		if !ok {
			fault("a list")
			return
		}
		out := reflect.MakeSlice(v.Type(), len(list), len(list))
		for i, item := range list {
			decodeValue(fmt.Sprintf("%s[%d]", path, i), item, out.Index(i), faults)
		}
		v.Set(out)
	case reflect.Map:
		m, ok := value.(map[string]any)
		if !ok {
			fault("a mapping")
			return
		}
		out := reflect.MakeMap(v.Type())
		for _, k := range slices.Sorted(maps.Keys(m)) {
			item := reflect.New(v.Type().Elem()).Elem()
			decodeValue(join(path, k), m[k], item, faults)
			out.SetMapIndex(reflect.ValueOf(k).Convert(v.Type().Key()), item)
		}
		v.Set(out)
	case reflect.Struct:
		m, ok := value.(map[string]any)
		if !ok {
			fault("a mapping")
			return
		}
		decodeStruct(path, m, v, faults)
	default:
		panic("hal: Decode into " + v.Type().String())
	}
}

func duration(path string, value any) (time.Duration, bool) {
	switch d := value.(type) {
	case string:
		out, err := time.ParseDuration(d)
		return out, err == nil && out >= 0
	case int:
		switch {
		case d < 0:
			return 0, false
		case strings.HasSuffix(path, "-ms"):
			return time.Duration(d) * time.Millisecond, true
		case strings.HasSuffix(path, "-us"):
			return time.Duration(d) * time.Microsecond, true
		}
	}
	return 0, false
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
