// SPDX-License-Identifier: Apache-2.0

package sctp

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Parameters and error causes: type 2, length 2 (with these four), value, padding to 4 bytes, which the last one may lack.

// Parameter types with fields (RFC 9260, 3.3.2.1; RFC 4895, RFC 5061, RFC 6525).
const (
	paramIPv4          = 5
	paramIPv6          = 6
	paramHostname      = 11
	paramFamilies      = 12
	paramResetOut      = 13
	paramResetIn       = 14
	paramResetAll      = 15
	paramResponse      = 16
	paramMoreOut       = 17
	paramMoreIn        = 18
	paramChunks        = 0x8003
	paramHMACs         = 0x8004
	paramExtensions    = 0x8008
	paramAddIP         = 0xc001
	paramDeleteIP      = 0xc002
	paramErrorCause    = 0xc003
	paramSetPrimary    = 0xc004
	paramSuccess       = 0xc005
	paramAdaptation    = 0xc006
	paramHeader        = 4
	maxNested          = 2 // an address within a request to add it
	causeBadStream     = 1
	causeNoUserData    = 9
	causeUserInitiated = 12
)

var (
	fParam       = fields.Add("parameter_type", field.Uint16, "sctp.parameter_type", "Type of each parameter", field.Rare, field.Detail)
	fAddress     = fields.Add("parameter_address", field.IP, "sctp.parameter_ipv4_address, sctp.parameter_ipv6_address", "Addresses of the sender, or to add and remove")
	fHostname    = fields.Add("parameter_hostname", field.Keyword, "sctp.parameter_hostname", "Host name of the sender")
	fFamily      = fields.Add("parameter_supported_address_type", field.Uint16, "sctp.parameter_supported_address_type", "Kinds of addresses that the sender understands: 5 IPv4, 6 IPv6", field.Rare, field.Detail)
	fSupported   = fields.Add("supported_chunk_type", field.Uint8, "sctp.supported_chunk_type", "Chunk types that the sender understands", field.Rare, field.Detail)
	fAuthChunk   = fields.Add("chunk_type_to_auth", field.Uint8, "sctp.chunk_type_to_auth", "Chunk types that the sender wants authenticated", field.Rare, field.Detail)
	fAdaptation  = fields.Add("adaptation_layer_indication", field.Uint32, "sctp.adaptation_layer_indication", "Layer that adapts the application", field.Rare, field.Detail)
	fCorrelation = fields.Add("correlation_id", field.Uint32, "sctp.correlation_id", "What ties the answer of an ASCONF to its request", field.Rare, field.Detail)
	fRequest     = fields.Add("parameter_reconfig_request_sequence_number", field.Uint32, "sctp.parameter_reconfig_request_sequence_number", "Sequence number of a request to change streams", field.Rare, field.Detail)
	fResponse    = fields.Add("parameter_reconfig_response_sequence_number", field.Uint32, "sctp.parameter_reconfig_response_sequence_number", "The request that is answered", field.Rare, field.Detail)
	fResult      = fields.Add("parameter_reconfig_response_result", field.Uint32, "sctp.parameter_reconfig_response_result", "What became of it: 0 nothing to do, 1 performed, 2 denied, …", field.Rare, field.Detail)
	fResetStream = fields.Add("parameter_reconfig_sid", field.Uint16, "sctp.parameter_reconfig_sid", "Streams to reset", field.Rare, field.Detail)
	fMoreStreams = fields.Add("parameter_add_streams_number", field.Uint16, "sctp.parameter_add_outgoing_streams_number, sctp.parameter_add_incoming_streams_number", "Streams to add", field.Rare, field.Detail)
	fCause       = fields.Add("cause_code", field.Uint16, "sctp.cause_code", "Why a chunk or the association was refused: 1 stream, 2 parameter missing, 3 stale cookie, 9 no user data, 12 the user wanted so, 13 protocol violation, …")
	fCauseStream = fields.Add("cause_stream_identifier", field.Uint16, "sctp.cause_stream_identifier", "Stream that does not exist", field.Rare, field.Detail)
	fCauseTSN    = fields.Add("cause_tsn", field.Uint32, "sctp.cause_tsn", "DATA chunk without data", field.Rare, field.Detail)
	fReason      = fields.Add("cause_information", field.Keyword, "sctp.cause_information", "Reason that the user gave for an ABORT")
)

// pad passes over the padding behind n bytes, as far as it is there.
func pad(c *common.Cursor, n int) {
	if p := -n & 3; p > 0 && c.More() {
		c.Skip(min(p, c.Wire))
	}
}

func parameters(c *common.Cursor, depth int) {
	for n := 0; c.More() && n < common.MaxItems; n++ {
		kind := c.Uint16(fParam)
		size := int(c.U16())
		v := c.Sub(size - paramHeader)
		parameter(&v, kind, depth)
		pad(c, size)
	}
}

func parameter(v *common.Cursor, kind uint16, depth int) {
	switch kind {
	case paramIPv4:
		v.IP(fAddress, 4)
	case paramIPv6:
		v.IP(fAddress, 16)
	case paramHostname:
		v.Text(fHostname, v.Wire)
	case paramAdaptation:
		v.Uint32(fAdaptation)
	case paramAddIP, paramDeleteIP, paramSetPrimary:
		v.Uint32(fCorrelation)
		if depth < maxNested {
			parameters(v, depth+1)
		}
	case paramErrorCause:
		v.Uint32(fCorrelation)
		causes(v)
	case paramSuccess:
		v.Uint32(fCorrelation)
	case paramResetOut:
		v.Uint32(fRequest)
		v.Uint32(fResponse)
		v.Skip(4)
	case paramResetIn, paramResetAll:
		v.Uint32(fRequest)
	case paramResponse:
		v.Uint32(fResponse)
		v.Uint32(fResult)
	case paramMoreOut, paramMoreIn:
		v.Uint32(fRequest)
		v.Uint16(fMoreStreams)
	}
	items(v, kind)
}

// items reads parameters that are lists, or end with one.
func items(v *common.Cursor, kind uint16) {
	for n := 0; v.More() && n < common.MaxItems; n++ {
		switch kind {
		case paramFamilies:
			v.Uint16(fFamily)
		case paramChunks:
			v.Uint8(fAuthChunk)
		case paramHMACs:
			v.Uint16(fHMAC)
		case paramExtensions:
			v.Uint8(fSupported)
		case paramResetOut, paramResetIn:
			v.Uint16(fResetStream)
		default:
			return
		}
	}
}

func causes(c *common.Cursor) {
	for n := 0; c.More() && n < common.MaxItems; n++ {
		kind := c.Uint16(fCause)
		size := int(c.U16())
		v := c.Sub(size - paramHeader)
		switch kind {
		case causeBadStream:
			v.Uint16(fCauseStream)
		case causeNoUserData:
			v.Uint32(fCauseTSN)
		case causeUserInitiated:
			v.Text(fReason, v.Wire)
		}
		pad(c, size)
	}
}
