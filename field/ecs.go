// SPDX-License-Identifier: Apache-2.0

package field

// RelatedIP collects every address of a packet: the document adds those of its headers, protocols those that their messages mention.
var RelatedIP = Group("related").Add("ip", IP, "ip.addr, ipv6.addr", "Every address of the packet's headers and messages", ECS, List, Unique)
