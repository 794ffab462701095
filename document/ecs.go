// SPDX-License-Identifier: Apache-2.0

package document

import "github.com/espbeat/espbeat/field"

// The fields that a document has whatever its protocols: the ECS core, drawn from the innermost headers, and the record of the packet itself.
var (
	event         = field.Group("event")
	fKind         = event.Add("kind", field.Keyword, "", "Always event", field.ECS)
	fCategory     = event.Add("category", field.Keyword, "", "Always network", field.ECS, field.List)
	fType         = event.Add("type", field.Keyword, "", "info; with start, end or denied when the packet starts, ends or refuses a connection", field.ECS, field.List)
	fDataset      = event.Add("dataset", field.Keyword, "", "Always espbeat.packet", field.ECS)
	fSequence     = event.Add("sequence", field.Int64, "frame.number", "Number of the packet in its input, from 1", field.ECS)
	ecs           = field.Group("ecs")
	fECSVersion   = ecs.Add("version", field.Keyword, "", "Version of the Elastic Common Schema that the document follows", field.ECS)
	source        = field.Group("source")
	fSrcIP        = source.Add("ip", field.IP, "ip.src, ipv6.src", "Source address of the innermost packet", field.ECS)
	fSrcPort      = source.Add("port", field.Uint16, "tcp.srcport, udp.srcport", "Source port of the innermost packet", field.ECS)
	fSrcMAC       = source.Add("mac", field.MAC, "eth.src", "Source link address of the innermost frame", field.ECS)
	fSrcBytes     = source.Add("bytes", field.Int64, "frame.len", "Bytes that the source sent with this packet: its length on the wire", field.ECS)
	destination   = field.Group("destination")
	fDstIP        = destination.Add("ip", field.IP, "ip.dst, ipv6.dst", "Destination address of the innermost packet", field.ECS)
	fDstPort      = destination.Add("port", field.Uint16, "tcp.dstport, udp.dstport", "Destination port of the innermost packet", field.ECS)
	fDstMAC       = destination.Add("mac", field.MAC, "eth.dst", "Destination link address of the innermost frame", field.ECS)
	client        = field.Group("client")
	fClientIP     = client.Add("ip", field.IP, "", "Address of the side that began the conversation", field.ECS)
	fClientPort   = client.Add("port", field.Uint16, "", "Port of the side that began the conversation", field.ECS)
	server        = field.Group("server")
	fServerIP     = server.Add("ip", field.IP, "", "Address of the side that was called", field.ECS)
	fServerPort   = server.Add("port", field.Uint16, "", "Port of the side that was called", field.ECS)
	network       = field.Group("network")
	fNetType      = network.Add("type", field.Keyword, "", "ipv4 or ipv6", field.ECS)
	fTransport    = network.Add("transport", field.Keyword, "", "Transport of the innermost packet, in IANA's lower case", field.ECS)
	fProtocol     = network.Add("protocol", field.Keyword, "", "Application protocol of the packet's message or of its flow", field.ECS)
	fIANA         = network.Add("iana_number", field.Keyword, "ip.proto", "IANA's number of the transport", field.ECS)
	fCommunityID  = network.Add("community_id", field.Keyword, "communityid", "Community ID of the flow, version 1", field.ECS)
	fDirection    = network.Add("direction", field.Keyword, "", "inbound, outbound, internal or external, by the configured internal networks", field.ECS)
	fNetBytes     = network.Add("bytes", field.Int64, "frame.len", "Length of the packet on the wire, bytes", field.ECS)
	fNetPackets   = network.Add("packets", field.Int64, "", "Always 1", field.ECS)
	fVLAN         = network.Add("vlan.id", field.Keyword, "vlan.id", "Outermost VLAN", field.ECS)
	fInnerVLAN    = network.Add("inner.vlan.id", field.Keyword, "vlan.id", "Innermost VLAN of a packet with several tags", field.ECS)
	observer      = field.Group("observer")
	fObserverHost = observer.Add("hostname", field.Keyword, "", "Host that espbeat runs on", field.ECS)
	fObserverType = observer.Add("type", field.Keyword, "", "Always sensor", field.ECS)
	fObserverProd = observer.Add("product", field.Keyword, "", "Always espbeat", field.ECS)
	fObserverVers = observer.Add("version", field.Keyword, "", "Version of espbeat", field.ECS)
	fIngressName  = observer.Add("ingress.interface.name", field.Keyword, "frame.interface_name", "Capture interface", field.ECS)
	fIngressID    = observer.Add("ingress.interface.id", field.Keyword, "frame.interface_id", "Number of the capture interface in its capture", field.ECS)
	flowGroup     = field.Group("flow")
	fFlowID       = flowGroup.Add("id", field.Keyword, "", "The conversation of the innermost 5-tuple, equal for both directions")
	packet        = field.Group("packet")
	fNumber       = packet.Add("number", field.Int64, "frame.number", "Number of the packet in its input, from 1")
	fLength       = packet.Add("length", field.Uint32, "frame.len", "Length on the wire, bytes")
	fCaptured     = packet.Add("captured_length", field.Uint32, "frame.cap_len", "Length captured, bytes", field.Rare)
	fLinkType     = packet.Add("link_type", field.Keyword, "frame.encap_type", "Link-layer header type, as named at tcpdump.org")
	fLayers       = packet.Add("layers", field.Keyword, "frame.protocols", "The packet's protocols, outermost first", field.List)
	fTruncated    = packet.Add("truncated", field.Bool, "_ws.short", "The capture cut a layer short")
	fMalformed    = packet.Add("malformed", field.Keyword, "_ws.malformed", "Layer whose bytes contradict themselves", field.List)
	fMessages     = packet.Add("messages", field.Uint16, "", "Application messages in the packet, when several")
	fComment      = packet.Add("comment", field.Text, "frame.comment", "Comment of the capture's author", field.List)
	fTimeValid    = packet.Add("time.valid", field.Bool, "", "false when the record had no usable time and @timestamp stands in for it")
	fTimeRaw      = packet.Add("time.raw", field.Keyword, "", "The record's unusable time, seconds")
	fCutDocument  = packet.Add("truncated_document", field.Bool, "", "A limit left fields of the packet out")
)

// Version of the Elastic Common Schema that documents follow.
const ECSVersion = "8.17.0"

// Dataset is event.dataset.
const Dataset = "espbeat.packet"
