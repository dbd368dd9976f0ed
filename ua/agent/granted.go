package agent

import (
	"strconv"
	"strings"
	"time"

	"offhook/ua/registration"
	"offhook/ua/wire"
)

// supportedBinding is what a REGISTER says of extensions: Path always (RFC 3327
// §5.1), flows and GRUUs with a name for the device.
func supportedBinding(regID int, gruu bool) string {
	text := "path"
	if regID > 0 {
		text += ", outbound"
	}
	if gruu {
		text += ", gruu"
	}
	return text
}

// contactParams name this device and its flow (RFC 5626 §4.1 and §4.2).
func (o *owner) contactParams(regID int) string {
	if o.config.InstanceID == "" {
		return ""
	}
	params := `;+sip.instance="<` + strings.Trim(o.config.InstanceID, `"<>`) + `>"`
	if regID > 0 {
		params += ";reg-id=" + strconv.Itoa(regID)
	}
	return params
}

// bindingResponse is what the machine reads of a final response.
func (o *owner) bindingResponse(e *edge, action registration.Send, m *wire.Message) registration.Response {
	response := registration.Response{
		Status: m.Status, Reason: m.Reason, Own: e.binding.own, RegID: action.RegID, RetryAfter: retryAfter(m),
		Outbound: hasOption(m.List("Require"), "outbound"),
	}
	if o.config.InstanceID != "" {
		response.Instance = "<" + o.config.InstanceID + ">"
	}
	for _, text := range m.List("Contact") {
		if contact, err := wire.ParseAddress(text); err == nil {
			response.Contacts = append(response.Contacts, contactOf(contact))
		}
	}
	response.Expires, response.HasExpires = delta(m.Get("Expires"))
	response.MinExpires, _ = delta(m.Get("Min-Expires"))
	response.FlowTimer, _ = delta(m.Get("Flow-Timer"))
	return response
}

func contactOf(contact wire.Address) registration.Contact {
	one := registration.Contact{URI: contact.URI}
	one.Instance, _ = contact.Params.Get("+sip.instance")
	one.PubGRUU, _ = contact.Params.Get("pub-gruu")
	one.TempGRUU, _ = contact.Params.Get("temp-gruu")
	id, _ := contact.Params.Get("reg-id")
	one.RegID, _ = strconv.Atoi(id)
	value, _ := contact.Params.Get("expires")
	one.Expires, one.HasExpires = delta(value)
	return one
}

func hasOption(tags []string, want string) bool {
	for _, tag := range tags {
		if strings.EqualFold(strings.TrimSpace(tag), want) {
			return true
		}
	}
	return false
}

func delta(text string) (time.Duration, bool) {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	return time.Duration(n) * time.Second, err == nil
}

// keepOf is how often the server wants keep-alives, by the Via of its response
// (RFC 6223 §4.3): 0 when it does not take part.
func keepOf(m *wire.Message) time.Duration {
	via, _ := wire.ParseVia(m.Get("Via"))
	value, _ := via.Params.Get("keep")
	every, willing := delta(value)
	if willing && every == 0 {
		return 30 * time.Second // it leaves it to us
	}
	return every
}
