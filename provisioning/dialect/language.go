package dialect

import "strings"

// languageNames are languages by the words that makers have for them.
const languageNames = "|" +
	"english=en|deutsch=de|german=de|francais=fr|french=fr|français=fr|" +
	"espanol=es|español=es|spanish=es|italiano=it|italian=it|nederlands=nl|dutch=nl|" +
	"polski=pl|polish=pl|portugues=pt|português=pt|portuguese=pt|svenska=sv|swedish=sv|" +
	"dansk=da|danish=da|norsk=nb|norwegian=nb|suomi=fi|finnish=fi|cesky=cs|czech=cs|" +
	"magyar=hu|hungarian=hu|turkce=tr|türkçe=tr|turkish=tr|russian=ru|ukrainian=uk|" +
	"slovenian=sl|slovenščina=sl|croatian=hr|hrvatski=hr|greek=el|hebrew=he|arabic=ar|" +
	"japanese=ja|korean=ko|chinese=zh|catalan=ca|romanian=ro|slovak=sk|latvian=lv|"

// countryCodes are languages that makers call by a country: se, cz.
const countryCodes = "|" +
	"se=sv|cz=cs|dk=da|no=nb|jp=ja|gr=el|uk=en-GB|us=en-US|"

// Language makes a language tag (BCP 47) of a name, a name with a country, or a
// code: "Deutsch", "English_United_States", "zh-tw", "de-DE".
func Language(s string) (Value, error) {
	lower := strings.ToLower(strings.TrimSpace(s))
	if lower == "auto" || lower == "automatic" {
		return Value{How: "left to this phone"}, nil
	}
	word := strings.FieldsFunc(lower, func(r rune) bool { return r == '_' || r == ' ' || r == '(' || r == '-' || r == ',' })
	if len(word) > 0 {
		if tag, ok := Lookup(languageNames, word[0]); ok {
			return TextValue(tag), nil
		}
	}
	if tag, ok := Lookup(countryCodes, lower); ok {
		return TextValue(tag), nil
	}
	if len(word) == 0 || len(word) > 2 || len(word[0]) != 2 || strings.Trim(word[0], "abcdefghijklmnopqrstuvwxyz") != "" {
		return Value{}, NoSuch("%q is not a language that is known here; give a tag such as en or de-AT", Clip(s))
	}
	tag := word[0]
	if len(word) == 2 && len(word[1]) == 2 && strings.Trim(word[1], "abcdefghijklmnopqrstuvwxyz") == "" {
		tag += "-" + strings.ToUpper(word[1])
	}
	return TextValue(tag), nil
}
