package pbx

import (
	"slices"

	"github.com/emiago/sipgo/sip"
)

// dialog is the state of RFC 3261 §12, for calls and for subscriptions.
type dialog struct {
	flow          flow
	callID        string
	local, remote party
	target        sip.Uri   // remote target
	routes        []sip.Uri // route set
	contact       sip.Uri   // ours
	localSeq      uint32
	remoteSeq     uint32
}

// party is one end of a dialog.
type party struct {
	name string
	uri  sip.Uri
	tag  string
}

// accepted makes the dialog of a request that came from a phone (§12.1.1).
func (p *PBX) accepted(req *sip.Request) dialog {
	way := flowOf(req)
	d := dialog{
		flow: way, callID: req.CallID().Value(), remoteSeq: req.CSeq().SeqNo,
		local:   party{name: req.To().DisplayName, uri: req.To().Address, tag: sip.GenerateTagN(12)},
		remote:  party{name: req.From().DisplayName, uri: req.From().Address},
		contact: p.contact(req.Recipient.User, way.transport),
		target:  req.From().Address,
	}
	d.remote.tag, _ = req.From().Params.Get("tag")
	if c := req.Contact(); c != nil {
		d.target = c.Address
	}
	d.routes = routes(req.GetHeaders("record-route"))
	return d
}

// originated makes the dialog of a request that goes to a binding.
func (p *PBX) originated(b binding, from party) dialog {
	from.tag = sip.GenerateTagN(12)
	return dialog{
		flow: b.flow, callID: sip.GenerateTagN(24), local: from, target: b.target, localSeq: 1,
		remote:  party{uri: sip.Uri{Scheme: "sip", User: b.Extension, Host: Realm}},
		contact: p.contact(from.uri.User, b.flow.transport),
	}
}

// established takes the remote side of a response (§12.1.2).
func (d *dialog) established(res *sip.Response) {
	d.remote.tag, _ = res.To().Params.Get("tag")
	if c := res.Contact(); c != nil {
		d.target = c.Address
	}
	d.routes = routes(res.GetHeaders("record-route"))
	slices.Reverse(d.routes)
}

func routes(headers []sip.Header) []sip.Uri {
	var list []sip.Uri
	for _, h := range headers {
		if r, ok := h.(*sip.RecordRouteHeader); ok {
			list = append(list, r.Address)
		}
	}
	return list
}

// request makes the next request of the dialog (§12.2.1.1). An ACK has the
// number of the INVITE that it is for.
func (d *dialog) request(method sip.RequestMethod, seq uint32) *sip.Request {
	req := sip.NewRequest(method, *d.target.Clone())
	from := &sip.FromHeader{DisplayName: d.local.name, Address: d.local.uri}
	from.Params.Add("tag", d.local.tag)
	to := &sip.ToHeader{DisplayName: d.remote.name, Address: d.remote.uri}
	if d.remote.tag != "" {
		to.Params.Add("tag", d.remote.tag)
	}
	callID, hops := sip.CallIDHeader(d.callID), sip.MaxForwardsHeader(70)
	for _, r := range d.routes {
		req.AppendHeader(&sip.RouteHeader{Address: r})
	}
	req.AppendHeader(from)
	req.AppendHeader(to)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	req.AppendHeader(&hops)
	req.AppendHeader(&sip.ContactHeader{Address: d.contact})
	req.AppendHeader(sip.NewHeader("User-Agent", product))
	req.SetTransport(sip.NetworkToUpper(d.flow.transport))
	// Whatever the routes and the target say, a phone is reached by the
	// connection that it made (RFC 5626 §5.3).
	req.SetDestination(d.flow.source)
	req.SetBody(nil)
	return req
}

// next counts our sequence number up.
func (d *dialog) next() uint32 {
	d.localSeq++
	return d.localSeq
}

// key finds a dialog by what a request says (§12.2.2).
type key struct{ callID, tag string }

func (d *dialog) key() key { return key{d.callID, d.local.tag} }

// keyOf is the dialog that a request says it belongs to.
func keyOf(req *sip.Request) (key, bool) {
	tag, ok := req.To().Params.Get("tag")
	return key{req.CallID().Value(), tag}, ok && tag != ""
}

// body sets a body with its type.
func body(m interface {
	AppendHeader(sip.Header)
	SetBody([]byte)
}, kind string, content []byte) {
	if content == nil {
		return
	}
	m.AppendHeader(sip.NewHeader("Content-Type", kind))
	m.SetBody(content)
}

const sdpType = "application/sdp"
