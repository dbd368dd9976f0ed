package dialect

import (
	"fmt"
	"net/url"
	"strings"

	"offhook/provisioning"
)

// actions makes the document's actions of the parts @action.EVENT: events with
// one address are one action.
func (f *finisher) actions() {
	on := f.settings["@action.on"]
	var urls []string
	events, from := map[string][]string{}, map[string][]*setting{}
	for _, event := range provisioning.Events {
		s := f.settings["@action."+event]
		switch {
		case s == nil:
		case no(on):
			f.drop(Idle, "is switched off", s)
		default:
			address := text(s)
			urls = appendNew(urls, address)
			events[address], from[address] = append(events[address], event), append(from[address], s)
		}
	}
	f.used("actions", on)
	if len(urls) == 0 {
		return
	}
	list := &provisioning.Node{Kind: provisioning.List}
	for i, address := range urls {
		list.Items = append(list.Items, f.action(i, address, events[address], from[address]))
	}
	list.From = list.Items[0].From
	setField(f.tree.root, "actions", list)
}

// action is one of them. A user and password in its address have a place of
// their own in the document.
func (f *finisher) action(i int, address string, events []string, from []*setting) *provisioning.Node {
	at := f.at(from[0])
	item := &provisioning.Node{Kind: provisioning.Map, From: &at}
	put := func(key string, v Value) { setField(item, key, node(v, at)) }
	put("on", ListValue(events...))
	if u, err := url.Parse(address); err == nil && u.User != nil {
		password, _ := u.User.Password()
		put("username", TextValue(u.User.Username()))
		put("password", TextValue(password))
		_, behind, _ := strings.Cut(address, "@")
		address = u.Scheme + "://" + behind
	}
	put("url", TextValue(address))
	for _, s := range from {
		f.used(fmt.Sprintf("actions[%d].url", i), s)
	}
	return item
}

// variables are what the makers write into the addresses of actions, by name
// without the dollar, as fields of ours. What a telephone alone has is left out.
var variables = map[string]string{
	"mac": "mac", "model": "model", "product": "model", "phone_type": "model", "type": "model",
	"remote": "remote", "display_remote": "remote_name", "call_id": "call", "call-id": "call", "callid": "call",
	"active_user": "account", "active_url": "account", "local": "account", "user_name1": "account", "context_url": "account",
	"cancel_reason": "cause", "duration": "seconds",
}

// ActionURL takes the address of an action, with the fields of ours for the
// $variables of the makers; one that this phone does not have becomes nothing.
func ActionURL(s string) (Value, error) {
	if u, _, _ := strings.Cut(s, "$"); !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
		return Value{}, NoSuch("an action goes to a web server; write it as https://host/path")
	}
	var out strings.Builder
	var taken, lost []string
	rest := strings.NewReplacer("{", "%7B", "}", "%7D").Replace(s)
	for {
		before, after, found := strings.Cut(rest, "$")
		out.WriteString(before)
		if !found {
			break
		}
		name := variable(after)
		rest = after[len(name):]
		switch field, known := variables[name]; {
		case name == "":
			out.WriteString("$")
		case known:
			out.WriteString("{" + field + "}")
			taken = appendNew(taken, "$"+name+" as {"+field+"}")
		default:
			lost = appendNew(lost, "$"+Clip(name))
		}
	}
	v := TextValue(out.String())
	v.How = strings.Join(taken, ", ")
	if len(lost) > 0 {
		v.Warning = strings.Join(lost, ", ") + " is not known here, and left empty in the address"
		v.How = joinHow(v.How, strings.Join(lost, ", ")+" left empty")
	}
	return v, nil
}

// variable is the name that a text begins with. Snom's call-id alone has a dash.
func variable(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return !(r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
	})
	if end < 0 {
		end = len(s)
	}
	if s[:end] == "call" && strings.HasPrefix(s, "call-id") {
		return "call-id"
	}
	return s[:end]
}
