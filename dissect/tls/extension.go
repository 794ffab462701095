// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/x509"
	"github.com/espbeat/espbeat/field"
)

var (
	fExtension   = shake.Add("extension.type", field.Uint16, "tls.handshake.extension.type, dtls.handshake.extension.type", "Type of each extension, in order", field.Rare)
	fALPN        = shake.Add("extensions_alpn_str", field.Keyword, "tls.handshake.extensions_alpn_str, dtls.handshake.extensions_alpn_str", "Application protocols offered and chosen (ALPN)")
	fSupportVer  = shake.Add("extensions_supported_version", field.Uint16, "tls.handshake.extensions.supported_version, dtls.handshake.extensions.supported_version", "Versions that the client supports, or the server chose", field.Rare)
	fGroup       = shake.Add("extensions_supported_group", field.Uint16, "tls.handshake.extensions_supported_group, dtls.handshake.extensions_supported_group", "Groups that the client supports for key exchange", field.Rare)
	fFormat      = shake.Add("extensions_ec_point_format", field.Uint8, "tls.handshake.extensions_ec_point_format, dtls.handshake.extensions_ec_point_format", "Formats of points that are supported", field.Rare, field.Detail)
	fShare       = shake.Add("extensions_key_share_group", field.Uint16, "tls.handshake.extensions_key_share_group, dtls.handshake.extensions_key_share_group, tls.handshake.extensions_key_share_selected_group", "Groups of the key shares sent, or that the server asks for", field.Rare)
	fPSKMode     = shake.Add("extensions_psk_ke_mode", field.Uint8, "tls.extension.psk_ke_mode", "Pre-shared key exchange modes: 0 alone, 1 with (EC)DHE", field.Rare)
	fIdentities  = shake.Add("extensions_psk_identities", field.Uint16, "", "Pre-shared key identities that the client offers, a count", field.Rare)
	fSelected    = shake.Add("extensions_psk_selected", field.Uint16, "tls.handshake.extensions.psk.identity.selected", "Pre-shared key identity that the server selected, from 0", field.Rare)
	fEarly       = shake.Add("early_data", field.Bool, "", "The client sends data before the handshake ends, or the server takes it")
	fTicketLen   = shake.Add("session_ticket_length", field.Uint16, "tls.handshake.session_ticket_length", "Length of a session ticket that is sent, bytes", field.Rare)
	fMaxFragment = shake.Add("max_fragment_length", field.Uint8, "tls.handshake.max_fragment_length", "Longest fragment wished for: 1 512, 2 1024, 3 2048, 4 4096 bytes", field.Rare)
	fRecordLimit = shake.Add("record_size_limit", field.Uint16, "tls.record_size_limit", "Longest record wished for, bytes", field.Rare)
	fBeatMode    = shake.Add("extensions_heartbeat_mode", field.Uint8, "tls.handshake.extension.heartbeat.mode", "Heartbeats: 1 may be sent, 2 may not", field.Rare)
	fCookie      = shake.Add("cookie", field.Hex, "dtls.handshake.cookie, tls.handshake.extensions.cookie", "Cookie of DTLS and of TLS 1.3", field.Rare, field.Detail)
	fConnectID   = shake.Add("connection_id", field.Hex, "dtls.connection_id", "Connection id that the peer is to use", field.Rare)
	fParameter   = shake.Add("quic_parameter_type", field.Int64, "tls.quic.parameter.type", "QUIC transport parameters sent", field.Rare, field.Detail)
	fECH         = shake.Add("ech_type", field.Uint8, "tls.ech.clienthello_type", "Encrypted ClientHello: 0 outer, whose server name is a cover, 1 inner")
	fECHConfig   = shake.Add("ech_config_id", field.Uint8, "tls.ech.config_id", "Configuration that the Encrypted ClientHello is for", field.Rare)
)

// Extension types (IANA, "TLS ExtensionType Values").
const (
	extServerName       = 0
	extMaxFragment      = 1
	extGroups           = 10
	extFormats          = 11
	extSchemes          = 13
	extHeartbeat        = 15
	extTimestamps       = 18
	extALPN             = 16
	extRecordLimit      = 28
	extDelegated        = 34
	extTicket           = 35
	extPreShared        = 41
	extEarlyData        = 42
	extVersions         = 43
	extCookie           = 44
	extPSKModes         = 45
	extSchemesCert      = 50
	extKeyShare         = 51
	extConnectionID     = 54
	extTransport        = 57
	extKeyShareDraft    = 40
	extTransportDraft   = 0xffa5
	extEncryptedClient  = 0xfe0d
	extConnectionIDPrev = 53
)

// read reads the extensions of a hello, and keeps of them what fingerprints need.
func (h *hello) read(s *Session, r *common.Cursor) {
	list := r.Sub(int(r.U16()))
	for list.More() {
		if h.count == maxExtensions {
			h.long, r.P.Out.Cut = true, true
			return
		}
		kind := list.Uint16(fExtension)
		n := list.U16()
		if list.Failed {
			break
		}
		h.extensions[h.count] = kind
		h.count++
		e := list.Sub(int(n))
		h.extension(s, kind, &e)
	}
	r.Failed = r.Failed || list.Failed
}

func (h *hello) extension(s *Session, kind uint16, e *common.Cursor) {
	o := e.P.Out
	switch kind {
	case extServerName:
		h.name = true
		if e.More() {
			serverName(e)
		}
	case extMaxFragment:
		e.Uint8(fMaxFragment)
	case extGroups:
		h.groups = h.numbers(e, fGroup)
	case extFormats:
		list := e.Sub(int(e.U8()))
		h.formats = list.B
		for list.More() {
			list.Uint8(fFormat)
		}
	case extSchemes:
		h.schemes = h.numbers(e, x509.Scheme)
	case extDelegated, extSchemesCert:
		h.numbers(e, x509.Scheme)
	case extHeartbeat:
		e.Uint8(fBeatMode)
	case extALPN:
		h.protocols(e)
	case extTimestamps:
		x509.Timestamps(o, e.B)
	case extRecordLimit:
		e.Uint16(fRecordLimit)
	case extTicket:
		if e.Wire > 0 {
			o.Uint(fTicketLen, uint64(e.Wire))
		}
	case extPreShared:
		h.preShared(e)
	case extEarlyData:
		o.Bool(fEarly, true)
	case extVersions:
		h.supported(e)
	case extCookie:
		e.Hex(fCookie, int(e.U16()))
	case extPSKModes:
		list := e.Sub(int(e.U8()))
		for list.More() {
			list.Uint8(fPSKMode)
		}
	case extKeyShare, extKeyShareDraft:
		h.keyShare(e)
	case extConnectionID, extConnectionIDPrev:
		if s.Transport == DTLS {
			s.connectionID(e)
		}
	case extTransport, extTransportDraft:
		parameters(e)
	case extEncryptedClient:
		if h.client {
			encryptedHello(e)
		}
	}
}

// serverName reads a ServerNameList (RFC 6066, 3).
func serverName(e *common.Cursor) {
	list := e.Sub(int(e.U16()))
	for n := 0; n < maxExtensions && list.More(); n++ {
		kind := list.U8()
		text := list.Bytes(int(list.U16()))
		if kind == 0 && len(text) > 0 {
			e.P.Out.Text(fName, text)
			common.Host(e.P.Out, text)
		}
	}
}

// numbers reads a list of numbers of 16 bits with its length, and returns it.
func (h *hello) numbers(e *common.Cursor, id field.ID) []byte {
	list := e.Sub(int(e.U16()))
	b := h.limit(e.P.Out, list.B[:len(list.B)&^1])
	for i := 0; i < len(b); i += 2 {
		e.P.Out.Uint(id, uint64(binary.BigEndian.Uint16(b[i:])))
	}
	return b
}

// protocols reads a ProtocolNameList (RFC 7301, 3.1).
func (h *hello) protocols(e *common.Cursor) {
	o := e.P.Out
	list := e.Sub(int(e.U16()))
	for n := 0; n < maxExtensions && list.More(); n++ {
		text := list.Bytes(int(list.U8()))
		if list.Failed {
			return
		}
		o.Text(fALPN, text)
		if n == 0 {
			h.alpn = text
			if !h.client {
				o.Text(fNext, bytes.ToLower(text))
			}
		}
	}
}

// supported reads the versions of a client, or the one of a server (RFC 8446, 4.2.1).
func (h *hello) supported(e *common.Cursor) {
	if !h.client {
		h.chosen = e.Uint16(fSupportVer)
		return
	}
	list := e.Sub(int(e.U8()))
	h.versions = list.B[:len(list.B)&^1]
	for list.More() {
		list.Uint16(fSupportVer)
	}
}

// keyShare reads the groups of key shares (RFC 8446, 4.2.8).
func (h *hello) keyShare(e *common.Cursor) {
	if !h.client {
		groupName(e.P.Out, fCurve, e.Uint16(fShare))
		return
	}
	list := e.Sub(int(e.U16()))
	for n := 0; n < maxExtensions && list.More(); n++ {
		list.Uint16(fShare)
		list.Sub(int(list.U16()))
	}
}

// preShared counts the identities that a client offers, or reads the one that the server selected (RFC 8446, 4.2.11).
func (h *hello) preShared(e *common.Cursor) {
	if !h.client {
		e.Uint16(fSelected)
		h.resumes = true
		return
	}
	list := e.Sub(int(e.U16()))
	n := uint64(0)
	for ; list.More(); n++ {
		list.Sub(int(list.U16()))
		list.Skip(4)
	}
	e.P.Out.Uint(fIdentities, n)
}

// connectionID reads the id that records to this side are to have (RFC 9146, 3).
func (s *Session) connectionID(e *common.Cursor) {
	id := e.Bytes(int(e.U8()))
	if e.Failed {
		return
	}
	if len(id) > 0 {
		e.P.Out.Bytes(fConnectID, id)
	}
	s.ConnectionID[1-e.P.Direction] = len(id)
}

// parameters lists the types of QUIC transport parameters (RFC 9000, 18).
func parameters(e *common.Cursor) {
	for n := 0; n < maxExtensions && e.More(); n++ {
		kind, size := Varint(e), Varint(e)
		if e.Failed {
			return
		}
		e.P.Out.Uint(fParameter, kind)
		e.Sub(int(min(size, 1<<20)))
	}
}

// Varint reads a number of QUIC (RFC 9000, 16).
func Varint(c *common.Cursor) uint64 {
	first := c.U8()
	v := uint64(first & 0x3f)
	for range 1<<(first>>6) - 1 {
		v = v<<8 | uint64(c.U8())
	}
	return v
}

// encryptedHello reads the head of an Encrypted ClientHello (RFC 9849, 5).
func encryptedHello(e *common.Cursor) {
	const outer = 0
	if e.Uint8(fECH) != outer {
		return
	}
	e.Skip(4) // KDF and AEAD
	e.Uint8(fECHConfig)
}
