// SPDX-License-Identifier: Apache-2.0

// Package ospf dissects Open Shortest Path First, version 2 (RFC 2328) and version 3 (RFC 5340).
//
//	0         1      2        4           8      12         14                       16
//	| version | type | length | router ID | area | checksum | auth type              | authentication 8     version 2
//	| version | type | length | router ID | area | checksum | instance ID | reserved |                      version 3
//
// Hello, database description, link state request, update and acknowledgement follow, the bodies of the usual LSAs are in lsa.go and lsa3.go. A
// message digest stands behind the length (RFC 2328, D.3). Limits: 1024 records of a kind. Not decoded: what an opaque LSA
// carries (RFC 5250), link-local signaling (RFC 5613), the authentication trailer of version 3 (RFC 7166); checksums are not verified.
package ospf

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	header2, header3 = 24, 16
	authSimple       = 1
	authCrypt        = 2
)

// Packet types (RFC 2328, A.3.1).
const (
	hello = iota + 1
	description
	request
	update
	acknowledge
)

// Protocol is OSPF.
var Protocol = &dissect.Protocol{
	Name: "ospf", Title: "OSPF", Reference: "RFC 2328, RFC 5340",
	IPProtocols: []uint8{89}, Dissect: decode, Summary: summary,
}

var (
	fields    = field.Group("ospf")
	fVersion  = fields.Add("version", field.Uint8, "ospf.version", "Version")
	fType     = fields.Add("msg", field.Uint8, "ospf.msg", "Packet type: 1 hello, 2 database description, 3 link state request, 4 update, 5 acknowledgement")
	fLength   = fields.Add("packet_length", field.Uint16, "ospf.packet_length", "Length of the packet, bytes", field.Rare, field.Detail)
	fRouter   = fields.Add("srcrouter", field.IP, "ospf.srcrouter", "Router ID of the sender")
	fArea     = fields.Add("area_id", field.IP, "ospf.area_id", "Area")
	fChecksum = fields.Add("checksum", field.Uint16, "ospf.checksum", "Checksum", field.Rare, field.Detail)
	fInstance = fields.Add("instance_id", field.Uint8, "ospf.instance_id", "Instance of version 3", field.Rare, field.Detail, field.Sparse)
	fAuthType = fields.Add("auth.type", field.Uint16, "ospf.auth.type", "Authentication: 0 none, 1 password, 2 message digest")
	fPassword = fields.Add("auth.simple", field.Keyword, "ospf.auth.simple", "Password", field.Secret, field.Rare, field.Detail)
	fKeyID    = fields.Add("auth.crypt.key_id", field.Uint8, "ospf.auth.crypt.key_id", "Key of the message digest", field.Rare, field.Detail)
	fAuthSeq  = fields.Add("auth.crypt.seq_nbr", field.Uint32, "ospf.auth.crypt.seq_nbr", "Sequence number of the message digest", field.Rare, field.Detail)
	fDigest   = fields.Add("auth.crypt.data", field.Hex, "ospf.auth.crypt.data", "Message digest", field.Secret, field.Rare, field.Detail)
	fOptions2 = fields.Add("v2.options", field.Uint8, "ospf.v2.options", "Options of version 2", field.Rare, field.Detail)
	fOptions3 = fields.Add("v3.options", field.Uint32, "ospf.v3.options", "Options of version 3", field.Rare, field.Detail)

	helloFields  = field.Group("ospf.hello")
	fMask        = helloFields.Add("network_mask", field.IP, "ospf.hello.network_mask", "Mask of the network", field.Rare)
	fInterface   = helloFields.Add("interface_id", field.Uint32, "ospf.hello.interface_id", "Interface of the sender, version 3", field.Rare, field.Detail)
	fInterval    = helloFields.Add("hello_interval", field.Uint32, "ospf.hello.hello_interval", "Interval of hellos, seconds", field.Rare)
	fPriority    = helloFields.Add("router_priority", field.Uint8, "ospf.hello.router_priority", "Priority of the sender", field.Rare, field.Detail)
	fDead        = helloFields.Add("router_dead_interval", field.Uint32, "ospf.hello.router_dead_interval", "Silence after which a neighbour is down, seconds", field.Rare, field.Detail)
	fDesignated  = helloFields.Add("designated_router", field.IP, "ospf.hello.designated_router", "Designated router")
	fBackup      = helloFields.Add("backup_designated_router", field.IP, "ospf.hello.backup_designated_router", "Backup designated router")
	fNeighbor    = helloFields.Add("active_neighbor", field.IP, "ospf.hello.active_neighbor", "Neighbours that the sender hears")
	fMTU         = fields.Add("db.interface_mtu", field.Uint16, "ospf.db.interface_mtu", "Largest datagram of the interface, bytes", field.Rare, field.Detail)
	fDescription = fields.Add("dbd", field.Uint8, "ospf.dbd", "Flags of a database description: 1 master, 2 more, 4 initial", field.Rare, field.Detail)
	fSequence    = fields.Add("db.dd_sequence", field.Uint32, "ospf.db.dd_sequence", "Sequence number of a database description", field.Rare, field.Detail)
	fStateID     = fields.Add("link_state_id", field.IP, "ospf.link_state_id", "Link state ID of each LSA of version 3, and those that a request asks for")
	fCount       = fields.Add("ls.number_of_lsas", field.Uint32, "ospf.ls.number_of_lsas", "Number of LSAs in an update", field.Rare, field.Detail)
)

// reader is a packet while it is read.
type reader struct {
	common.Cursor
	version, instance uint8
}

func decode(p *dissect.Packet, b []byte, wire int) {
	r := reader{Cursor: common.Read(p, b, wire)}
	r.version = r.Uint8(fVersion)
	kind := r.Uint8(fType)
	length := int(r.Uint16(fLength))
	r.IP(fRouter, 4)
	r.IP(fArea, 4)
	r.Uint16(fChecksum)
	head := 0
	switch r.version {
	case 2:
		head = header2
		r.authentication()
	case 3:
		head = header3
		r.instance = r.Uint8(fInstance)
		r.Skip(1)
	default:
		return
	}
	if r.Failed {
		return
	}
	if length < head {
		p.Bad()
		return
	}
	r.Cursor = r.Sub(length - head)
	r.body(kind)
}

// authentication reads the last fields of a version 2 header, and the digest behind the packet.
func (r *reader) authentication() {
	whole, wire := r.B, r.Wire
	switch r.Uint16(fAuthType) {
	case authSimple:
		r.Text(fPassword, 8)
	case authCrypt:
		r.Skip(2)
		r.Uint8(fKeyID)
		n := int(r.U8())
		r.Uint32(fAuthSeq)
		if !r.Failed && n > 0 && n <= len(whole)-10 && len(whole) == wire {
			r.P.Out.Bytes(fDigest, whole[len(whole)-n:])
		}
	default:
		r.Skip(8)
	}
}

func (r *reader) options() {
	if r.version == 2 {
		r.Uint8(fOptions2)
	} else {
		r.Number(fOptions3, 3)
	}
}

func (r *reader) body(kind uint8) {
	switch kind {
	case hello:
		r.hello()
	case description:
		if r.version == 3 {
			r.Skip(1)
			r.options()
			r.Uint16(fMTU)
			r.Skip(1)
		} else {
			r.Uint16(fMTU)
			r.options()
		}
		r.Uint8(fDescription)
		r.Uint32(fSequence)
		r.headers()
	case request:
		for n := 0; r.More() && n < common.MaxItems; n++ {
			if r.version == 2 {
				r.Uint32(fLSA)
			} else {
				r.Skip(2)
				r.Uint16(fLSA3)
			}
			r.IP(fStateID, 4)
			r.IP(fAdvertising, 4)
		}
	case update:
		for n := min(int(r.Uint32(fCount)), common.MaxItems); n > 0 && r.More(); n-- {
			r.lsa()
		}
	case acknowledge:
		r.headers()
	}
}

// hello reads a hello packet (RFC 2328, A.3.2; RFC 5340, A.3.2).
func (r *reader) hello() {
	if r.version == 2 {
		r.IP(fMask, 4)
		r.Uint16(fInterval)
		r.options()
		r.Uint8(fPriority)
		r.Uint32(fDead)
	} else {
		r.Uint32(fInterface)
		r.Uint8(fPriority)
		r.options()
		r.Uint16(fInterval)
		r.Uint16(fDead)
	}
	r.IP(fDesignated, 4)
	r.IP(fBackup, 4)
	for n := 0; r.More() && n < common.MaxItems; n++ {
		r.IP(fNeighbor, 4)
	}
}

// headers reads LSA headers without bodies.
func (r *reader) headers() {
	for n := 0; r.More() && n < common.MaxItems; n++ {
		r.lsaHeader()
	}
}

var types = [...]string{hello: "Hello Packet", description: "DB Description", request: "LS Request", update: "LS Update", acknowledge: "LS Acknowledge"}

func summary(dst []byte, v dissect.View) []byte {
	if n, ok := v.Uint(fType); ok && n >= hello && n < uint64(len(types)) {
		dst = append(dst, types[n]...)
	} else {
		dst, _ = v.Text(append(dst, "Type "...), fType)
	}
	dst, _ = v.Text(append(dst, ", router "...), fRouter)
	dst, _ = v.Text(append(dst, ", area "...), fArea)
	return dst
}
