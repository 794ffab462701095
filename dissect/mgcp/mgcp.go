// SPDX-License-Identifier: Apache-2.0

// Package mgcp dissects the Media Gateway Control Protocol (RFC 3435) over UDP:
//
//	CRCX 1204 aaln/1@gateway.example.net MGCP 1.0       200 1204 OK
//	C: A3C47F21456789F0                                 I: FDE234C8
//	                                                    (an empty line, and a session description)
//
// Responses are tied to their requests by the number of the transaction, session descriptions become the layer sdp. Not decoded: parameters other than the
// identifiers of call and connection, digits that are dialled among them; messages behind the first one of a datagram; MGCP over TCP.
package mgcp

import (
	"bytes"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// repetition is how long a request may be sent again, nanoseconds: T-Max of RFC 3435, 4.3.
const repetition = int64(20e9)

// Protocol is MGCP.
var Protocol = &dissect.Protocol{
	Name: "mgcp", Title: "MGCP", Reference: "RFC 3435", Application: true,
	UDPPorts: []uint16{2427, 2727},
	GuessUDP: guess, AcceptUDP: accept,
	Summary: summary,
}

// The messages name their Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields      = field.Group("mgcp")
	fVerb       = fields.Add("verb", field.Keyword, "mgcp.req.verb", "Verb of the request: CRCX, MDCX, DLCX create, modify and delete a connection; RQNT, NTFY, AUEP, AUCX, RSIP, EPCF")
	fEndpoint   = fields.Add("endpoint", field.Keyword, "mgcp.req.endpoint", "Endpoint that the request is for")
	fCode       = fields.Add("response_code", field.Uint16, "mgcp.rsp.rspcode", "Code of the response: 100 to 199 in progress, 200 to 299 done, from 400 on failed")
	fTrans      = fields.Add("transaction_id", field.Int64, "mgcp.transid", "Number of the transaction", field.Rare)
	fCall       = fields.Add("call_id", field.Keyword, "mgcp.param.callid", "Identifier of the call")
	fConnection = fields.Add("connection_id", field.Keyword, "mgcp.param.connectionid", "Identifier of the connection", field.Rare)
	fText       = fields.Add("response_text", field.Keyword, "mgcp.rsp.rspstring", "Text of the response", field.Rare, field.Detail)
)

var verbs = map[string]bool{"EPCF": true, "CRCX": true, "MDCX": true, "DLCX": true, "RQNT": true, "NTFY": true, "AUEP": true, "AUCX": true, "RSIP": true}

// guess takes a request line.
func guess(b []byte) bool {
	line, _, _ := bytes.Cut(b[:min(len(b), 512)], []byte("\n"))
	return len(b) > 5 && verbs[string(b[:4])] && b[4] == ' ' && bytes.Contains(line, []byte(" MGCP "))
}

// accept also takes a response.
func accept(b []byte) bool {
	if guess(b) {
		return true
	}
	line, _, _ := bytes.Cut(b[:min(len(b), 512)], []byte("\n"))
	code, rest := common.Word(line)
	_, numbered := common.Number(bytes.TrimSuffix(rest, []byte("\r")))
	_, coded := common.Number(code)
	return coded && len(code) == 3 && numbered
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	if len(b) < wire {
		p.Truncated = true
	}
	n := common.HeadEnd(b)
	if n < 0 {
		n = len(b)
	}
	o := p.Out
	first := common.Headers(b[:n], func(name, value []byte) {
		switch {
		case len(value) == 0:
		case bytes.EqualFold(name, []byte("C")):
			o.Text(fCall, value)
		case bytes.EqualFold(name, []byte("I")):
			o.Text(fConnection, value)
		}
	})
	word, rest := common.Word(first)
	number, rest := common.Word(rest)
	id, numbered := common.Number(number)
	if numbered {
		o.Int(fTrans, id)
	}
	if code, ok := common.Number(word); ok && code <= 0xffff {
		o.Uint(fCode, uint64(code)) //nolint:gosec // not negative
		if len(rest) > 0 {
			o.Text(fText, rest)
		}
		switch {
		case !numbered:
		case code < 200:
			common.Interim(p, p.Conversation, uint64(id)) //nolint:gosec // not negative
		default:
			common.Response(p, p.Conversation, uint64(id)) //nolint:gosec // not negative
		}
	} else {
		if len(word) > 0 {
			o.Text(fVerb, word)
		}
		if endpoint, _ := common.Word(rest); len(endpoint) > 0 {
			o.Text(fEndpoint, endpoint)
		}
		if numbered {
			common.Repeatable(p, p.Conversation, uint64(id), repetition) //nolint:gosec // not negative
		}
	}
	if body := b[n:]; bytes.HasPrefix(body, []byte("v=")) {
		p.CallName("sdp", body, wire-n)
	}
}

// summary reads "CRCX 1204 aaln/1@gateway.example.net" or "200 1204 OK".
func summary(dst []byte, v dissect.View) []byte {
	begin := len(dst)
	for _, id := range [...]field.ID{fVerb, fCode, fTrans, fEndpoint, fText} {
		lead := " "
		if len(dst) == begin {
			lead = ""
		}
		if text, ok := v.Text(append(dst, lead...), id); ok {
			dst = text
		}
	}
	return dst
}
