package app

import (
	"offhook/media"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/l16"
)

// codecTable are the codecs by their names in the document, best first. Some are
// for accounts that name them: L16 takes four times the network that G.722 does.
var codecTable = []struct {
	name  string
	codec media.Codec
	named bool // offered only where an account names it
}{
	{"g722", g722.Rate64, false},
	{"pcma", g711.PCMA, false},
	{"pcmu", g711.PCMU, false},
	{"l16", l16.Wide, true},
}

// codecs are those that an account names, in its order, or the usual ones.
func codecs(names []string) []media.Codec {
	var named, usual []media.Codec
	for _, n := range names {
		for _, c := range codecTable {
			if c.name == n {
				named = append(named, c.codec)
			}
		}
	}
	if len(named) > 0 {
		return named
	}
	for _, c := range codecTable {
		if !c.named {
			usual = append(usual, c.codec)
		}
	}
	return usual
}

// engineCodecs are all.
func engineCodecs() []media.Codec {
	var all []media.Codec
	for _, c := range codecTable {
		all = append(all, c.codec)
	}
	return all
}
