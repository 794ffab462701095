// SPDX-License-Identifier: Apache-2.0

package field

// ECSVersion is the release of the Elastic Common Schema that documents follow.
const ECSVersion = "8.17.0"

// RelatedIP collects every address of a packet: the document adds those of its headers, protocols those that their messages mention.
var RelatedIP = Group("related").Add("ip", IP, "ip.addr, ipv6.addr", "Every address of the packet's headers and messages", ECS, List, Unique)

// TunnelType and TunnelID list the tunnels that a packet comes through, outermost first; a tunnel may have no id. Package dissect writes them.
var (
	tunnel     = Group("tunnel")
	TunnelType = tunnel.Add("type", Keyword, "", "Kinds of the tunnels that the packet comes through, outermost first: gre, vxlan, mpls, 6in4, …", List)
	TunnelID   = tunnel.Add("id", Keyword, "", "What tells them apart, of those tunnels that have it, outermost first: VNI, key, session, TEID, bottom label, …", List)
)

// EventDuration says how long something took: protocols write it with a response, a gap document has it of its interval.
var EventDuration = Group("event").Add("duration", Int64, "", "Time from the request to this response, or of an interval without its packets, nanoseconds", ECS, First)
