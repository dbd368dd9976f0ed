// Package persona asks a server for files as another maker's telephone does: with
// its User-Agent, and by its names in its order, so that a server that knows such
// telephones recognises the request. It is used only where the agent's file asks
// for it.
package persona

import (
	"fmt"
	"slices"
	"strings"

	"offhook/provisioning"
)

// Persona is who to be. Model, Version and Code are as the maker writes them.
type Persona struct {
	Maker   string // one of Makers
	Model   string // "T46U"
	Version string // of the firmware
	Code    string // of the model, where the maker's common file is named by it: "108"
}

// habit is how a maker's telephones ask. In names and agents {mac}, {MAC},
// {m:a:c}, {model}, {version} and {code} stand for their values.
type habit struct {
	agent   string
	version string // when none is given
	model   string
	// turns are taken in order and laid over one another. Of the names in one the
	// first that the server has is taken.
	turns []turn
}

type turn struct {
	names []string
	last  bool // when there is such a file, it and what it includes is all
	own   bool // it is this phone's, not everybody's
}

// habits are the makers', by the order in which their manuals say files are asked
// for, and the User-Agents that servers know them by.
var habits = map[string]habit{
	"yealink": {
		agent: "Yealink SIP-{model} {version} {m:a:c}", model: "T46U", version: "108.86.0.20",
		turns: []turn{
			{names: []string{"{mac}.boot", "y000000000000.boot"}, last: true, own: true},
			{names: []string{"y000000000{code}.cfg"}},
			{names: []string{"{mac}.cfg"}, own: true},
		},
	},
	"snom": {
		agent: "Mozilla/4.0 (compatible; snom{model}-SIP {version} {MAC})", model: "D785", version: "10.1.64.14",
		turns: []turn{
			{names: []string{"snom{model}.htm", "snom{model}.xml"}},
			{names: []string{"snom{model}-{MAC}.htm", "{mac}.xml", "{MAC}.xml"}, own: true},
		},
	},
	"grandstream": {
		agent: "Grandstream Model HW {model} SW {version} DevId {mac}", model: "GXP2170", version: "1.0.11.64",
		turns: []turn{{names: []string{"cfg{mac}", "cfg{mac}.xml", "cfg{model}.xml", "cfg.xml"}, own: true}},
	},
	"poly": {
		agent: "FileTransport PolycomVVX-{model}-UA/{version} (SN:{mac}) Type/Application", model: "VVX_411", version: "5.9.7.4477",
		turns: []turn{{names: []string{"{mac}.cfg", "000000000000.cfg"}, last: true, own: true}},
	},
	"cisco": {
		agent: "Cisco/{model}-{version} ({mac})", model: "SPA504G", version: "7.6.2",
		turns: []turn{
			{names: []string{"spa{model}.cfg", "{model}.xml"}},
			{names: []string{"spa{mac}.cfg", "{mac}.xml", "{MAC}.xml"}, own: true},
		},
	},
	"fanvil": {
		agent: "Fanvil {model} {version} {mac}", model: "X6U", version: "2.12.1",
		turns: []turn{
			{names: []string{"{code}.cfg"}},
			{names: []string{"{mac}.cfg", "{mac}.txt"}, own: true},
		},
	},
}

// Makers are those whose telephones can be played.
func Makers() []string {
	var all []string
	for name := range habits {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// Check tells what is wrong with a persona.
func (p Persona) Check() error {
	if _, ok := habits[p.Maker]; !ok {
		return fmt.Errorf("there is no persona %q; use one of %s", p.Maker, strings.Join(Makers(), ", "))
	}
	return nil
}

// player is a persona with the phone that plays it.
type player struct {
	habit
	macros *strings.Replacer
	coded  bool // there is a code of the model
}

func (p Persona) player(d provisioning.Device) player {
	h := habits[p.Maker]
	or := func(given, usual string) string {
		if given == "" {
			return usual
		}
		return given
	}
	mac := strings.ToLower(strings.NewReplacer(":", "", "-", "").Replace(d.MAC))
	return player{h, strings.NewReplacer("{mac}", mac, "{MAC}", strings.ToUpper(mac), "{m:a:c}", strings.ToLower(d.MAC),
		"{model}", or(p.Model, h.model), "{version}", or(p.Version, h.version), "{code}", p.Code), p.Code != ""}
}

// names are those of a turn, without those that need what is not known.
func (p player) names(t turn) []string {
	var out []string
	for _, name := range t.names {
		if p.coded || !strings.Contains(name, "{code}") {
			out = append(out, p.macros.Replace(name))
		}
	}
	return out
}
