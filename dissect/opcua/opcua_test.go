// SPDX-License-Identifier: Apache-2.0

package opcua

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func u32(n uint32) string { return string(binary.LittleEndian.AppendUint32(nil, n)) }

func str(s string) string { return u32(uint32(len(s))) + s }

// chunk makes a message of type and chunk kind.
func chunk(kind, body string) []byte {
	return []byte(kind + u32(uint32(headerLen+len(body))) + body)
}

const (
	none        = "\xff\xff\xff\xff"
	epoch       = "\x00\x00\x00\x00\x00\x00\x00\x00"
	null        = "\x00\x00" // a node ID of no meaning
	noExt       = null + "\x00"
	endpointURL = "opc.tcp://plc.example.com:4840/ua"
)

// nodeOf is the node ID of a service.
func nodeOf(id uint16) string { return "\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, id)) }

// request makes the body of a request with handle 7, and a session token that must not show.
func request(id uint16, parameters string) string {
	return nodeOf(id) + "\x05\x01\x00" + str("token of the session") + epoch + u32(7) + u32(0) + none + u32(10000) + noExt + parameters
}

func response(id uint16, status uint32, parameters string) string {
	return nodeOf(id) + epoch + u32(7) + u32(status) + "\x00" + none + noExt + parameters
}

// secure makes a chunk of channel 5, token 6, sequence number 51.
func secure(kind string, id uint32, body string) []byte {
	return chunk(kind, u32(5)+u32(6)+u32(51)+u32(id)+body)
}

func opened(policy, rest string) []byte { return chunk("OPNF", u32(0)+str(policy)+none+none+rest) }

var (
	hail     = chunk("HELF", u32(0)+u32(65535)+u32(65535)+u32(0)+u32(0)+str(endpointURL))
	acked    = chunk("ACKF", u32(0)+u32(65535)+u32(65535)+u32(0)+u32(0))
	failed   = chunk("ERRF", u32(0x80830000)+str("no such endpoint"))
	reversed = chunk("RHEF", str("urn:server")+str(endpointURL))
	opens    = opened(noSecurity, u32(1)+u32(1)+request(446, u32(0)))
	session  = secure("MSGF", 2, request(461, str("urn:client")+str("urn:product")+"\x03"+str("en")+str("Client")+u32(1)+none+none+u32(1)+str("opc.tcp://x")+none+str(endpointURL)+str("session 1")))
	login1   = secure("MSGF", 3, request(467, none+none+u32(1)+str("certificate")+str("signature")+none+nodeOf(userNameToken)+"\x01"+str(str("policy")+str("operator")+str("canary-password")+none)))
	reads    = secure("MSGF", 4, request(631, epoch+u32(0)+u32(2)+"\x03\x02\x00"+str("Temperature")+u32(13)+none+"\x00\x00"+none+"\x01\x00\xd2\x08"+u32(13)+none+"\x00\x00"+none))
	refused  = secure("MSGF", 4, response(397, 0x80250000, ""))
	writes   = secure("MSGF", 5, request(673, u32(3)+"\x02\x01\x00"+u32(70000)+u32(13)+none+"\x05\x0b12345678"+epoch+ // a Double and its time
		"\x04\x01\x00"+"\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff"+u32(13)+none+"\x01\xcc"+u32(2)+str("a")+str("b")+u32(1)+u32(2)+ // a matrix of strings
		"\x05\x01\x00"+str("\x01\x02")+u32(13)+none+"\x01\x86"+u32(1)+u32(9))) // an array of one number
	calls    = secure("MSGF", 6, request(712, u32(1)+"\x00\x55"+"\x00\x56"+u32(1)+"\x0c"+str("x")))
	browses  = secure("MSGF", 7, request(527, null+epoch+u32(0)+u32(0)+u32(1)+"\x00\x54"+u32(0)+"\x00\x21"+"\x01"+u32(0)+u32(63)))
	monitors = secure("MSGF", 8, request(751, u32(1)+u32(0)+u32(1)+"\x00\x54"+u32(13)+none+"\x00\x00"+none+u32(2)+u32(1)+epoch+noExt+u32(1)+"\x01"))
	closes   = secure("CLOF", 9, request(452, ""))
)

func client(b []byte) dissecttest.Piece { return dissecttest.Piece{Data: b} }
func server(b []byte) dissecttest.Piece { return dissecttest.Piece{Dir: 1, Data: b} }

// bench is one on OPC UA's port.
func bench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol)
	b.Port = 4840
	return b
}

func TestMessages(t *testing.T) {
	for name, tt := range map[string]struct {
		bytes     []byte
		malformed string
		want      map[string]string
	}{
		"hello":                          {hail, "", map[string]string{"opcua.transport.type": "HEL", "opcua.transport.endpoint": endpointURL, "related.hosts": "plc.example.com", "opcua.transport.chunk": "F"}},
		"acknowledge":                    {acked, "", map[string]string{"opcua.transport.type": "ACK"}},
		"error":                          {failed, "", map[string]string{"opcua.transport.error": "2156068864", "opcua.status": "BadTcpEndpointUrlInvalid", "opcua.transport.reason": "no such endpoint"}},
		"reverse hello":                  {reversed, "", map[string]string{"opcua.transport.type": "RHE", "opcua.transport.suri": "urn:server", "opcua.transport.endpoint": endpointURL}},
		"open":                           {opens, "", map[string]string{"opcua.security.spu": noSecurity, "opcua.servicenodeid": "446", "opcua.service": "OpenSecureChannelRequest", "opcua.transport.scid": "0", "opcua.security.rqid": "1", "opcua.request_handle": "7"}},
		"create session":                 {session, "", map[string]string{"opcua.application_uri": "urn:client", "opcua.transport.endpoint": endpointURL, "opcua.session_name": "session 1", "opcua.security.seq": "51", "opcua.security.tokenid": "6"}},
		"log in":                         {login1, "", map[string]string{"user.name": "operator", "opcua.service": "ActivateSessionRequest"}},
		"read":                           {reads, "", map[string]string{"opcua.node_id": "ns=2;s=Temperature,i=2258", "opcua.servicenodeid": "631"}},
		"fault":                          {refused, "", map[string]string{"opcua.service": "ServiceFault", "opcua.service_result": "2149908480", "opcua.status": "BadSessionIdInvalid"}},
		"write":                          {writes, "", map[string]string{"opcua.node_id": "ns=1;i=70000,ns=1;g=00112233-4455-6677-8899-aabbccddeeff,ns=1;b=AQI="}},
		"call":                           {calls, "", map[string]string{"opcua.node_id": "i=85,i=86"}},
		"browse":                         {browses, "", map[string]string{"opcua.node_id": "i=84"}},
		"monitor":                        {monitors, "", map[string]string{"opcua.node_id": "i=84"}},
		"close":                          {closes, "", map[string]string{"opcua.transport.type": "CLO", "opcua.servicenodeid": "452"}},
		"uncertain":                      {secure("MSGF", 4, response(634, 0x40000000, "")), "", map[string]string{"opcua.status": "Uncertain"}},
		"no such status":                 {secure("MSGF", 4, response(634, 0x80290000, "")), "", map[string]string{"opcua.status": "Bad"}},
		"a service that nobody knows":    {secure("MSGF", 4, nodeOf(1)), "", map[string]string{"opcua.servicenodeid": "1", "opcua.service": ""}},
		"a service by a name":            {secure("MSGF", 4, "\x03\x00\x00"+str("x")), "", map[string]string{"opcua.servicenodeid": ""}},
		"an encoding that nobody has":    {secure("MSGF", 4, "\x09"), "opcua", map[string]string{"opcua.servicenodeid": ""}},
		"an endpoint beyond the message": {chunk("HELF", strings.Repeat("\x00", 20)+u32(9)+"opc"), "opcua", map[string]string{"opcua.transport.endpoint": ""}},
		"a request without its handle":   {secure("MSGF", 4, nodeOf(631)+null), "opcua", map[string]string{"opcua.service": "ReadRequest", "opcua.request_handle": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			r := bench().Stream(Protocol, client(tt.bytes))[0]
			if r.Layers != "opcua" || r.Malformed != tt.malformed {
				t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestSecretsStayOut(t *testing.T) {
	b := bench()
	for _, reveal := range []bool{false, true} {
		b.Out.Reveal = reveal
		for _, m := range [][]byte{login1, session} {
			b.Stream(Protocol, client(m))
			if arena := string(b.Out.Arena); strings.Contains(arena, "canary") || strings.Contains(arena, "token of the session") {
				t.Errorf("a secret stands in the record: %q", arena)
			}
		}
	}
}

func TestTransactions(t *testing.T) {
	b := bench()
	pieces := []dissecttest.Piece{client(hail), server(acked), client(opens), client(slices.Concat(reads, writes)), server(refused)}
	got := b.Stream(Protocol, pieces...)
	got[1].Check(t, map[string]string{"request_in": "1", "event.duration": "1000000", "transaction.id": "flow:1"})
	got[3].Check(t, map[string]string{"transaction.id": "flow:3,flow:4", "opcua.servicenodeid": "631,673"})
	got[4].Check(t, map[string]string{"request_in": "4", "transaction.id": "flow:3"})
	if got[3].Layers != "opcua" {
		t.Errorf("two messages of a packet are %q", got[3].Layers)
	}
	b.Split(t, Protocol, pieces...)
}

// TestChunks: a message in chunks is dissected with the last.
func TestChunks(t *testing.T) {
	body := string(reads[headerLen+16:])
	first, last := secure("MSGC", 4, body[:20]), secure("MSGF", 4, body[20:])
	got := bench().Stream(Protocol, client(first), server(refused), client(last))
	got[0].Check(t, map[string]string{"opcua.transport.chunk": "C", "opcua.servicenodeid": ""})
	got[2].Check(t, map[string]string{"opcua.node_id": "ns=2;s=Temperature,i=2258"})

	given := bench().Stream(Protocol, client(first), client(secure("MSGA", 4, u32(0x80010000)+none)), client(reads))
	given[1].Check(t, map[string]string{"opcua.transport.chunk": "A", "opcua.servicenodeid": ""})
	given[2].Check(t, map[string]string{"opcua.node_id": "ns=2;s=Temperature,i=2258"})

	b := bench()
	long := request(631, epoch+u32(0)+u32(1)+"\x03\x02\x00"+str(strings.Repeat("x", maxBody)))
	r := b.Stream(Protocol, client(secure("MSGC", 4, long[:1000])), client(secure("MSGF", 4, long[1000:])))[1]
	if r.Malformed != "" || r.Truncated || !b.Out.Cut {
		t.Errorf("malformed %q, truncated %v, cut %v", r.Malformed, r.Truncated, b.Out.Cut)
	}
	r.Check(t, map[string]string{"opcua.service": "ReadRequest", "opcua.node_id": ""})
}

func TestLargeChunk(t *testing.T) {
	whole := secure("MSGF", 4, request(631, epoch+u32(0)+u32(1)+"\x00\x54"+u32(13)+none+"\x00\x00"+none)+strings.Repeat("\x00", maxWait))
	got := bench().Stream(Protocol, client(whole[:1000]), client(whole[1000:]), client(calls))
	got[0].Check(t, map[string]string{"opcua.node_id": "i=84"})
	got[2].Check(t, map[string]string{"opcua.node_id": "i=85,i=86"})
	if got[0].Malformed != "" || got[1].Layers != "" {
		t.Errorf("malformed %q, then %q", got[0].Malformed, got[1].Layers)
	}
}

func TestEncrypted(t *testing.T) {
	const policy = "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256"
	noise := strings.Repeat("\x9a\x51\x07\xe3", 16)
	got := bench().Stream(Protocol, client(opened(policy, noise)), client(secure("MSGF", 4, noise)), client(reads))
	got[0].Check(t, map[string]string{"opcua.security.spu": policy, "opcua.security.rqid": "", "opcua.servicenodeid": ""})
	got[1].Check(t, map[string]string{"opcua.transport.scid": "5", "opcua.servicenodeid": ""})
	got[2].Check(t, map[string]string{"opcua.servicenodeid": "631"}) // signed only
	for i, r := range got {
		if r.Malformed != "" {
			t.Errorf("message %d is malformed", i)
		}
	}
}

func TestBounds(t *testing.T) {
	b := bench()
	r := b.Stream(Protocol, client(secure("MSGF", 4, request(712, u32(2000)+strings.Repeat("\x00\x55\x00\x56"+none, 300)))))[0]
	if n := len(r.Fields["opcua.node_id"]); n != 2*maxItems || !b.Out.Cut || r.Malformed != "" {
		t.Errorf("%d nodes, cut %v, malformed %q", n, b.Out.Cut, r.Malformed)
	}
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{
		string(hail): {true, true}, string(acked): {true, true}, string(failed): {true, true}, string(opens): {true, true},
		string(reads): {true, false}, "HE": {true, false}, "HELP ME": {false, false}, "HELF\x10": {true, false}, "HELF": {true, false}, "GET / HTTP/1.1": {false, false},
		"HELF\x07\x00\x00\x00": {false, false}, "ACKF\x1d\x00\x00\x00" + strings.Repeat("\x00", 21): {true, false},
		"ERRF" + u32(16) + u32(0) + none: {true, false}, "MSGX" + u32(16): {false, false},
	})
	for _, m := range [][]byte{hail, []byte("GET / HTTP/1.1\r\n")} {
		b := dissecttest.New(nil, Protocol)
		if got := b.Stream(Protocol, client(m))[0].Layers; got != "" {
			t.Errorf("on another port, where tshark does not look: %q", got)
		}
	}
	b := dissecttest.New(nil, Protocol)
	b.P.Options.Wireshark = false
	if got := b.Stream(Protocol, client(hail))[0].Layers; got != "opcua" {
		t.Errorf("on another port: %q", got)
	}
}

func TestSummary(t *testing.T) {
	b := bench()
	for want, m := range map[string][]byte{
		"Hello message, " + endpointURL:                                     hail,
		"UA Secure Conversation Message: ReadRequest, i=2258":               reads,
		"UA Secure Conversation Message: ServiceFault, BadSessionIdInvalid": refused,
		"Error message, no such endpoint":                                   failed,
		"UA Secure Conversation Message: ReadRequest, CallRequest, i=86":    slices.Concat(reads, calls),
	} {
		if b.Stream(Protocol, client(m)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func FuzzOPCUA(f *testing.F) {
	for _, m := range [][]byte{hail, acked, failed, reversed, opens, session, login1, reads, refused, writes, calls, browses, monitors, closes} {
		f.Add(m, 0)
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Stream(Protocol, dissecttest.Piece{Data: data, Wire: wire}, server(data), dissecttest.Piece{Dir: 1, Data: data, FIN: true})
		b.Invariants(t)
		if guess(data) && !accept(data) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
