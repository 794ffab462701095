// SPDX-License-Identifier: Apache-2.0

// Package http2 dissects HTTP/2 in the clear (RFC 9113): with prior knowledge, told by the client's connection preface or a server's SETTINGS, and
// after an upgrade of HTTP/1 to h2c (RFC 7540, 3.2).
//
//	0        3      4       5           9
//	| length | type | flags | stream id | payload …
//
// Each frame has its type, stream id, length and flags; header blocks (HPACK, RFC 7541) are joined from HEADERS or PUSH_PROMISE and CONTINUATION, and
// decoded with the direction's dynamic table. A frame stands in the packet that completes it. The payload of DATA is counted, never kept, so such a frame
// stands in the packet with its header, and http.message_end marks the packet that ends the message; with Options.Wireshark it stands in the packet
// that completes it, as tshark has it. Requests and responses are tied by stream id.
//
// Limits: header blocks, names and values of 64 KiB, dynamic tables of 64 KiB, 1024 headers a block, 256 open streams a connection.
// Not decoded: HTTP/2 within TLS, connections whose beginning the capture does not have, and what follows a gap in one; what a body or a CONNECT tunnel holds, but
// gRPC's messages (package grpc).
package http2

import (
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 9
	// maxBlock bounds a frame that is looked at as a whole, and a header block, bytes.
	maxBlock = 64 << 10
	preface  = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" // RFC 9113, 3.4
)

// Frame types (RFC 9113, 6; RFC 7838, 8336, 9218).
const (
	typeData           = 0x00
	typeHeaders        = 0x01
	typePriority       = 0x02
	typeRstStream      = 0x03
	typeSettings       = 0x04
	typePushPromise    = 0x05
	typePing           = 0x06
	typeGoAway         = 0x07
	typeWindowUpdate   = 0x08
	typeContinuation   = 0x09
	typeAltSvc         = 0x0a
	typeOrigin         = 0x0c
	typePriorityUpdate = 0x10
)

// Flags.
const (
	flagEndStream  = 0x01
	flagAck        = 0x01
	flagEndHeaders = 0x04
	flagPadded     = 0x08
	flagPriority   = 0x20
)

var typeNames = names("DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE", "CONTINUATION", "ALTSVC",
	"", "ORIGIN", "", "", "", "PRIORITY_UPDATE")

// errorNames are RFC 9113's, 7.
var errorNames = names("NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM",
	"CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED")

func init() {
	field.Named(fType, field.Numbered(typeNames))
	field.Named(fReset, field.Numbered(errorNames))
	field.Named(fGoAway, field.Numbered(errorNames))
}

// Protocol is HTTP/2.
var Protocol = &dissect.Protocol{
	Name: "http2", Title: "HTTP2", Reference: "RFC 9113", Application: true,
	GuessTCP: guess,
	Summary:  summary,
}

func init() { Protocol.Stream = stream }

// Every frame of the packet has its values.
var (
	fields    = field.Group("http2")
	fMagic    = fields.Add("magic", field.Bool, "http2.magic", "The packet has the client's connection preface", field.Rare, field.Detail)
	fType     = fields.Add("type", field.Keyword, "http2.type", "Type of each frame: DATA, HEADERS, SETTINGS, …; a number where it has no name")
	fStream   = fields.Add("streamid", field.Uint32, "http2.streamid", "Stream of each frame; 0 is the connection itself")
	fLength   = fields.Add("length", field.Uint32, "http2.length", "Length of each frame's payload, bytes", field.Rare, field.Detail)
	fFlags    = fields.Add("flags", field.Uint8, "http2.flags", "Flags of each frame", field.Rare, field.Detail)
	fDepends  = fields.Add("stream_dependency", field.Uint32, "http2.stream_dependency", "Stream that a stream depends on", field.Rare, field.Detail)
	fWeight   = fields.Add("headers.weight", field.Uint8, "http2.headers.weight", "Weight of a stream among those that depend on the same one, less 1", field.Rare, field.Detail)
	fReset    = fields.Add("rst_stream.error", field.Keyword, "http2.rst_stream.error", "Why a stream is ended: CANCEL, REFUSED_STREAM, …; a number where it has no name")
	fLast     = fields.Add("goaway.last_stream_id", field.Uint32, "http2.goaway.last_stream_id", "Last stream that the side that goes away has dealt with", field.Rare)
	fGoAway   = fields.Add("goaway.error", field.Keyword, "http2.goaway.error", "Why the connection is ended: NO_ERROR, ENHANCE_YOUR_CALM, …; a number where it has no name")
	fDebug    = fields.Add("goaway.addata", field.Keyword, "http2.goaway.addata", "What the side that goes away says of it", field.Rare, field.Detail)
	fWindow   = fields.Add("window_update.window_size_increment", field.Uint32, "http2.window_update.window_size_increment", "How many bytes more may be sent", field.Rare, field.Detail)
	fPing     = fields.Add("ping", field.Hex, "http2.ping", "Data of a PING", field.Rare, field.Detail)
	fPong     = fields.Add("pong", field.Hex, "http2.pong", "Data of a PING's acknowledgement", field.Rare, field.Detail)
	fPromised = fields.Add("push_promise.promised_stream_id", field.Uint32, "http2.push_promise.promised_stream_id", "Stream on which the server will answer a request that it made up", field.Rare, field.Detail)
	fOrigin   = fields.Add("origin.origin", field.Keyword, "http2.origin.origin, http2.altsvc.origin", "Origin that the server speaks for, or that has alternative services", field.Rare, field.Detail)
	fAltSvc   = fields.Add("altsvc.field_value", field.Keyword, "http2.altsvc.field_value", "Alternative services of an origin", field.Rare, field.Detail)
	fPriority = fields.Add("priority_update_field_value", field.Keyword, "http2.priority_update_field_value", "Priority that a stream shall have", field.Rare, field.Detail)
	fSetting  = fields.Add("settings.id", field.Uint16, "http2.settings.id", "Identifier of each setting", field.Rare, field.Detail)
)

// settings are the values by identifier (RFC 9113, 6.5.2; RFC 8441).
var settings = map[uint16]field.ID{
	1: fields.Add("settings.header_table_size", field.Uint32, "http2.settings.header_table_size", "Largest dynamic table that the sender keeps for headers sent to it, bytes", field.Rare, field.Detail),
	2: fields.Add("settings.enable_push", field.Uint32, "http2.settings.enable_push", "Whether the server may push", field.Rare, field.Detail),
	3: fields.Add("settings.max_concurrent_streams", field.Uint32, "http2.settings.max_concurrent_streams", "How many streams the other side may have open", field.Rare, field.Detail),
	4: fields.Add("settings.initial_window_size", field.Uint32, "http2.settings.initial_window_size", "Window of a new stream, bytes", field.Rare, field.Detail),
	5: fields.Add("settings.max_frame_size", field.Uint32, "http2.settings.max_frame_size", "Largest payload of a frame that the sender takes, bytes", field.Rare, field.Detail),
	6: fields.Add("settings.max_header_list_size", field.Uint32, "http2.settings.max_header_list_size", "Largest header list that the sender takes, bytes", field.Rare, field.Detail),
	8: fields.Add("settings.extended_connect", field.Uint32, "http2.settings.extended_connect", "Whether CONNECT may name a protocol", field.Rare, field.Detail),
}

// names interns texts by number; "" is no name.
func names(texts ...string) []field.Str {
	s := make([]field.Str, len(texts))
	for i, text := range texts {
		if text != "" {
			s[i] = field.Intern(text)
		}
	}
	return s
}

// name writes the name of n, or n itself.
func name(o *field.Buffer, id field.ID, names []field.Str, n uint32) {
	if int64(n) < int64(len(names)) && names[n] != 0 {
		o.Const(id, names[n])
		return
	}
	common.Uint(o, id, uint64(n))
}

// guess takes the preface, as far as it says that it is HTTP/2's, or a first SETTINGS frame whose first setting is sound: so a server begins.
func guess(data []byte) bool {
	if n := min(len(data), len(preface)); n >= len("PRI * HTTP/2.0") && string(data[:n]) == preface[:n] {
		return true
	}
	const setting = 6
	if len(data) < headerLen+setting {
		return false
	}
	f := readFrame(data)
	if f.kind != typeSettings || f.flags != 0 || f.id != 0 || f.length == 0 || f.length%setting != 0 || f.length > 32*setting {
		return false
	}
	value := binary.BigEndian.Uint32(data[headerLen+2:])
	switch binary.BigEndian.Uint16(data[headerLen:]) {
	case 1, 3, 6:
		return true
	case 2, 8, 9:
		return value <= 1
	case 4:
		return value < 1<<31
	case 5:
		return value >= 1<<14 && value < 1<<24
	}
	return false
}
