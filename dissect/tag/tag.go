// SPDX-License-Identifier: Apache-2.0

// Package tag dissects the tags besides VLANs that bridges and switches put between an Ethernet header and what it carries. Each is a
// header of fixed form with the next EtherType at its end:
//
//	vntag       0x8926  VN-Tag (Cisco)                                 4 bytes, type
//	etag        0x893F  E-Tag (IEEE 802.1BR, 11.3)                     6 bytes, type
//	ieee8021ah  0x88E7  I-Tag of provider backbone bridging (802.1ah)  4 bytes, customer addresses 12, type
//	avsp        0xD28B  Arista's time stamp                            2 + 2 bytes, time stamp 6 or 8, type
//	cmd         0x8909  Cisco MetaData (TrustSec)                      version, length, then options of 4 bytes, type (which is first in GRE)
//	cfp         0x8903  Cisco FabricPath                               addresses 12, 0x8903, FTAG 10 bits and TTL 6 bits, an Ethernet frame
//	isl                 Cisco Inter-Switch Link                        26 bytes as in isl.go, an Ethernet frame, FCS
//
// Not decoded: FabricPath's address bits, MetaData options other than the security group, frame check sequences. (Wireshark takes the last 4 bytes of a
// FabricPath frame for one even where they belong to the IP packet; its mode does so too.)
package tag

import (
	"encoding/binary"
	"fmt"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// What every tag's summary says.
func summary(name string, id field.ID) func([]byte, dissect.View) []byte {
	return func(dst []byte, v dissect.View) []byte {
		n, _ := v.Uint(id)
		return fmt.Appendf(dst, "%s %d", name, n)
	}
}

// VNTag is Cisco's tag of virtual interfaces.
var VNTag = &dissect.Protocol{
	Name: "vntag", Title: "VNTAG", Reference: "Cisco VN-Tag",
	EtherTypes: []uint16{0x8926},
	Dissect:    vntag,
	Summary:    summary("VN-Tag to", fVNDst),
}

var (
	vnFields = field.Group("vntag")
	fVNDst   = vnFields.Add("dst", field.Uint16, "vntag.dst", "Destination virtual interface")
	fVNSrc   = vnFields.Add("src", field.Uint16, "vntag.src", "Source virtual interface")
	fVNType  = vnFields.Add("etype", field.Uint16, "vntag.etype", "EtherType behind the tag", field.Rare, field.Detail)
)

func vntag(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 6) {
		return
	}
	p.Out.Uint(fVNDst, uint64(binary.BigEndian.Uint16(b)&0x3fff))
	p.Out.Uint(fVNSrc, uint64(binary.BigEndian.Uint16(b[2:])&0xfff))
	follow(p, fVNType, b, wire, 4)
}

// ETag is the tag of IEEE 802.1BR.
var ETag = &dissect.Protocol{
	Name: "etag", Title: "802.1BR E-Tag", Reference: "IEEE 802.1BR",
	EtherTypes: []uint16{0x893f},
	Dissect:    etag,
	Summary:    summary("E-CID", fECID),
}

var (
	eFields  = field.Group("etag")
	fIngress = eFields.Add("iecid_base", field.Uint16, "etag.iecid_base", "Ingress E-channel identifier, base")
	fECID    = eFields.Add("ecid_base", field.Uint16, "etag.ecid_base", "E-channel identifier, base")
	fEType   = eFields.Add("etype", field.Uint16, "etag.etype", "EtherType behind the tag", field.Rare, field.Detail)
)

func etag(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 8) {
		return
	}
	p.Out.Uint(fIngress, uint64(binary.BigEndian.Uint16(b)&0xfff))
	p.Out.Uint(fECID, uint64(binary.BigEndian.Uint16(b[2:])&0xfff))
	follow(p, fEType, b, wire, 6)
}

// ITag is the tag of provider backbone bridging.
var ITag = &dissect.Protocol{
	Name: "ieee8021ah", Title: "802.1ah", Reference: "IEEE 802.1ah",
	EtherTypes: []uint16{0x88e7},
	Dissect:    itag,
	Summary:    summary("I-SID", fISID),
}

var (
	iFields = field.Group("ieee8021ah")
	fISID   = iFields.Add("isid", field.Uint32, "ieee8021ah.isid", "Backbone service instance identifier")
	fCDst   = iFields.Add("cdst", field.MAC, "ieee8021ah.cdst", "Customer's destination address")
	fCSrc   = iFields.Add("csrc", field.MAC, "ieee8021ah.csrc", "Customer's source address")
	fIType  = iFields.Add("etype", field.Uint16, "ieee8021ah.etype", "EtherType behind the tag", field.Rare, field.Detail)
)

func itag(p *dissect.Packet, b []byte, wire int) {
	if !p.Need(b, wire, 18) {
		return
	}
	p.Out.Uint(fISID, uint64(binary.BigEndian.Uint32(b)&0xffffff))
	p.Out.MAC(fCDst, b[4:10])
	p.Out.MAC(fCSrc, b[10:16])
	p.SetMAC(b[10:16], b[4:10])
	follow(p, fIType, b, wire, 16)
}

// follow writes the EtherType at b[at:] and hands on what follows it.
func follow(p *dissect.Packet, id field.ID, b []byte, wire, at int) {
	t := binary.BigEndian.Uint16(b[at:])
	p.Out.Uint(id, uint64(t))
	p.EtherType(t, b[at+2:], wire-at-2)
}
