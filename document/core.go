// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"net/netip"
	"strconv"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/field"
)

const (
	flagFIN = 1 << 0
	flagSYN = 1 << 1
	flagRST = 1 << 2
	flagACK = 1 << 4

	protoTCP = 6
)

// Texts of the core.
var (
	sEvent, sNetwork, sInfo = field.Intern("event"), field.Intern("network"), field.Intern("info")
	sStart, sEnd, sDenied   = field.Intern("start"), field.Intern("end"), field.Intern("denied")
	sDataset, sECS          = field.Intern(Dataset), field.Intern(ECSVersion)
	sSensor, sEspbeat       = field.Intern("sensor"), field.Intern("espbeat")
	sIPv4, sIPv6            = field.Intern("ipv4"), field.Intern("ipv6")
	sInbound, sOutbound     = field.Intern("inbound"), field.Intern("outbound")
	sInternal, sExternal    = field.Intern("internal"), field.Intern("external")
	sPacket, sFlow          = field.Intern("packet"), field.Intern("flow")
	sPartial                = field.Intern("partial")
	sHeaders, sSampled      = field.Intern("headers"), field.Intern("sampled")
)

// numbers[n] is n as text.
var numbers = func() (n [256]field.Str) {
	for i := range n {
		n[i] = field.Intern(strconv.Itoa(i))
	}
	return
}()

// writeCore writes the fields that every document has.
func (e *Encoder) writeCore(b *engine.Batch, r *engine.Record) {
	o, c := &e.core, &r.Core
	o.Const(fKind, sEvent)
	o.Const(fCategory, sNetwork)
	o.Const(fType, sInfo)
	if c.IPProtocol == protoTCP && c.Ports {
		e.tcpEvent(c.TCPFlags)
	}
	o.Const(fDataset, sDataset)
	o.Uint(fSequence, r.Number)
	if !e.opt.Shipped {
		o.Const(fECSVersion, sECS)
	}
	e.writeEndpoints(r)
	e.writeNetwork(r)
	e.writeObserver(r)
	e.writePacket(b, r)
}

func (e *Encoder) tcpEvent(flags uint8) {
	if flags&(flagSYN|flagACK) == flagSYN {
		e.core.Const(fType, sStart)
	}
	if flags&flagFIN != 0 {
		e.core.Const(fType, sEnd)
	}
	if flags&flagRST != 0 {
		e.core.Const(fType, sDenied)
	}
}

func (e *Encoder) writeEndpoints(r *engine.Record) {
	o, s, d := &e.core, &r.Core.Source, &r.Core.Destination
	o.Addr(fSrcIP, s.Addr)
	o.Addr(fDstIP, d.Addr)
	if s.MACLen > 0 {
		o.MAC(fSrcMAC, s.MAC[:s.MACLen])
	}
	if d.MACLen > 0 {
		o.MAC(fDstMAC, d.MAC[:d.MACLen])
	}
	o.Addr(field.RelatedIP, s.Addr)
	o.Addr(field.RelatedIP, d.Addr)
	client, server := s, d
	if r.Direction != 0 {
		client, server = d, s
	}
	known := r.InitiatorKnown && r.FlowID != ""
	if known {
		o.Addr(fClientIP, client.Addr)
		o.Addr(fServerIP, server.Addr)
	}
	if r.Core.Ports {
		o.Uint(fSrcPort, uint64(s.Port))
		o.Uint(fDstPort, uint64(d.Port))
		if known {
			o.Uint(fClientPort, uint64(client.Port))
			o.Uint(fServerPort, uint64(server.Port))
		}
	}
}

func (e *Encoder) writeNetwork(r *engine.Record) {
	o, c := &e.core, &r.Core
	switch c.IPVersion {
	case 4:
		o.Const(fNetType, sIPv4)
	case 6:
		o.Const(fNetType, sIPv6)
	}
	if c.IPVersion != 0 {
		name, named := dissect.TransportName(c.IPProtocol)
		if named {
			o.Const(fTransport, name)
		}
		if !named || e.opt.Profile == field.Full { // the name says it already
			o.Const(fIANA, numbers[c.IPProtocol])
		}
		if e.opt.Internal != nil {
			o.Const(fDirection, e.direction(c.Source.Addr, c.Destination.Addr))
		}
	}
	if r.CommunityID != "" {
		o.String(fCommunityID, r.CommunityID)
	}
	if r.FlowID != "" {
		o.String(fFlowID, r.FlowID)
	}
	if c.Application != nil {
		o.Const(fProtocol, c.Application.Keyword())
	}
	if n := c.VLANCount; n > 0 {
		e.vlan(fVLAN, c.VLANs[0])
		if n > 1 {
			e.vlan(fInnerVLAN, c.VLANs[n-1])
		}
	}
}

func (e *Encoder) vlan(id field.ID, v uint16) {
	var b [5]byte
	e.core.Text(id, strconv.AppendUint(b[:0], uint64(v), 10))
}

// direction is the packet's by the perimeter that the internal networks draw (ECS, network.direction).
func (e *Encoder) direction(src, dst netip.Addr) field.Str {
	from, to := e.inside(src), e.inside(dst)
	switch {
	case from && to:
		return sInternal
	case from:
		return sOutbound
	case to:
		return sInbound
	}
	return sExternal
}

func (e *Encoder) inside(a netip.Addr) bool {
	for _, n := range e.opt.Internal {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

func (e *Encoder) writeObserver(r *engine.Record) {
	e.writeSensor()
	o := &e.core
	if e.opt.Interfaces == nil {
		return
	}
	all := e.opt.Interfaces()
	if r.Interface >= len(all) {
		return
	}
	in := &all[r.Interface]
	if in.Name != "" {
		o.String(fIngressName, in.Name)
	}
	if in.Numbered {
		var b [10]byte
		o.Text(fIngressID, strconv.AppendInt(b[:0], int64(in.ID), 10))
	}
	if in.NetNS != "" {
		o.String(fIngressZone, in.NetNS)
	}
}

// writeSensor writes what is said of espbeat itself.
func (e *Encoder) writeSensor() {
	o := &e.core
	o.Const(fObserverType, sSensor)
	o.Const(fObserverProd, sEspbeat)
	if e.opt.Hostname != "" {
		o.String(fObserverHost, e.opt.Hostname)
	}
	if e.opt.Version != "" {
		o.String(fObserverVers, e.opt.Version)
	}
}

// OfFlowsOnly tells whether a field that a profile's documents of flows have is not in those of its packets.
func OfFlowsOnly(id field.ID, p field.Profile) bool {
	return id == fSrcBytes && p == field.Minimal || id == fNetPackets && p != field.Full
}

func (e *Encoder) writePacket(b *engine.Batch, r *engine.Record) {
	o := &e.core
	o.Uint(fNumber, r.Number)
	o.Uint(fLength, uint64(r.Length))
	o.Uint(fNetBytes, uint64(r.Length))
	if !OfFlowsOnly(fSrcBytes, e.opt.Profile) {
		o.Uint(fSrcBytes, uint64(r.Length))
	}
	if !OfFlowsOnly(fNetPackets, e.opt.Profile) {
		o.Uint(fNetPackets, 1)
	}
	o.Uint(fCaptured, uint64(r.Captured))
	o.String(fLinkType, r.LinkType.String())
	if r.UnknownLink {
		o.String(fUnknownLink, r.LinkType.String())
	}
	for _, l := range b.Layers(r) {
		o.Const(fLayers, l.Keyword())
	}
	if p := Speaker(b.Own(r)); p != nil {
		o.Const(fPacketProtocol, Headline(p, &r.Core))
	}
	if r.Truncated {
		o.Bool(fTruncated, true)
	}
	if r.Malformed != nil {
		o.Const(fMalformed, r.Malformed.Keyword())
	}
	if r.Core.Messages > 1 {
		o.Uint(fMessages, uint64(r.Core.Messages))
	}
	for _, c := range r.Comments {
		o.String(fComment, c)
	}
	if !r.TimeValid {
		o.Bool(fTimeValid, false)
		o.String(fTimeRaw, strconv.FormatUint(r.TimeRaw, 10))
	}
	if r.Offload&capture.OffloadChecksum != 0 {
		o.Bool(fOffChecksum, true)
	}
	if r.Offload&capture.OffloadSegmentation != 0 {
		o.Bool(fOffSegments, true)
	}
	if r.Cut || o.Cut || e.cut != (limit{}) {
		o.Bool(fCutDocument, true)
	}
	if e.opt.Partial {
		o.Const(fState, sPartial)
	}
	if s := e.opt.Sampling; s.Every > 1 {
		o.Uint(fSampleRate, s.Every)
		if s.ByFlow && r.FlowID != "" {
			o.Const(fSampleBy, sFlow)
		} else {
			o.Const(fSampleBy, sPacket)
		}
	}
	if file := cmp.Or(r.File, e.opt.File); file != "" {
		o.String(fStoreID, e.opt.StoreID)
		o.String(fStoreFile, file)
		o.Int(fStoreOffset, r.Offset)
	}
	if e.opt.Mark != "" {
		o.String(fStoreMark, e.opt.Mark)
	}
	e.writeRaw(b, r)
	switch r.Shed.Level {
	case engine.Headers:
		o.Const(fShedLevel, sHeaders)
	case engine.Sampled:
		o.Const(fShedLevel, sSampled)
		o.Uint(fShedRate, r.Shed.Rate)
	}
}
