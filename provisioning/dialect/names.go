package dialect

import "strings"

const codecNames = "|" +
	"g722=g722|opus=opus|pcma=pcma|pcmu=pcmu|g711a=pcma|g711u=pcmu|" +
	"g711alaw=pcma|g711ulaw=pcmu|g711mulaw=pcmu|alaw=pcma|ulaw=pcmu|mulaw=pcmu|" +
	"g711=pcmu|l16=l16|"

// otherCodecs are codecs that telephones have and this one does not.
var otherCodecs = []string{"g729", "g723", "g726", "g728", "g7221", "ilbc", "gsm", "amr", "speex", "silk", "aac", "siren", "aal2", "isac", "lpcm", "evs"}

// CodecName makes a codec's name of the document of what makers write: PCMA,
// G711A, "G.711 a-law", g722/8000.
func CodecName(s string) (Value, error) {
	name, _, _ := strings.Cut(strings.ToLower(s), "/")
	name = strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(name)
	if ours, ok := Lookup(codecNames, name); ok {
		return TextValue(ours), nil
	}
	for _, other := range otherCodecs {
		if strings.HasPrefix(name, other) {
			return Value{}, NoSuch("this phone does not have the codec %s; it has g722, opus, pcma, pcmu and l16", Clip(s))
		}
	}
	return Value{}, NoSuch("%q is not a codec of this phone; it has g722, opus, pcma, pcmu and l16", Clip(s))
}

// CodecList makes a list of codecs of names with commas or blanks between.
// What is no codec of sound, such as telephone-event, is passed over.
func CodecList(s string) (Value, error) {
	out := ListValue()
	var without []string
	for _, word := range Words(s) {
		if lower := strings.ToLower(word); strings.HasPrefix(lower, "telephone-event") || lower == "cn" {
			continue
		}
		v, err := CodecName(word)
		if err != nil {
			without = append(without, Clip(word))
			continue
		}
		out.List = appendNew(out.List, v.Text)
	}
	if len(without) > 0 {
		out.Warning = "this phone does not have " + strings.Join(without, ", ")
	}
	if len(out.List) == 0 {
		return out, NoSuch("it names no codec of this phone, which has g722, opus, pcma, pcmu and l16")
	}
	return out, nil
}

func appendNew(list []string, one string) []string {
	for _, s := range list {
		if s == one {
			return list
		}
	}
	return append(list, one)
}

// Lookup finds what a list of names has for one: "|name=what|name=what|". Such a
// list is no code and takes no memory, which a map does.
func Lookup(list, name string) (string, bool) {
	if strings.ContainsAny(name, "|=") {
		return "", false
	}
	_, rest, ok := strings.Cut(list, "|"+name+"=")
	what, _, _ := strings.Cut(rest, "|")
	return what, ok
}
