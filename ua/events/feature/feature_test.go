package feature

import (
	"reflect"
	"strings"
	"testing"

	"offhook/ua"
	"offhook/ua/events/element"
)

const (
	dnd     = `<?xml version="1.0" encoding="ISO-8859-1"?><DoNotDisturbEvent xmlns="http://www.ecma-international.org/standards/ecma-323/csta/ed3"><device>1001</device><doNotDisturbOn>true</doNotDisturbOn></DoNotDisturbEvent>`
	always  = `<ForwardingEvent xmlns="x"><device/><forwardingType>forwardImmediate</forwardingType><forwardStatus>true</forwardStatus><forwardTo>2002</forwardTo></ForwardingEvent>`
	noAns   = `<ForwardingEvent xmlns="x"><device/><forwardingType>forwardNoAns</forwardingType><forwardStatus>false</forwardStatus><ringCount>4</ringCount></ForwardingEvent>`
	another = `<AgentLoggedOnEvent/>`
)

func several(bodies ...string) string {
	var out strings.Builder
	for _, b := range bodies {
		out.WriteString("--UniqueBroadWorksBoundary\r\nContent-Type: application/x-as-feature-event+xml\r\nContent-Length: 1\r\n\r\n" + b + "\r\n")
	}
	return out.String() + "--UniqueBroadWorksBoundary--\r\n"
}

func TestParse(t *testing.T) {
	const mixed = `multipart/mixed;boundary=UniqueBroadWorksBoundary`
	for _, c := range []struct {
		arrow, kind, body string
		want              []ua.FeatureState
		ok                bool
	}{
		{"do not disturb -> on", ContentType, dnd, []ua.FeatureState{{Feature: ua.DoNotDisturb, On: true}}, true},
		{"forwarded -> where", ContentType, always, []ua.FeatureState{{Feature: ua.ForwardAlways, On: true, Target: "2002"}}, true},
		{"several -> all", mixed, several(dnd, always, noAns), []ua.FeatureState{
			{Feature: ua.DoNotDisturb, On: true}, {Feature: ua.ForwardAlways, On: true, Target: "2002"}, {Feature: ua.ForwardNoAnswer, Rings: 4}}, true},
		{"another feature -> nothing", ContentType, another, nil, true},
		{"another among them -> passed over", mixed, several(another, dnd), []ua.FeatureState{{Feature: ua.DoNotDisturb, On: true}}, true},
		{"a kind that is unknown -> nothing", ContentType, strings.Replace(always, "forwardImmediate", "forwardDND", 1), nil, true},
		{"a target beyond belief -> none", ContentType, strings.Replace(always, "2002", strings.Repeat("2", 200), 1), []ua.FeatureState{{Feature: ua.ForwardAlways, On: true}}, true},
		{"another type -> error", "text/plain", dnd, nil, false},
		{"no XML -> error", ContentType, "on", nil, false},
		{"broken among them -> error", mixed, several(dnd, "on"), nil, false},
		{"no boundary -> error", "multipart/mixed", several(dnd), nil, false},
		{"too many -> error", mixed, several(make([]string, 40)...), nil, false},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			got, err := Parse(c.kind, []byte(c.body))
			if (err == nil) != c.ok || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestEncode(t *testing.T) {
	for _, c := range []struct {
		arrow string
		state ua.FeatureState
		want  string
	}{
		{"do not disturb -> SetDoNotDisturb", ua.FeatureState{Feature: ua.DoNotDisturb, On: true}, "SetDoNotDisturb doNotDisturbOn=true"},
		{"forwarding -> SetForwarding", ua.FeatureState{Feature: ua.ForwardBusy, On: true, Target: "<9>"}, "SetForwarding forwardingType=forwardBusy activateForward=true forwardDN=<9>"},
		{"no answer -> rings", ua.FeatureState{Feature: ua.ForwardNoAnswer, Rings: 3}, "SetForwarding forwardingType=forwardNoAns activateForward=false ringCount=3"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			root, err := element.Parse(Encode(c.state))
			if err != nil {
				t.Fatal(err)
			}
			got := root.Name
			for _, child := range root.Children {
				if child.Text != "" {
					got += " " + child.Name + "=" + child.Text
				}
			}
			if got != c.want {
				t.Errorf("%s", got)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(ContentType, []byte(dnd))
	f.Add(`multipart/mixed;boundary=UniqueBroadWorksBoundary`, []byte(several(dnd, always, noAns)))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		states, err := Parse(kind, body)
		if err != nil && states != nil || len(states) > maxParts {
			t.Errorf("%+v, %v", states, err)
		}
		for _, s := range states {
			if !Known(s.Feature) || len(s.Target) > maxTarget || s.Rings < 0 || s.Rings > maxRings {
				t.Errorf("%+v", s)
			}
		}
	})
}
