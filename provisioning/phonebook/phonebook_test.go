package phonebook

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

var books = []struct{ name, text, want string }{
	{"Yealink's directory", `<?xml version="1.0" encoding="UTF-8"?><YealinkIPPhoneDirectory><DirectoryEntry><Name>Anna &amp; Co</Name><Telephone>1002</Telephone><Telephone>+46 8 505 55 01</Telephone></DirectoryEntry><DirectoryEntry><Name>Gate</Name><Telephone>1200</Telephone></DirectoryEntry></YealinkIPPhoneDirectory>`,
		"Anna & Co=1002,+4685055501|Gate=1200"},
	{"Yealink's book", `<YealinkIPPhoneBook><Title>Yealink</Title><Menu Name="Company"><Unit Name="Anna" Phone1="1002" Phone2="" Phone3="017355501" default_photo="x"/></Menu></YealinkIPPhoneBook>`, "Anna=1002,017355501"},
	{"Yealink's contacts", `<vp_contact><group/><contacts><contact display_name="Anna" office_number="1002" mobile_number="0173" other_number="" line="0" ring="" group_id_name=""/></contacts></vp_contact>`, "Anna=1002,0173"},
	{"Snom's directory", `<SnomIPPhoneDirectory><Title>Menu</Title><Prompt>Prompt</Prompt><DirectoryEntry><Name>Anna</Name><Telephone>sip:anna@pbx.example</Telephone></DirectoryEntry></SnomIPPhoneDirectory>`, "Anna=sip:anna@pbx.example"},
	{"Snom's tbook", `<tbook complete="true"><item context="active" type="none" index="0"><first_name>Anna</first_name><last_name>Lindqvist</last_name><number>1002</number></item><item><name>Gate</name><number>1200</number></item></tbook>`, "Anna Lindqvist=1002|Gate=1200"},
	{"Grandstream's address book", `<AddressBook><version>1</version><pbgroup><id>1</id><name>Work</name></pbgroup><Contact><FirstName>Anna</FirstName><LastName>Lindqvist</LastName><Primary>0</Primary><Phone type="Work"><phonenumber>1002</phonenumber><accountindex>0</accountindex></Phone><Phone type="Home"><phonenumber>(020) 79-46</phonenumber><accountindex>0</accountindex></Phone></Contact></AddressBook>`,
		"Anna Lindqvist=1002,0207946"},
	{"Poly's directory", `<directory><item_list><item><ln>Lindqvist</ln><fn>Anna</fn><ct>1002</ct><sd>1</sd></item></item_list></directory>`, "Anna Lindqvist=1002"},
	{"an empty book", `<YealinkIPPhoneDirectory></YealinkIPPhoneDirectory>`, ""},
	{"vCard 3", "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lindqvist;Anna;;;\r\nFN:Anna Lind\r\n qvist\r\nTEL;TYPE=HOME:08-505\r\nitem1.TEL;TYPE=\"WORK,PREF\":1002\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:3.0\r\nORG:Example\\, Ltd.;Sales\r\nTEL:1050\r\nEND:VCARD\r\n",
		"Anna Lindqvist=1002,08505|Example, Ltd.=1050"},
	{"vCard 4", "BEGIN:VCARD\nVERSION:4.0\nFN:Zoë\nTEL;VALUE=uri;PREF=2;TYPE=\"voice,home\":tel:+1-555-555-0100;ext=7\nTEL;VALUE=uri;PREF=1:tel:+44-20\nEND:VCARD\n", "Zoë=+4420,+15555550100"},
	{"a card without a number is nobody's", "BEGIN:VCARD\nFN:Zoë\nEND:VCARD\n", ""},
}

func shown(all []Entry) string {
	var out []string
	for _, e := range all {
		out = append(out, e.Name+"="+strings.Join(e.Numbers, ","))
	}
	return strings.Join(out, "|")
}

func TestParse(t *testing.T) {
	for _, b := range books {
		got, err := Parse([]byte("\xef\xbb\xbf" + b.text))
		if err != nil || shown(got) != b.want {
			t.Errorf("%s: %q, %v, want %q", b.name, shown(got), err, b.want)
		}
	}
}

func TestParse_says_what_is_no_book(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"nothing":      {"", "no phone book"},
		"a page":       {"<html><body>Not found</body></html>", "no phone book"},
		"text":         {"Anna 1002", "no phone book"},
		"half a file":  {"<AddressBook><Contact>", "cut off"},
		"a short word": {"BEGIN", "no phone book"},
	} {
		if _, err := Parse([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParse_takes_no_more_than_its_limit(t *testing.T) {
	var text strings.Builder
	text.WriteString("<tbook>")
	for i := range Limit + 10 {
		fmt.Fprintf(&text, "<item><name>%s %d</name>%s</item>", strings.Repeat("ä", 100), i, strings.Repeat("<number>1</number>", 20))
	}
	text.WriteString("</tbook>")
	all, err := Parse([]byte(text.String()))
	if err != nil || len(all) != Limit || len(all[0].Numbers) != numbersLimit || len(all[0].Name) > textLimit {
		t.Errorf("%d entries of %d numbers, %v", len(all), len(all[0].Numbers), err)
	}
}

func FuzzParse(f *testing.F) {
	for _, b := range books {
		f.Add([]byte(b.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := Parse(data)
		if err != nil && len(all) > 0 {
			t.Fatal("entries and a fault")
		}
		for _, e := range all {
			if e.Name == "" || len(e.Name) > textLimit || !utf8.ValidString(e.Name) || len(e.Numbers) == 0 || len(e.Numbers) > numbersLimit {
				t.Fatalf("%+v", e)
			}
			for _, n := range e.Numbers {
				if n == "" || len(n) > textLimit || strings.ContainsAny(n, " \r\n\t") {
					t.Fatalf("number %q", n)
				}
			}
		}
	})
}
