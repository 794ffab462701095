// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strconv"

	"github.com/espbeat/espbeat/field"
)

// seconds are fields that are seconds to Wireshark and nanoseconds in documents.
var seconds = map[string]bool{"dns.time": true, "http.time": true, "radius.time": true, "smb.time": true, "smb2.time": true, "tcp.analysis.ack_rtt": true, "tcp.analysis.initial_rtt": true,
	"tcp.analysis.rto": true, "tcp.time_relative": true, "tcp.time_delta": true}

// decimals are fields of documents that are texts and numbers to Wireshark, which documents have in decimal.
var decimals = map[string]bool{"dns.id": true, "network.iana_number": true, "network.vlan.id": true, "network.inner.vlan.id": true, "observer.ingress.interface.id": true}

// impossible are names of Wireshark's that documents cannot answer, and why.
var impossible = map[string]string{
	"data":                       "documents do not name the bytes that no protocol knows",
	"data.data":                  "payload bytes are searched as packet.payload, where payload.bytes keeps them",
	"frame.coloring_rule.name":   "colouring rules are Wireshark's own",
	"frame.encap_type":           "numbers of encapsulations are Wireshark's own: ask packet.link_type, which has the name that libpcap gives",
	"frame.ignored":              "marks are Wireshark's own",
	"frame.marked":               "marks are Wireshark's own",
	"frame.time_delta":           "documents know no packet before theirs",
	"frame.time_delta_displayed": "documents know no packet before theirs",
	"frame.time_relative":        "documents have the time itself: use frame.time or frame.time_epoch",
	"http.file_data":             "bodies are counted, not kept",
	"openflow_1_0.type":          "types are named in documents: ask openflow.type, as in openflow.type == FLOW_MOD",
	"openflow_v4.type":           "types are named in documents: ask openflow.type, as in openflow.type == FLOW_MOD",
	"openflow_v5.type":           "types are named in documents: ask openflow.type, as in openflow.type == FLOW_MOD",
	"openflow_v6.type":           "types are named in documents: ask openflow.type, as in openflow.type == FLOW_MOD",
	"tcp.flags.str":              "use tcp.flags, or the flags one by one (tcp.flags.syn)",
	"tcp.options":                "options have fields of their own (tcp.options.mss_val, …)",
	"tcp.payload":                "payload bytes are searched as packet.payload, where payload.bytes keeps them",
	"udp.payload":                "payload bytes are searched as packet.payload, where payload.bytes keeps them",
	"_ws.col.info":               "columns are Wireshark's own: ask for the fields",
	"_ws.expert":                 "there is no expert information in documents: use tcp.analysis.flags or _ws.malformed",
}

// forward are what names end with that tell of a later packet.
var forward = []string{"response_in", "resp_in", "reassembled_in", "next_request_in"}

// timestamp is the document's time, which is no field of a protocol.
var timestamp = &field.Def{Name: "@timestamp", Type: field.Date}

// maker makes a target, or says why there is none.
type maker func(*names) (*target, string)

// special are names that are no single field of a document.
var special = map[string]maker{
	"frame":              func(*names) (*target, string) { return &target{layer: everything{}}, "" },
	"frame.protocols":    func(n *names) (*target, string) { return &target{leaves: []leaf{{def: n.layer}}, list: true}, "" },
	"frame.time":         func(*names) (*target, string) { return &target{leaves: []leaf{{def: timestamp}}}, "" },
	"frame.time_epoch":   func(*names) (*target, string) { return &target{leaves: []leaf{{def: timestamp}}, units: 1e9}, "" },
	"dns.flags.response": renamedField("dns.type"),
	"dns.flags.opcode":   renamedField("dns.op_code"),
	"dns.flags.rcode":    renamedField("dns.response_code"),
	"dns.qry.type":       renamedField("dns.question.type"),
	"dns.qry.class":      renamedField("dns.question.class"),
	"frame.len":          renamedField("network.bytes"),
	"frame.number":       renamedField("packet.number"),
	"http": func(n *names) (*target, string) { // documents also list it above what a connection was upgraded to
		upgraded := either{n.hasLayer("websocket"), n.hasLayer("http2")}
		message := either{exists{n.byName["http.request.method"]}, exists{n.byName["http.response.status_code"]}}
		return &target{layer: all{n.hasLayer("http"), either{not{upgraded}, message}}}, ""
	},
	"igmp": func(n *names) (*target, string) { // documents also list it below RGMP, which has its messages
		return &target{layer: all{n.hasLayer("igmp"), not{n.hasLayer("rgmp")}}}, ""
	},
	"http.request":  message("http.request.method"),
	"http.response": message("http.response.status_code"),
	"tls.handshake": func(n *names) (*target, string) { // an encrypted message has no type
		return &target{layer: all{n.hasLayer("tls"), either{exists{n.byName["tls.handshake.type"]}, equal{n.byName["tls.record.content_type"], "22"}}}}, ""
	},
	"ip.proto": carried,
	"packet.payload": func(n *names) (*target, string) { // whose hex digits are bytes
		d := *n.byName["packet.payload"]
		d.Type = field.Hex
		return n.of(d.Name, &d)
	},
	"ip.version": func(n *names) (*target, string) {
		is := func(layer string) node { return all{n.hasLayer(layer), exists{n.byName["source.ip"]}} } // without addresses the header was cut
		ip, ipv6 := is("ip"), is("ipv6")
		return &target{layer: either{ip, ipv6}, choices: map[string]node{"4": ip, "6": ipv6}}, ""
	},
	"tcp.flags": func(n *names) (*target, string) {
		t := &target{layer: n.hasLayer("tcp")}
		for _, name := range tcpFlags {
			t.bits = append(t.bits, equal{n.byName["tcp.flags.names"], name})
		}
		return t, ""
	},
}

// tcpFlags are the names of TCP's flags in documents, lowest bit first, and wiresharkFlags those in filters.
var (
	tcpFlags       = []string{"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ae"}
	wiresharkFlags = []string{"fin", "syn", "reset", "push", "ack", "urg", "ece", "cwr", "ae"}
)

// findings of tcp.analysis.
var findings = []string{"retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order", "lost_segment", "ack_lost_segment", "duplicate_ack", "zero_window",
	"zero_window_probe", "zero_window_probe_ack", "window_full", "window_update", "keep_alive", "keep_alive_ack", "reused_ports"}

func init() {
	for i, name := range wiresharkFlags {
		special["tcp.flags."+name] = func(n *names) (*target, string) {
			return bit(n.hasLayer("tcp"), equal{n.byName["tcp.flags.names"], tcpFlags[i]}), ""
		}
	}
	special["tcp.flags.ns"] = special["tcp.flags.ae"] // its name until RFC 9768
	for name, text := range map[string]string{"authoritative": "AA", "truncated": "TC", "recdesired": "RD", "recavail": "RA", "authenticated": "AD", "checkdisable": "CD"} {
		special["dns.flags."+name] = func(n *names) (*target, string) {
			message := node(either{n.hasLayer("dns"), n.hasLayer("mdns"), n.hasLayer("llmnr")})
			if name == "authoritative" || name == "recavail" { // a query has no such bits
				message = all{message, equal{n.byName["dns.type"], "answer"}}
			}
			return bit(message, equal{n.byName["dns.header_flags"], text}), ""
		}
	}
	for name, path := range map[string]string{"queries": "dns.questions_count", "answers": "dns.answers_count", "auth_rr": "dns.authorities_count"} {
		special["dns.count."+name] = func(n *names) (*target, string) { // those of an update are zones, prerequisites and updates
			t, cause := n.of("dns.count."+name, n.byName[path])
			if cause == "" {
				t.leaves[0].guard = not{equal{n.byName["dns.op_code"], "UPDATE"}}
			}
			return t, cause
		}
	}
	for _, name := range findings {
		special["tcp.analysis."+name] = func(n *names) (*target, string) {
			found := equal{n.byName["tcp.analysis.flags"], name}
			return &target{layer: found, choices: map[string]node{"1": found}}, ""
		}
	}
}

// renamedField is the target of one field of documents.
func renamedField(path string) maker {
	return func(n *names) (*target, string) { return n.of(path, n.byName[path]) }
}

// message is what HTTP says is there by a field that it always has.
func message(path string) maker {
	return func(n *names) (*target, string) {
		is := all{either{n.hasLayer("http"), n.hasLayer("ssdp")}, exists{n.byName[path]}}
		return &target{layer: is, choices: map[string]node{"1": is}}, ""
	}
}

// bit is a flag of a header: set where the node holds.
func bit(layer, set node) *target {
	return &target{layer: layer, choices: map[string]node{"1": set, "0": all{layer, not{set}}}}
}

// masked holds when the masked bits are these, or, with any, when one of them is set.
func (t *target) masked(mask, value uint64, any bool) node {
	var parts []node
	for i, b := range t.bits {
		switch one := uint64(1) << i; {
		case mask&one == 0:
		case any || value&one != 0:
			parts = append(parts, b)
		default:
			parts = append(parts, not{b})
		}
	}
	if value>>len(t.bits) != 0 && !any || any && len(parts) == 0 {
		return nothing
	}
	if any {
		return some(parts)
	}
	return both(append(parts, t.layer)...)
}

// flagged compares masked bits; without an operator one of them is set.
func (t *target) flagged(mask uint64, op string, value uint64) (node, string) {
	switch op {
	case "":
		return t.masked(mask, 0, true), ""
	case "==", "!=": // what != leaves out is what == finds
		if value&^mask != 0 {
			return nothing, ""
		}
		return t.masked(mask, value, false), ""
	}
	return nil, "masked flags are compared with == or !="
}

func number(lit token) (uint64, bool) {
	n, err := strconv.ParseUint(lit.text, 0, 64)
	return n, err == nil && lit.kind == word
}
