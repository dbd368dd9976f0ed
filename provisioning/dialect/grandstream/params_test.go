package grandstream

import (
	"fmt"
	"testing"

	"offhook/provisioning/dialect"
)

func TestNumbers(t *testing.T) {
	for text, want := range map[string]string{
		"P62": "[62] <nil>", "P40+13": "[40 413 513 613 1713 1813] <nil>", "P2383+h": "[2383 2483 2583 2683 2783 2883] <nil>", "P9-11": "[9 10 11] <nil>",
		"P": "[] error", "P9-8": "[] error", "P9-9999999": "[] error", "P9-11+h": "[] error", "P9+x": "[] error", "P9+": "[] error", "P9+-1": "[] error",
	} {
		all, err := numbers(text)
		if got := fmt.Sprint(all, err); got != want && (want != "[] error" || err == nil) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestFamilyFault(t *testing.T) {
	for _, key := range []string{"P", "account.{n}.name P270+q", "P3x"} {
		table := dialect.Table{Converters: converters, Family: family}
		err := table.Parse(key + "\t!why")
		if (err == nil) != (key == "P") { // an alias of one letter
			t.Errorf("%s: %v", key, err)
		}
	}
}
