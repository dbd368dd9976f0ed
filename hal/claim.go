package hal

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Claim is a thing of the machine that a part takes for itself. Which of a
// driver's parameters name one is told by the tag `takes:"line"` beside their
// `param`: a GPIO line, a device, an I2C address.
type Claim struct {
	Path string // of the parameter in the part: "rows[2]"
	What string // "line", "device", "spi", "lamp", "address", "pixel", "name"
	Name string // "GPIO17", "/dev/fb0"
	On   string // the controller or bus; "": any
}

// String is the thing as a person calls it.
func (c Claim) String() string {
	if c.On == "" {
		return c.Name
	}
	return c.Name + " of " + c.On
}

// Same tells whether two parts want one thing.
func (c Claim) Same(other Claim) bool {
	if c.What == "spi" && other.What == "pixel" { // a strip has its bus for itself
		return c.Name == other.On
	}
	if c.What == "pixel" && other.What == "spi" {
		return other.Same(c)
	}
	return c.What == other.What && c.Name == other.Name && (c.On == other.On || c.What == "line" && (c.On == "" || other.On == ""))
}

// Claims lists what a part takes: defaults is its driver's Defaults. Parameters
// that do not fit are left out; the driver's Check tells of them.
func Claims(defaults any, p Params) []Claim {
	if defaults == nil {
		return nil
	}
	v := reflect.New(reflect.TypeOf(defaults)).Elem()
	v.Set(reflect.ValueOf(defaults))
	var faults []error
	decodeStruct("", p, v, &faults)
	var all []Claim
	on := ""
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("param"), ",")
		if name == "chip" || name == "bus" || name == "spi" {
			on = fmt.Sprint(v.Field(i))
		}
		if what := field.Tag.Get("takes"); what != "" {
			all = claims(all, Claim{Path: name, What: what, On: on}, v.Field(i))
		}
	}
	return all
}

func claims(all []Claim, c Claim, v reflect.Value) []Claim {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			at := c
			at.Path = fmt.Sprintf("%s[%d]", c.Path, i)
			all = claims(all, at, v.Index(i))
		}
		return all
	case reflect.Map:
		var names []string
		for _, k := range v.MapKeys() {
			names = append(names, k.String())
		}
		slices.Sort(names)
		for _, name := range names {
			at := c
			at.Path = c.Path + "." + name
			all = claims(all, at, v.MapIndex(reflect.ValueOf(name).Convert(v.Type().Key())))
		}
		return all
	case reflect.Int:
		c.Name = fmt.Sprintf("%#x", v.Int())
		if c.What != "address" {
			c.Name = fmt.Sprint(v.Int())
		}
	default:
		c.Name = v.String()
	}
	if c.What == "line" && strings.Contains(c.Name, ":") || c.What == "spi" {
		c.On = "" // it names its controller itself
	}
	if c.Name == "" {
		return all
	}
	return append(all, c)
}
