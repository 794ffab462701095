// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strconv"

	"github.com/espbeat/espbeat/field"
)

func init() {
	for layer, icmp := range map[string]string{"ip": "icmp", "ipv6": "icmpv6"} {
		version, family := "ipv4", 4
		if layer == "ipv6" {
			version, family = "ipv6", 6
		}
		ends(layer, "ip", "", "addr", family, func(n *names) node { return equal{n.byName["network.type"], version} }, func(n *names) node { return n.hasLayer(icmp) })
		special[layer+".src_host"], special[layer+".dst_host"], special[layer+".host"] = special[layer+".src"], special[layer+".dst"], special[layer+".addr"]
	}
	for _, layer := range []string{"tcp", "udp", "sctp", "dccp"} {
		quoted := func(n *names) node { return equal{n.byName["icmp.original.transport"], layer} }
		ends(layer, "port", "port", "port", 0, func(n *names) node { return equal{n.byName["network.transport"], layer} }, quoted)
		special[layer] = func(n *names) (*target, string) { return &target{layer: either{n.hasLayer(layer), quoted(n)}}, "" }
	}
	ends("eth", "mac", "", "addr", 0, func(n *names) node { return n.hasLayer("eth") }, nil)
}

// ends defines the names of a header's two ends. Documents have the innermost header's in source.* and destination.*, where own says that it is of this layer;
// those of all headers, when there are several, in the layer's own fields; and those of a packet that an ICMP error quotes, which to Wireshark are the packet's, in
// icmp.original.*, where quoted says that they are of this layer.
func ends(layer, what, suffix, shared string, family int, own, quoted func(*names) node) {
	make := func(which ...[2]string) maker {
		return func(n *names) (*target, string) {
			t := &target{family: family}
			if suffix != "" { // the ports come first in a header, so that one without them is rare, and their own field tells less than the layer
				t.layer = either{n.hasLayer(layer), quoted(n)}
			}
			for _, end := range which {
				t.leaves = append(t.leaves, leaf{n.byName[end[0]+"."+what], own(n)})
				if d := n.byName[layer+"."+end[1]+suffix]; d != nil && d.In(n.profile) {
					t.leaves = append(t.leaves, leaf{d, nil})
				}
				if quoted != nil {
					t.leaves = append(t.leaves, leaf{n.byName["icmp.original."+end[0]+"."+what], quoted(n)})
				}
			}
			return t, ""
		}
	}
	source, destination := [2]string{"source", "src"}, [2]string{"destination", "dst"}
	special[layer+".src"+suffix], special[layer+".dst"+suffix] = make(source), make(destination)
	special[layer+"."+shared] = make(source, destination)
}

// transports are the protocols that documents name in network.transport instead of by their number, and tunnels those that are a layer above another header.
var (
	transports = map[string]string{"1": "icmp", "2": "igmp", "6": "tcp", "17": "udp", "33": "dccp", "58": "ipv6-icmp", "88": "eigrp", "89": "ospf", "103": "pim", "112": "vrrp", "132": "sctp"}
	tunnels    = map[string]string{"4": "ip", "41": "ipv6", "47": "gre", "50": "esp", "51": "ah", "97": "etherip", "115": "l2tp", "137": "mpls"}
)

// carried is ip.proto: a field of profile full, and else what documents say of what the innermost IPv4 header carries.
func carried(n *names) (*target, string) {
	if n.profile == field.Full {
		return n.of("ip.proto", n.byName["ip.proto"])
	}
	t := &target{layer: n.hasLayer("ip"), choices: map[string]node{}}
	for i := range 256 {
		text := strconv.Itoa(i)
		is := node(equal{n.byName["network.iana_number"], text})
		if name := transports[text]; name != "" {
			is = either{is, equal{n.byName["network.transport"], name}}
		}
		t.choices[text] = all{equal{n.byName["network.type"], "ipv4"}, is}
		switch layer := tunnels[text]; {
		case layer != "":
			t.choices[text] = all{t.layer, n.hasLayer(layer)}
		case text == "6" || text == "17": // also of a header outside a tunnel, unless IPv6 may have it
			t.choices[text] = either{t.choices[text], all{t.layer, n.hasLayer(transports[text]), not{n.hasLayer("ipv6")}}}
		}
	}
	return t, ""
}
