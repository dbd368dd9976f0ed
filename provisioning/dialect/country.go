package dialect

import "strings"

const countries = "|" +
	"germany=de|france=fr|austria=at|switzerland=ch|italy=it|spain=es|netherlands=nl|" +
	"belgium=be|poland=pl|czech=cz|czech republic=cz|czech etsi=cz|denmark=dk|sweden=se|norway=no|" +
	"finland=fi|portugal=pt|ireland=ie|greece=gr|hungary=hu|romania=ro|lithuania=lt|" +
	"great britain=gb|united kingdom=gb|uk=gb|england=gb|united states=us|usa=us|canada=ca|" +
	"mexico=mx|brazil=br|chile=cl|chile etsi=cl|argentina=ar|russia=ru|turkey=tr|israel=il|" +
	"india=in|china=cn|japan=jp|korea=kr|taiwan=tw|singapore=sg|australia=au|" +
	"new zealand=nz|south africa=za|egypt=eg|macedonia=mk|slovakia=sk|slovenia=si|" +
	"ger=de|fra=fr|aut=at|swi=ch|ita=it|spa=es|esp=es|nld=nl|bel=be|pol=pl|" +
	"gbr=gb|deu=de|che=ch|aus=au|nzl=nz|swe=se|nor=no|dnk=dk|fin=fi|jpn=jp|chn=cn|ind=in|mex=mx|"

// Country makes the two letters of a country of its name or code.
func Country(s string) (Value, error) {
	name := strings.ToLower(strings.NewReplacer("_", " ", "-", " ").Replace(strings.TrimSpace(s)))
	if code, ok := Lookup(countries, name); ok {
		return TextValue(code), nil
	}
	if len(name) == 2 && name[0] >= 'a' && name[0] <= 'z' && name[1] >= 'a' && name[1] <= 'z' {
		return TextValue(name), nil
	}
	return Value{}, NoSuch("the country %q is not known here", Clip(s))
}
