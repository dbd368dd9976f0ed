package provisioning

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"offhook/ua"
)

// PortRange is the UDP ports from Low to High, both included.
type PortRange struct{ Low, High uint16 }

func (r PortRange) String() string { return fmt.Sprintf("%d-%d", r.Low, r.High) }

// parsePortRange reads "16384-32767".
func parsePortRange(s string) (PortRange, bool) {
	low, high, ok := strings.Cut(s, "-")
	l, err1 := strconv.ParseUint(strings.TrimSpace(low), 10, 16)
	h, err2 := strconv.ParseUint(strings.TrimSpace(high), 10, 16)
	return PortRange{uint16(l), uint16(h)}, ok && err1 == nil && err2 == nil
}

// formatDuration writes 10m, not 10m0s.
func formatDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// format writes a setting as a person would; secrets are hidden.
func format(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case time.Duration:
		return formatDuration(x)
	case ua.Secret:
		return x.String()
	case fmt.Stringer:
		return x.String()
	}
	if v.Kind() == reflect.Slice {
		items := make([]string, v.Len())
		for i := range items {
			items[i] = format(v.Index(i))
		}
		return strings.Join(items, ", ")
	}
	if s := fmt.Sprint(v.Interface()); !strings.HasPrefix(s, pemPrefix) {
		return s
	}
	return describePEM(v.String())
}

// equal compares two values of a setting, secrets included.
func equal(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
