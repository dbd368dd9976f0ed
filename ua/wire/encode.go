package wire

import "strconv"

// Encode writes the message. Content-Length is the body's, whatever Fields say.
func (m Message) Encode() []byte {
	var out []byte
	if m.IsRequest() {
		out = append(out, m.Method+" "+m.URI+" SIP/2.0\r\n"...)
	} else {
		out = append(out, "SIP/2.0 "+strconv.Itoa(m.Status)+" "+m.Reason+"\r\n"...)
	}
	for _, f := range m.Fields {
		if f.Name != "Content-Length" {
			out = append(out, f.Name+": "+f.Value+"\r\n"...)
		}
	}
	out = append(out, "Content-Length: "+strconv.Itoa(len(m.Body))+"\r\n\r\n"...)
	return append(out, m.Body...)
}
