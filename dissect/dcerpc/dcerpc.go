// SPDX-License-Identifier: Apache-2.0

// Package dcerpc dissects the remote procedure calls of the Distributed Computing Environment (C706, MS-RPCE): the connection-oriented protocol, version 5, over TCP
// and over the pipes of SMB, and the connectionless one, version 4, over UDP.
//
//	0         1       2      3       4                     8          10         12        16
//	| version | minor | type | flags | data representation | fragment | auth len | call id | body … padding | verifier: type, level, pad, 0, context 4, token |
//
//	0         1      2         4                     8        24          40         56     60        64         68      70      72
//	| version | type | flags 2 | data representation | object | interface | activity | boot | version | sequence | opnum | hints | length, fragment, auth, serial |
//
// The integers of a header are in the byte order that its data representation tells. What a bind says of an interface is known to the calls of its context. Of the arguments, those of
// the endpoint mapper are decoded, whose answer announces a conversation; PROFINET's are handed to pn_io, Spotlight's queries are a layer of their own. The tokens of a verifier are
// gss-api's and ntlmssp's. Limits: 64 contexts and 64 open calls a connection, 64 KiB of arguments in fragments, in order, and only for who reads them. Not decoded: other arguments,
// what is encrypted, RPC over HTTP.
package dcerpc

import (
	"encoding/binary"
	"time"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

const (
	epmPort = 135
	pnPort  = 34964 // PROFINET's context manager
)

// Protocol is DCE/RPC. Dissect takes a datagram, or what a pipe of SMB carries, for which its carrier sets the packet's Conversation to one of the pipe alone.
var Protocol = &dissect.Protocol{
	Name: "dcerpc", Title: "DCERPC", Reference: "C706", Application: true,
	TCPPorts: []uint16{epmPort}, UDPPorts: []uint16{epmPort, pnPort},
	GuessTCP: guess, AcceptTCP: accept, GuessUDP: guessDatagram,
	Summary: summary,
}

// The functions name their Protocol, which cannot name them back in its own value.
func init() { Protocol.Stream, Protocol.Dissect = stream, datagram }

var (
	fields     = field.Group("dcerpc")
	fType      = fields.Add("pkt_type", field.Uint8, "dcerpc.pkt_type", "Type of each PDU: 0 request, 2 response, 3 fault, 11 bind, 12 bind ack, 13 bind nak, 14 alter context, 15 alter context response, 16 auth3, …")
	fOpnum     = fields.Add("opnum", field.Uint16, "dcerpc.opnum", "Number of the operation in its interface; of a response, that of its request")
	fUUID      = fields.Add("interface", field.Keyword, "dcerpc.cn_bind_to_uuid, dcerpc.dg_if_id", "UUID of each interface that is bound or called", field.Unique)
	fName      = fields.Add("interface_name", field.Keyword, "", "Wireshark's name of the interface: EPM, LSARPC, SAMR, SRVSVC, …", field.Unique)
	fOperation = fields.Add("operation", field.Keyword, "", "Name of the operation, where it is one that matters to security or to PROFINET", field.Unique)
	fStatus    = fields.Add("status", field.Uint32, "dcerpc.cn_status, dcerpc.dg_status", "Status of a fault or a reject: 5 access denied, 0x1c010002 operation out of range, 0x1c010003 unknown interface, …", field.Rare)
	fResult    = fields.Add("ack_result", field.Uint16, "dcerpc.cn_ack_result", "What a server answers on each context: 0 acceptance, 1 user rejection, 2 provider rejection, 3 negotiation", field.Rare, field.Detail)
	fAuthType  = fields.Add("auth_type", field.Uint8, "dcerpc.auth_type", "Who authenticates: 9 SPNEGO, 10 NTLMSSP, 14 TLS, 16 Kerberos, 68 Netlogon", field.Rare)
	fAuthLevel = fields.Add("auth_level", field.Uint8, "dcerpc.auth_level", "How far: 2 connect, 3 call, 4 packet, 5 integrity, 6 privacy", field.Rare)
	fAddress   = fields.Add("secondary_address", field.Keyword, "dcerpc.cn_sec_addr", "Port or pipe that a server names when it is bound to")
	fMapped    = fields.Add("mapped_port", field.Uint16, "epm.proto.tcp_port, epm.proto.udp_port", "Port where, as the endpoint mapper says, an interface is served")
	fMappedIf  = fields.Add("mapped_interface", field.Keyword, "epm.uuid", "UUID of each interface that the endpoint mapper is asked for or tells of", field.Unique)
	fCallID    = fields.Add("call_id", field.Int64, "dcerpc.cn_call_id, dcerpc.dg_seqnum", "Number of the call: the same in request and response", field.Rare, field.Detail)
	fContext   = fields.Add("context_id", field.Uint16, "dcerpc.cn_ctx_id", "Context of the connection that a call belongs to", field.Rare, field.Detail)
	fFlags     = fields.Add("flags", field.Uint8, "dcerpc.cn_flags, dcerpc.dg_flags1", "Flags of each PDU; connection-oriented: 1 first and 2 last fragment, 128 object", field.Rare, field.Detail)
	fObject    = fields.Add("object", field.Keyword, "dcerpc.obj_id", "UUID of the object that is called", field.Detail)
	fActivity  = fields.Add("activity", field.Keyword, "dcerpc.dg_act_id", "Connectionless: UUID of the activity that the call belongs to", field.Detail)
)

// types are the PDUs' names (C706, 12.4 and 12.6); 16 is MS-RPCE's, 20 MS-RPCH's. The connectionless protocol has those up to 10.
var types = [...]string{"Request", "Ping", "Response", "Fault", "Working", "Nocall", "Reject", "Ack", "Cl_cancel", "Fack", "Cancel_ack", "Bind", "Bind_ack", "Bind_nak", "Alter_context",
	"Alter_context_resp", "AUTH3", "Shutdown", "Co_cancel", "Orphaned", "RTS"}

// Types of PDUs.
const (
	typeRequest     = 0
	typeResponse    = 2
	typeFault       = 3
	typeReject      = 6
	typeFack        = 9
	typeCancelAck   = 10
	typeBind        = 11
	typeBindAck     = 12
	typeBindNak     = 13
	typeAlter       = 14
	typeAlterAnswer = 15
	typeAuth3       = 16
	typeRTS         = 20
)

// reader reads integers in a PDU's byte order. The first read beyond the end fails; from then on all give zeros.
type reader struct {
	p      *dissect.Packet
	b      []byte
	order  binary.ByteOrder
	failed bool
	// cut says that the PDU goes on beyond b.
	cut bool
}

// order is the byte order that a data representation's first byte tells.
func order(drep byte) binary.ByteOrder {
	if drep&0x10 != 0 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}

// bytes reads n bytes, nil when they are not there.
func (r *reader) bytes(n int) []byte {
	if r.failed || n > len(r.b) {
		r.failed = true
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) u8() uint8 {
	if v := r.bytes(1); v != nil {
		return v[0]
	}
	return 0
}

func (r *reader) u16() uint16 {
	if v := r.bytes(2); v != nil {
		return r.order.Uint16(v)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if v := r.bytes(4); v != nil {
		return r.order.Uint32(v)
	}
	return 0
}

// uuid reads a UUID: its first three fields are in the PDU's byte order.
func (r *reader) uuid() (u uuid) {
	v := r.bytes(len(u))
	if v == nil {
		return u
	}
	binary.BigEndian.PutUint32(u[:], r.order.Uint32(v))
	binary.BigEndian.PutUint16(u[4:], r.order.Uint16(v[4:]))
	binary.BigEndian.PutUint16(u[6:], r.order.Uint16(v[6:]))
	copy(u[8:], v[8:])
	return u
}

// patience is how long a client may take to go where the endpoint mapper sent it.
const patience = time.Minute
