// SPDX-License-Identifier: Apache-2.0

package dissect

import "github.com/espbeat/espbeat/field"

// transports are IANA's names in lower case; named tells the numbers that have one: the zero Str is a text of some other package.
var transports, named = func() (t [256]field.Str, is [256]bool) {
	for number, name := range map[int]string{1: "icmp", 2: "igmp", 4: "ipv4", 6: "tcp", 17: "udp", 33: "dccp", 41: "ipv6", 46: "rsvp",
		47: "gre", 50: "esp", 51: "ah", 58: "ipv6-icmp", 88: "eigrp", 89: "ospfigp", 103: "pim", 112: "vrrp", 115: "l2tp", 132: "sctp", 136: "udplite", 137: "mpls-in-ip"} {
		t[number], is[number] = field.Intern(name), true
	}
	return
}()

// TransportName is IANA's name of an IP protocol in lower case, as network.transport has it; ok is false for a number without one.
func TransportName(number uint8) (name field.Str, ok bool) { return transports[number], named[number] }
