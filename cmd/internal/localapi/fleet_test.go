package localapi

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"offhook/media"
)

var metricName = regexp.MustCompile(`\b(?:offhook|process|go)_[a-z_]+\b`)

// expressions are all that a text of the example stack asks Prometheus.
func expressions(t *testing.T, file string) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/fleet/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var root any
	if strings.HasSuffix(file, ".json") {
		err = json.Unmarshal(text, &root)
	} else {
		err = yaml.Unmarshal(text, &root)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, value := range v {
				if expr, is := value.(string); is && (key == "expr" || key == "query") {
					all = append(all, expr)
				}
				walk(value)
			}
		case []any:
			for _, value := range v {
				walk(value)
			}
		}
	}
	walk(root)
	return all
}

// A dashboard that asks for a metric of another name shows nothing, and an alarm
// never comes.
func TestFleet_examples_ask_for_metrics_that_are(t *testing.T) {
	now := time.Now()
	status := Status{Started: now, Accounts: []Account{{ID: "1", State: "registered"}}, Devices: []Device{{Part: "audio"}},
		Calls: []Call{{ID: 1, Answered: now, Media: &media.Stats{}}}}
	known := exposed(t, metrics(status, process{}, false), false)
	names := map[string]bool{}
	for series := range known {
		name, _, _ := strings.Cut(series, "{")
		names[name] = true
	}
	for _, file := range []string{"grafana.json", "alerts.yml"} {
		asked := 0
		for _, expr := range expressions(t, file) {
			for _, name := range metricName.FindAllString(expr, -1) {
				asked++
				if !names[name] {
					t.Errorf("%s: %q asks for %s, which is not told", file, expr, name)
				}
			}
			if strings.Count(expr, "(") != strings.Count(expr, ")") || strings.Count(expr, "{") != strings.Count(expr, "}") {
				t.Errorf("%s: %q does not end", file, expr)
			}
		}
		if asked < 6 {
			t.Errorf("%s asks for %d metrics", file, asked)
		}
	}
}
