// SPDX-License-Identifier: Apache-2.0

package tls

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Bounds of one hello.
const (
	maxExtensions = 256
	maxList       = 1024 // suites, groups, schemes, …
)

var (
	shake      = field.Group("tls.handshake")
	fKind      = shake.Add("type", field.Uint8, "tls.handshake.type", "Type of each whole handshake message in the clear: 1 ClientHello, 2 ServerHello, 11 Certificate, …")
	fHelloVer  = shake.Add("version", field.Uint16, "tls.handshake.version, dtls.handshake.version", "Version in the head of each hello, where TLS 1.3 is 771, too", field.Rare, field.Detail)
	fRandom    = shake.Add("random", field.Hex, "tls.handshake.random, dtls.handshake.random", "Random of each hello", field.Rare, field.Detail)
	fRetry     = shake.Add("hello_retry_request", field.Bool, "", "The ServerHello is a HelloRetryRequest", field.Sparse)
	fSIDLen    = shake.Add("session_id_length", field.Uint8, "tls.handshake.session_id_length, dtls.handshake.session_id_length", "Length of each hello's session id, bytes", field.Rare, field.Detail)
	fSID       = shake.Add("session_id", field.Hex, "tls.handshake.session_id, dtls.handshake.session_id", "Session id of each hello", field.Rare)
	fSuite     = shake.Add("ciphersuite", field.Uint16, "tls.handshake.ciphersuite, dtls.handshake.ciphersuite", "Cipher suites offered and chosen, as numbers", field.Rare, field.Detail)
	fCompress  = shake.Add("comp_method", field.Uint8, "tls.handshake.comp_method, dtls.handshake.comp_method", "Compression methods offered and chosen: 0 none, 1 DEFLATE", field.Rare, field.Detail)
	fCipher    = fields.Add("cipher", field.Keyword, "", "Cipher suite that the server chose, by IANA's name", field.ECS, field.First)
	fCurve     = fields.Add("curve", field.Keyword, "", "Group that the server chose for the key exchange, by IANA's name", field.ECS, field.First)
	client     = field.Group("tls.client")
	fName      = client.Add("server_name", field.Keyword, "tls.handshake.extensions_server_name, dtls.handshake.extensions_server_name", "Name of the server that the client asks for (SNI); with Encrypted ClientHello, the outer one", field.ECS, field.Core)
	fSupported = client.Add("supported_ciphers", field.Keyword, "", "Cipher suites that the client offers, by IANA's names", field.ECS, field.List, field.Rare)
	fJA3       = client.Add("ja3", field.Keyword, "tls.handshake.ja3, dtls.handshake.ja3", "JA3 fingerprint of the client", field.ECS)
	fJA4       = client.Add("ja4", field.Keyword, "", "JA4 fingerprint of the client; of JA4+ this one alone is free to use (BSD)")
	fJA3Full   = shake.Add("ja3_full", field.Keyword, "tls.handshake.ja3_full, dtls.handshake.ja3_full", "What tls.client.ja3 is the hash of", field.Rare, field.Detail)
	server     = field.Group("tls.server")
	fJA3S      = server.Add("ja3s", field.Keyword, "tls.handshake.ja3s, dtls.handshake.ja3s", "JA3S fingerprint of the server's answer", field.ECS)
	fJA3SFull  = shake.Add("ja3s_full", field.Keyword, "tls.handshake.ja3s_full, dtls.handshake.ja3s_full", "What tls.server.ja3s is the hash of", field.Rare, field.Detail)
)

// requestKey ties a ServerHello to its ClientHello; no other request of a conversation that turned to TLS has it.
const requestKey = 1 << 63

// hello is what fingerprints need of one hello. Lists are as on the wire.
type hello struct {
	version    uint16
	suites     []byte
	extensions [maxExtensions]uint16
	count      int // of extensions
	groups     []byte
	formats    []byte
	schemes    []byte
	versions   []byte
	alpn       []byte // the first protocol
	name       bool   // a server name is asked for
	long       bool   // a list is longer than its bound
	client     bool
	resumes    bool // the server goes on with a session by pre-shared key
	chosen     uint16
}

// retryRandom is the random of a HelloRetryRequest (RFC 8446, 4.1.3).
var retryRandom = []byte("\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c")

// clientHello reads a ClientHello (RFC 8446, 4.1.2; RFC 9147, 5.3, with the cookie of DTLS).
func (s *Session) clientHello(p *dissect.Packet, c *dissect.Conversation, r *common.Cursor) {
	h := hello{client: true}
	h.version = r.Uint16(fHelloVer)
	r.Hex(fRandom, 32)
	id := sessionID(r)
	s.client, s.answered, s.version = p.Direction+1, false, 0
	s.changed, s.ended, s.established = [2]bool{}, [2]bool{}, false
	s.offeredLen = copy(s.offered[:], id)
	if s.Transport == DTLS {
		r.Hex(fCookie, int(r.U8()))
	}
	common.Request(p, c, requestKey)
	list := r.Sub(int(r.U16()))
	h.suites = list.B[:len(list.B)&^1]
	h.suiteList(p.Out)
	methods := r.Sub(int(r.U8()))
	for n := 0; n < maxList && methods.More(); n++ {
		methods.Uint8(fCompress)
	}
	if r.More() {
		h.read(s, r)
	}
	if !r.Failed && !list.Failed && !p.Truncated && !h.long {
		h.fingerprints(p.Out, s.Transport)
	}
}

func sessionID(r *common.Cursor) []byte {
	n := r.Uint8(fSIDLen)
	id := r.Bytes(int(n))
	if len(id) > 0 {
		r.P.Out.Bytes(fSID, id)
	}
	return id
}

// suiteList writes the suites that a client offers.
func (h *hello) suiteList(o *field.Buffer) {
	b := h.limit(o, h.suites)
	for ; len(b) >= 2; b = b[2:] {
		n := binary.BigEndian.Uint16(b)
		o.Uint(fSuite, uint64(n))
		if !grease(n) {
			suiteName(o, fSupported, n)
		}
	}
}

// limit cuts a list of numbers of 16 bits to as many as are read.
func (h *hello) limit(o *field.Buffer, b []byte) []byte {
	if len(b) > 2*maxList {
		h.long, o.Cut = true, true
		b = b[:2*maxList]
	}
	return b
}

// serverHello reads a ServerHello or HelloRetryRequest (RFC 8446, 4.1.3), or those of TLS 1.3's early drafts, which have neither session id nor compression.
func (s *Session) serverHello(p *dissect.Packet, c *dissect.Conversation, r *common.Cursor) {
	h := hello{}
	h.version = r.Uint16(fHelloVer)
	if s.client == 0 {
		s.client = 2 - p.Direction
	}
	random := r.Bytes(32)
	if random == nil {
		return
	}
	p.Out.Bytes(fRandom, random)
	early := h.version>>8 == draft
	var id []byte
	if !early {
		id = sessionID(r)
	}
	at := r.B
	suite := r.Uint16(fSuite)
	if r.Failed {
		return
	}
	h.suites = at[:2]
	if !early {
		r.Uint8(fCompress)
	}
	h.chosen = h.version
	if r.More() {
		h.read(s, r)
	}
	retry := bytes.Equal(random, retryRandom)
	s.choose(p, h.chosen, suite)
	switch {
	case retry:
		p.Out.Bool(fRetry, true)
		s.answered = false
	case s.Is13():
		p.Out.Bool(fResumed, h.resumes)
	default:
		p.Out.Bool(fResumed, len(id) > 0 && bytes.Equal(id, s.offered[:s.offeredLen]))
	}
	common.Response(p, c, requestKey)
	if !r.Failed && !p.Truncated && !h.long {
		h.serverFingerprint(p.Out)
	}
}
