// SPDX-License-Identifier: Apache-2.0

package filter

// seconds are fields that are seconds to Wireshark and nanoseconds in documents.
var seconds = map[string]bool{"dns.time": true, "http.time": true, "radius.time": true, "tcp.analysis.ack_rtt": true, "tcp.analysis.initial_rtt": true,
	"tcp.analysis.rto": true, "tcp.time_relative": true, "tcp.time_delta": true}

// impossible are names of Wireshark's that documents cannot answer, and why.
var impossible = map[string]string{
	"frame.time_delta":           "documents know no packet before theirs",
	"frame.time_delta_displayed": "documents know no packet before theirs",
	"frame.time_relative":        "documents have the time itself: use frame.time or frame.time_epoch",
	"frame.marked":               "marks are Wireshark's own",
	"frame.ignored":              "marks are Wireshark's own",
	"frame.coloring_rule.name":   "colouring rules are Wireshark's own",
	"_ws.expert":                 "there is no expert information in documents: use tcp.analysis.flags or _ws.malformed",
	"tcp.payload":                "payload bytes are not searched",
	"udp.payload":                "payload bytes are not searched",
	"data.data":                  "payload bytes are not searched",
	"http.file_data":             "bodies are counted, not kept",
	"tcp.options":                "options have fields of their own (tcp.options.mss_val, …)",
}

// special are names that are no single field of a document.
var special = map[string]func(*names) (*target, string){}

func init() {
	for _, family := range [][2]string{{"ip", "ipv4"}, {"ipv6", "ipv6"}} {
		layer, version := family[0], family[1]
		ends := func(which ...string) func(*names) (*target, string) {
			return func(n *names) (*target, string) {
				t := &target{layer: n.hasLayer(layer)}
				guard := equal{n.byName["network.type"], version}
				for _, end := range which {
					t.leaves = append(t.leaves, leaf{n.byName[end+".ip"], guard}, leaf{n.byName[layer+"."+short[end]], nil})
				}
				return t, ""
			}
		}
		special[layer+".src"], special[layer+".src_host"] = ends("source"), ends("source")
		special[layer+".dst"], special[layer+".dst_host"] = ends("destination"), ends("destination")
		special[layer+".addr"], special[layer+".host"] = ends("source", "destination"), ends("source", "destination")
	}
	for _, layer := range []string{"tcp", "udp", "sctp", "dccp"} {
		ports := func(which ...string) func(*names) (*target, string) {
			return func(n *names) (*target, string) {
				t := &target{layer: n.hasLayer(layer)}
				guard := equal{n.byName["network.transport"], layer}
				for _, end := range which {
					t.leaves = append(t.leaves, leaf{n.byName[end+".port"], guard})
					for _, d := range n.lookup(layer + "." + short[end] + "port") {
						t.leaves = append(t.leaves, leaf{d, nil})
					}
				}
				return t, ""
			}
		}
		special[layer+".srcport"], special[layer+".dstport"] = ports("source"), ports("destination")
		special[layer+".port"] = ports("source", "destination")
	}
	macs := func(which ...string) func(*names) (*target, string) {
		return func(n *names) (*target, string) {
			t := &target{layer: n.hasLayer("eth")}
			for _, end := range which {
				t.leaves = append(t.leaves, leaf{n.byName[end+".mac"], n.hasLayer("eth")}, leaf{n.byName["eth."+short[end]], nil})
			}
			return t, ""
		}
	}
	special["eth.src"], special["eth.dst"], special["eth.addr"] = macs("source"), macs("destination"), macs("source", "destination")
	for name, path := range map[string]string{"frame.len": "network.bytes", "frame.number": "packet.number", "frame.time": "@timestamp", "frame.time_epoch": "@timestamp",
		"http.request": "http.request.method", "http.response": "http.response.status_code", "tcp.stream": "flow.index", "udp.stream": "flow.index",
		"http.request.uri": "url.original", "http.request.full_uri": "url.full"} {
		special[name] = func(n *names) (*target, string) {
			d := n.byName[path]
			if d == nil {
				return nil, "espbeat has no field for it"
			}
			t, cause := n.of(name, d)
			if t != nil && name == "frame.time_epoch" {
				t.units = 1e9
			}
			return t, cause
		}
	}
	special["frame"] = func(*names) (*target, string) { return &target{layer: everything{}}, "" }
	special["frame.protocols"] = func(n *names) (*target, string) {
		return &target{leaves: []leaf{{def: n.layer}}, list: true}, ""
	}
	for _, bit := range []string{"fin", "syn", "reset", "push", "ack", "urg", "ece", "cwr", "ns", "ae"} {
		special["tcp.flags."+bit] = func(n *names) (*target, string) {
			return &target{leaves: []leaf{{def: n.byName["tcp.flags.names"]}}, layer: n.hasLayer("tcp"), flag: tcpFlags[bit]}, ""
		}
	}
	for bit, name := range map[string]string{"authoritative": "AA", "truncated": "TC", "recdesired": "RD", "recavail": "RA", "authenticated": "AD", "checkdisable": "CD"} {
		special["dns.flags."+bit] = func(n *names) (*target, string) {
			return &target{leaves: []leaf{{def: n.byName["dns.header_flags"]}}, layer: some([]node{n.hasLayer("dns"), n.hasLayer("mdns"), n.hasLayer("llmnr")}), flag: name}, ""
		}
	}
	for _, finding := range []string{"retransmission", "fast_retransmission", "spurious_retransmission", "out_of_order", "lost_segment", "ack_lost_segment", "duplicate_ack",
		"zero_window", "zero_window_probe", "zero_window_probe_ack", "window_full", "window_update", "keep_alive", "keep_alive_ack", "reused_ports"} {
		special["tcp.analysis."+finding] = func(n *names) (*target, string) {
			return &target{leaves: []leaf{{def: n.byName["tcp.analysis.flags"]}}, flag: finding}, ""
		}
	}
}

var short = map[string]string{"source": "src", "destination": "dst"}

// tcpFlags are the names of TCP's flags in documents.
var tcpFlags = map[string]string{"fin": "fin", "syn": "syn", "reset": "rst", "push": "psh", "ack": "ack", "urg": "urg", "ece": "ece", "cwr": "cwr", "ns": "ae", "ae": "ae"}
