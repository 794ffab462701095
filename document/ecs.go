// SPDX-License-Identifier: Apache-2.0

package document

import (
	"slices"

	"github.com/espbeat/espbeat/field"
)

// The fields that a document has whatever its protocols: the ECS core, drawn from the innermost headers, and the record of the packet itself.
var (
	event           = field.Group("event")
	fKind           = event.Add("kind", field.Keyword, "", "event; metric in a document of the ledger", field.ECS, field.Rare)
	fCategory       = event.Add("category", field.Keyword, "", "Always network", field.ECS, field.List, field.Rare)
	fType           = event.Add("type", field.Keyword, "", "info; with start, end or denied when the packet starts, ends or refuses a connection; connection and end in a flow document", field.ECS, field.List)
	fDataset        = event.Add("dataset", field.Keyword, "", "espbeat.packet; espbeat.gap where packets were lost; espbeat.flow of a flow that has ended; espbeat.ledger of the ledger", field.ECS, field.Core)
	fSequence       = event.Add("sequence", field.Int64, "frame.number", "Number of the packet in its input, from 1", field.ECS, field.Rare, field.Detail)
	fAction         = event.Add("action", field.Keyword, "", "packets-lost in a gap document, network_flow in a flow document", field.ECS, field.Core)
	fStart          = event.Add("start", field.Date, "", "When the interval of a gap document began; of a flow document the time of the first packet", field.ECS, field.Core)
	fEnd            = event.Add("end", field.Date, "", "When it ended; of a flow document the time of the last packet", field.ECS, field.Core)
	ecs             = field.Group("ecs")
	fECSVersion     = ecs.Add("version", field.Keyword, "", "Version of the Elastic Common Schema that the document follows", field.ECS, field.Core)
	source          = field.Group("source")
	fSrcIP          = source.Add("ip", field.IP, "ip.src, ipv6.src", "Source address of the innermost packet", field.ECS, field.Core)
	fSrcPort        = source.Add("port", field.Uint16, "tcp.srcport, udp.srcport", "Source port of the innermost packet", field.ECS, field.Core)
	fSrcMAC         = source.Add("mac", field.MAC, "eth.src", "Source link address of the innermost frame", field.ECS)
	fSrcBytes       = source.Add("bytes", field.Int64, "frame.len", "Bytes that the source sent with this packet, in a flow document with all of the flow: lengths on the wire", field.ECS, field.Rare, field.Core)
	fSrcPackets     = source.Add("packets", field.Int64, "", "Packets of a flow document's flow that the source sent", field.ECS, field.Rare, field.Core)
	destination     = field.Group("destination")
	fDstIP          = destination.Add("ip", field.IP, "ip.dst, ipv6.dst", "Destination address of the innermost packet", field.ECS, field.Core)
	fDstPort        = destination.Add("port", field.Uint16, "tcp.dstport, udp.dstport", "Destination port of the innermost packet", field.ECS, field.Core)
	fDstMAC         = destination.Add("mac", field.MAC, "eth.dst", "Destination link address of the innermost frame", field.ECS)
	fDstBytes       = destination.Add("bytes", field.Int64, "", "Bytes of a flow document's flow that the destination sent: lengths on the wire", field.ECS, field.Rare, field.Core)
	fDstPackets     = destination.Add("packets", field.Int64, "", "Packets of a flow document's flow that the destination sent", field.ECS, field.Rare, field.Core)
	client          = field.Group("client")
	fClientIP       = client.Add("ip", field.IP, "", "Address of the side that began the conversation", field.ECS, field.Rare)
	fClientPort     = client.Add("port", field.Uint16, "", "Port of the side that began the conversation", field.ECS, field.Rare)
	server          = field.Group("server")
	fServerIP       = server.Add("ip", field.IP, "", "Address of the side that was called", field.ECS, field.Rare)
	fServerPort     = server.Add("port", field.Uint16, "", "Port of the side that was called", field.ECS, field.Rare)
	network         = field.Group("network")
	fNetType        = network.Add("type", field.Keyword, "", "ipv4 or ipv6", field.ECS)
	fTransport      = network.Add("transport", field.Keyword, "", "Transport of the innermost packet, in IANA's lower case", field.ECS, field.Core)
	fProtocol       = network.Add("protocol", field.Keyword, "", "Application protocol of the packet's message or of its flow", field.ECS, field.Core)
	fIANA           = network.Add("iana_number", field.Keyword, "ip.proto", "IANA's number of a transport without a name, in profile full of every one", field.ECS, field.Rare)
	fCommunityID    = network.Add("community_id", field.Keyword, "communityid", "Community ID of the flow, version 1", field.ECS)
	fDirection      = network.Add("direction", field.Keyword, "", "inbound, outbound, internal or external, by the configured internal networks", field.ECS)
	fNetBytes       = network.Add("bytes", field.Int64, "frame.len", "Length of the packet on the wire, of a flow document all of its packets', bytes", field.ECS, field.Rare, field.Core)
	fNetPackets     = network.Add("packets", field.Int64, "", "1, in profile full; of a flow document the packets of the flow", field.ECS, field.Rare, field.Core)
	fVLAN           = network.Add("vlan.id", field.Keyword, "vlan.id", "Outermost VLAN", field.ECS, field.Core)
	fInnerVLAN      = network.Add("inner.vlan.id", field.Keyword, "vlan.id", "Innermost VLAN of a packet with several tags", field.ECS, field.Core)
	observer        = field.Group("observer")
	fObserverHost   = observer.Add("hostname", field.Keyword, "", "Host that espbeat runs on", field.ECS, field.Detail)
	fObserverType   = observer.Add("type", field.Keyword, "", "Always sensor", field.ECS, field.Detail)
	fObserverProd   = observer.Add("product", field.Keyword, "", "Always espbeat", field.ECS, field.Detail)
	fObserverVers   = observer.Add("version", field.Keyword, "", "Version of espbeat", field.ECS, field.Detail)
	fIngressName    = observer.Add("ingress.interface.name", field.Keyword, "frame.interface_name", "Capture interface", field.ECS)
	fIngressID      = observer.Add("ingress.interface.id", field.Keyword, "frame.interface_id", "Number of the capture interface in its capture", field.ECS)
	fIngressZone    = observer.Add("ingress.zone", field.Keyword, "", "Network namespace of the capture interface, as netns names it", field.ECS)
	flowGroup       = field.Group("flow")
	fFlowID         = flowGroup.Add("id", field.Keyword, "", "The conversation of the innermost 5-tuple, equal for both directions", field.Core)
	fFlowFinal      = flowGroup.Add("final", field.Bool, "", "true in a flow document: no packet of the flow follows", field.Core)
	fEndReason      = flowGroup.Add("end_reason", field.Keyword, "", "Why the flow of a flow document ended: closed, reset, reused_ports, idle_timeout, lack_of_resources or forced_end", field.Core)
	packet          = field.Group("packet")
	fNumber         = packet.Add("number", field.Int64, "frame.number", "Number of the packet in its input, from 1", field.Rare, field.Core)
	fLength         = packet.Add("length", field.Uint32, "frame.len", "Length on the wire, bytes", field.Rare, field.Detail)
	fCaptured       = packet.Add("captured_length", field.Uint32, "frame.cap_len", "Length captured, bytes", field.Rare, field.Detail)
	fLinkType       = packet.Add("link_type", field.Keyword, "frame.encap_type", "Link-layer header type, as named at tcpdump.org", field.Detail)
	fLayers         = packet.Add("layers", field.Keyword, "frame.protocols", "The packet's protocols, outermost first", field.List, field.Core)
	fPacketProtocol = packet.Add("protocol", field.Keyword, "_ws.col.protocol", "What the packet is about, as in Wireshark's Protocol column: TCP, TLSv1.2, DNS, …")
	fUnknownLink    = packet.Add("unknown_link_type", field.Keyword, "", "Link-layer header type that is not dissected, as named at tcpdump.org", field.Core)
	fTruncated      = packet.Add("truncated", field.Bool, "_ws.short", "The capture cut a layer short", field.Core)
	fMalformed      = packet.Add("malformed", field.Keyword, "_ws.malformed", "Layer whose bytes contradict themselves", field.List, field.Core)
	fMessages       = packet.Add("messages", field.Uint16, "", "Application messages in the packet, when several", field.Core)
	fComment        = packet.Add("comment", field.Text, "frame.comment", "Comment of the capture's author", field.List)
	fTimeValid      = packet.Add("time.valid", field.Bool, "", "false when the record had no usable time and @timestamp stands in for it", field.Core)
	fTimeRaw        = packet.Add("time.raw", field.Keyword, "", "The record's unusable time, seconds", field.Core)
	fOffChecksum    = packet.Add("offload.checksum", field.Bool, "", "The network card was still to write the checksum: that of the packet is not the one on the wire", field.Rare)
	fOffSegments    = packet.Add("offload.segmentation", field.Bool, "", "The packet is several on the wire, which the kernel or the network card takes apart or has joined (TSO, GSO, GRO, LRO)", field.Rare)
	fCutDocument    = packet.Add("truncated_document", field.Bool, "", "A limit left fields of the packet out", field.Core)
	fSampleRate     = packet.Add("sampling.rate", field.Uint32, "", "One packet or flow in so many has documents: counts are to be multiplied by it", field.Core, field.Rare)
	fSampleBy       = packet.Add("sampling.by", field.Keyword, "", "What was sampled: packet or flow", field.Core)
	fState          = packet.Add("state", field.Keyword, "", "partial where a long capture was gone on in without reading it from its start: of flows that began before, id, counters and analysis begin anew", field.Core)
	fShedLevel      = packet.Add("shedding.level", field.Keyword, "", "What the document was reduced to because the output did not keep up: headers (no application layer), or sampled (that of some flows)", field.Core)
	fShedRate       = packet.Add("shedding.rate", field.Uint32, "", "At level sampled: one flow in so many has documents, counts are to be multiplied by it", field.Core, field.Rare)
	fStoreID        = packet.Add("capture.id", field.Keyword, "", "Capture store, or folder of capture files, that has the packet's bytes", field.Core, field.Rare)
	fStoreFile      = packet.Add("capture.file", field.Keyword, "", "Name of the file in it", field.Core, field.Rare)
	fStoreOffset    = packet.Add("capture.offset", field.Int64, "", "Where the packet's record begins in the decompressed file, bytes", field.Core, field.Rare)
	fStoreMark      = packet.Add("capture.fingerprint", field.Keyword, "", "What an imported file begins with, so that another one of its name is not taken for it", field.Core, field.Rare)
	fRaw            = packet.Add("raw", field.Binary, "", "The packet's bytes as they were captured, base64, for espbeat pcap; where payload.raw asks for them", field.Core)
	fCutRaw         = packet.Add("truncated_raw", field.Bool, "", "packet.raw lacks the last of the captured bytes, for which the document had no room", field.Core)
	fLostKernel     = packet.Add("lost.kernel", field.Int64, "", "Packets of the interval that the kernel or the network card lost", field.Core, field.Rare)
	fLostPool       = packet.Add("lost.pool", field.Int64, "", "Packets of the interval that espbeat dropped because its memory for packets was in use", field.Core, field.Rare)
)

// Version of the Elastic Common Schema that documents follow.
const ECSVersion = field.ECSVersion

// Values of event.dataset: of packets, of what stands for lost ones, of flows, and of the ledger.
const (
	Dataset       = "espbeat.packet"
	GapDataset    = "espbeat.gap"
	FlowDataset   = "espbeat.flow"
	LedgerDataset = "espbeat.ledger"
)

// Has tells whether documents have a top-level key, whatever their protocols.
func Has(key string) bool {
	return key == keyLayers || slices.ContainsFunc(field.Seal().Path, func(path []string) bool { return path[0] == key })
}
