// SPDX-License-Identifier: Apache-2.0

package http2

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/grpc"
)

// fr is one frame.
func fr(kind, flags uint8, id uint32, payload string) string {
	n := len(payload)
	return string(binary.BigEndian.AppendUint32([]byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags}, id)) + payload
}

// encoder makes the header blocks of one direction.
type encoder struct {
	buf bytes.Buffer
	*hpack.Encoder
}

func newEncoder() *encoder {
	e := &encoder{}
	e.Encoder = hpack.NewEncoder(&e.buf)
	return e
}

// block encodes names and values in turn.
func (e *encoder) block(headers ...string) string {
	e.buf.Reset()
	for i := 0; i+1 < len(headers); i += 2 {
		if err := e.WriteField(hpack.HeaderField{Name: headers[i], Value: headers[i+1]}); err != nil {
			panic(err) // a bytes.Buffer has no errors
		}
	}
	return e.buf.String()
}

func get(path string) []string {
	return []string{":method", "GET", ":scheme", "http", ":authority", "example.com:8080", ":path", path, "user-agent", "test/1"}
}

func client(frames ...string) dissecttest.Piece {
	return dissecttest.Piece{Data: []byte(strings.Join(frames, ""))}
}

func server(frames ...string) dissecttest.Piece {
	return dissecttest.Piece{Dir: 1, Data: []byte(strings.Join(frames, ""))}
}

const (
	endStream  = flagEndStream
	endHeaders = flagEndHeaders
)

var (
	hello = preface + fr(typeSettings, 0, 0, "\x00\x03\x00\x00\x00\x64\x00\x04\x00\x01\x00\x00")
	ready = fr(typeSettings, 0, 0, "")
)

func newBench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, grpc.Protocol)
	b.Port = 80
	return b
}

func TestExchange(t *testing.T) {
	c, s := newEncoder(), newEncoder()
	pieces := []dissecttest.Piece{
		client(hello, fr(typeHeaders, endStream|endHeaders, 1, c.block(append(get("/a?b=c"), "referer", "http://h/?token=x", "x-forwarded-for", "192.0.2.7, 2001:db8::7")...))),
		server(ready, fr(typeHeaders, endHeaders, 1, s.block(":status", "200", "content-type", "text/plain", "content-length", "5", "server", "s")), fr(typeData, endStream, 1, "hello")),
		client(fr(typeHeaders, endHeaders, 3, c.block(":method", "POST", ":scheme", "https", ":authority", "example.com", ":path", "/p")), fr(typeData, flagPadded|endStream, 3, "\x02ab\x00\x00")),
		server(fr(typeHeaders, endStream|endHeaders, 3, s.block(":status", "404", "server", "s"))),
	}
	b := newBench()
	b.P.Options.Wireshark = false
	r := b.Stream(Protocol, pieces...)
	r[0].Check(t, map[string]string{"http2.magic": "true", "http2.type": "SETTINGS,HEADERS", "http2.streamid": "0,1", "http2.settings.max_concurrent_streams": "100",
		"http2.settings.initial_window_size": "65536", "http2.headers.method": "GET", "http2.headers.path": "/a?b=c", "http2.headers.authority": "example.com:8080",
		"http.request.method": "GET", "http.version": "2", "url.full": "http://example.com:8080/a?b=c", "url.domain": "example.com", "url.port": "8080", "url.path": "/a", "url.query": "b=c",
		"user_agent.original": "test/1", "http.request.referrer": "http://h/?token=[redacted]", "http2.headers.referer": "http://h/?token=[redacted]",
		"related.ip": "192.0.2.7,2001:db8::7", "transaction.id": "flow:1", "http.message_end": "true", "http.request.body.bytes": ""})
	r[1].Check(t, map[string]string{"http2.type": "SETTINGS,HEADERS,DATA", "http2.headers.status": "200", "http.response.status_code": "200", "http2.headers.content_type": "text/plain",
		"http2.headers.content_length": "5", "http2.headers.server": "s", "request_in": "1", "event.duration": "1000000", "transaction.id": "flow:1", "http.response.body.bytes": "5", "http.message_end": "true"})
	r[2].Check(t, map[string]string{"http.request.method": "POST", "url.full": "https://example.com/p", "http.request.body.bytes": "2", "http.message_end": "true", "transaction.id": "flow:2"})
	r[3].Check(t, map[string]string{"http.response.status_code": "404", "http2.headers.server": "s", "request_in": "3", "transaction.id": "flow:2", "http.response.body.bytes": "", "http.message_end": "true"})
	for i, want := range []string{"http2", "http2", "http2", "http2"} {
		if r[i].Layers != want || r[i].Malformed != "" {
			t.Errorf("packet %d: layers %q, malformed %q", i+1, r[i].Layers, r[i].Malformed)
		}
	}
	b.P.Options.Wireshark = true
	r = b.Stream(Protocol, pieces...)
	r[0].Check(t, map[string]string{"http2.headers.method": "GET", "http.request.method": "", "url.full": "", "user_agent.original": "", "http2.headers.user_agent": "test/1"})
	r[1].Check(t, map[string]string{"http2.headers.status": "200", "http.response.status_code": "", "http.message_end": ""})
}

func TestFrames(t *testing.T) {
	for _, tt := range []struct {
		name, frames string
		malformed    bool
		want         map[string]string
	}{
		{name: "RST_STREAM", frames: fr(typeRstStream, 0, 7, "\x00\x00\x00\x08"), want: map[string]string{"http2.type": "SETTINGS,RST_STREAM", "http2.streamid": "0,7", "http2.rst_stream.error": "CANCEL"}},
		{name: "error without a name", frames: fr(typeRstStream, 0, 7, "\x00\x00\x01\x00"), want: map[string]string{"http2.rst_stream.error": "256"}},
		{name: "GOAWAY", frames: fr(typeGoAway, 0, 0, "\x80\x00\x00\x09\x00\x00\x00\x0btoo_many_pings"),
			want: map[string]string{"http2.goaway.last_stream_id": "9", "http2.goaway.error": "ENHANCE_YOUR_CALM", "http2.goaway.addata": "too_many_pings"}},
		{name: "PING and its acknowledgement", frames: fr(typePing, 0, 0, "12345678") + fr(typePing, flagAck, 0, "abcdefgh"), want: map[string]string{"http2.ping": "3132333435363738", "http2.pong": "6162636465666768"}},
		{name: "WINDOW_UPDATE", frames: fr(typeWindowUpdate, 0, 1, "\x80\x00\x01\x00"), want: map[string]string{"http2.window_update.window_size_increment": "256"}},
		{name: "PRIORITY", frames: fr(typePriority, 0, 5, "\x80\x00\x00\x03\x0f"), want: map[string]string{"http2.stream_dependency": "3", "http2.headers.weight": "15"}},
		{name: "ALTSVC", frames: fr(typeAltSvc, 0, 0, "\x00\x04h://h3=x"), want: map[string]string{"http2.origin.origin": "h://", "http2.altsvc.field_value": "h3=x"}},
		{name: "ORIGIN", frames: fr(typeOrigin, 0, 0, "\x00\x01a\x00\x02bc"), want: map[string]string{"http2.origin.origin": "a,bc"}},
		{name: "PRIORITY_UPDATE", frames: fr(typePriorityUpdate, 0, 0, "\x00\x00\x00\x01u=1"), want: map[string]string{"http2.priority_update_field_value": "u=1"}},
		{name: "type that nobody knows", frames: fr(0x5a, 1, 0, "xyz"), want: map[string]string{"http2.type": "SETTINGS,90", "http2.flags": "0,1"}},
		{name: "unknown setting", frames: fr(typeSettings, 0, 0, "\x0a\x0a\x00\x00\x00\x01"), want: map[string]string{"http2.settings.id": "2570"}},
		{name: "SETTINGS of half a setting", frames: fr(typeSettings, 0, 0, "\x00\x05\x00\x00\x40\x00\x00"), malformed: true, want: map[string]string{"http2.settings.max_frame_size": "16384"}},
		{name: "RST_STREAM of three bytes", frames: fr(typeRstStream, 0, 7, "\x00\x00\x00") + fr(typePing, 0, 0, "12345678"), malformed: true, want: map[string]string{"http2.rst_stream.error": "", "http2.ping": "3132333435363738"}},
		{name: "frame too large to look at", frames: fr(typeGoAway, 0, 0, strings.Repeat("x", maxBlock+1)) + fr(typePing, 0, 0, "12345678"), malformed: true,
			want: map[string]string{"http2.type": "SETTINGS,GOAWAY,PING", "http2.goaway.error": ""}},
		{name: "more padding than payload", frames: fr(typeData, flagPadded, 1, "\x09x"), malformed: true},
		{name: "DATA of a stream that nobody knows", frames: fr(typeData, endStream, 1, "x"), want: map[string]string{"http2.type": "SETTINGS,DATA", "http.message_end": ""}},
		{name: "CONTINUATION of nothing", frames: fr(typeContinuation, endHeaders, 1, ""), malformed: true},
		{name: "index of no header", frames: fr(typeHeaders, endHeaders, 1, "\xff\x7f"), malformed: true},
		{name: "half a header", frames: fr(typeHeaders, endHeaders, 1, "\x82\x40\x05ab"), malformed: true, want: map[string]string{"http2.headers.method": "GET"}},
		{name: "status that is no number", frames: fr(typeHeaders, endHeaders, 1, newEncoder().block(":status", "ok")), malformed: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench()
			b.P.Options.Wireshark = false
			r := dissecttest.Merge(b.Stream(Protocol, server(ready+tt.frames))...)
			if r.Malformed != "" != tt.malformed {
				t.Errorf("malformed %q", r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

// A header block may be in pieces, and its table is kept from block to block, also where a stream is refused.
func TestHeaderBlocks(t *testing.T) {
	e := newEncoder()
	first, second, third := e.block(append(get("/1"), "x-long", strings.Repeat("v", 100))...), e.block(get("/2")...), e.block(get("/3")...)
	b := newBench()
	b.P.Options.Wireshark = false
	r := b.Stream(Protocol, client(hello, fr(typeHeaders, endStream|flagPadded|flagPriority, 1, "\x02\x00\x00\x00\x00\x0f"+first[:3]+"\x00\x00"), fr(typeContinuation, 0, 1, first[3:20])),
		client(fr(typeContinuation, endHeaders, 1, first[20:])), client(fr(typeHeaders, endStream|endHeaders, 3, second), fr(typeHeaders, endStream|endHeaders, 5, third)))
	r[0].Check(t, map[string]string{"http2.type": "SETTINGS,HEADERS,CONTINUATION", "http2.headers.method": "", "http2.headers.weight": "15"})
	r[1].Check(t, map[string]string{"http2.type": "CONTINUATION", "http2.headers.path": "/1", "http.message_end": "true"})
	r[2].Check(t, map[string]string{"http2.headers.path": "/2,/3", "transaction.id": "flow:2,flow:3"})
}

// One byte stands for a whole header: what is written of them is bounded.
func TestBomb(t *testing.T) {
	b := newBench()
	b.P.Options.Wireshark = false
	e := newEncoder()
	bomb := e.block("server", strings.Repeat("x", 4000)) + strings.Repeat("\xbe", 16000)
	r := dissecttest.Merge(b.Stream(Protocol, server(ready, fr(typeHeaders, endHeaders, 1, bomb), fr(typeHeaders, endHeaders, 3, e.block(":status", "204"))))...)
	if n := len(r.Fields["http2.headers.server"]); n == 0 || n > 20 {
		t.Errorf("%d headers", n)
	}
	r.Check(t, map[string]string{"http2.headers.status": "204"})
}

// A server's push is a request that it makes up, and answers.
func TestPush(t *testing.T) {
	c, s := newEncoder(), newEncoder()
	b := newBench()
	b.P.Options.Wireshark = false
	r := b.Stream(Protocol, client(hello, fr(typeHeaders, endStream|endHeaders, 1, c.block(get("/")...))),
		server(ready, fr(typePushPromise, endHeaders, 1, "\x00\x00\x00\x02"+s.block(get("/style")...))), server(fr(typeHeaders, endStream|endHeaders, 2, s.block(":status", "200"))))
	r[1].Check(t, map[string]string{"http2.push_promise.promised_stream_id": "2", "url.path": "/style", "transaction.id": "flow:2", "http.message_end": ""})
	r[2].Check(t, map[string]string{"request_in": "2", "transaction.id": "flow:2", "http.message_end": "true"})
}

func TestResponses(t *testing.T) {
	c, s := newEncoder(), newEncoder()
	post := []string{":method", "POST", ":scheme", "http", ":authority", "h", ":path", "/"}
	b := newBench()
	b.P.Options.Wireshark = false
	r := b.Stream(Protocol, client(hello, fr(typeHeaders, endHeaders, 1, c.block(post...)), fr(typeHeaders, endHeaders, 3, c.block(post...))),
		server(ready, fr(typeHeaders, endHeaders, 1, s.block(":status", "100"))),
		client(fr(typeData, endStream, 1, "x")),
		server(fr(typeHeaders, endHeaders, 1, s.block(":status", "200")), fr(typeData, 0, 1, "ab"), fr(typeData, 0, 1, "c")),
		server(fr(typeHeaders, endHeaders|endStream, 1, s.block("x-checksum", "1"))),
		client(fr(typeRstStream, 0, 3, "\x00\x00\x00\x08")),
		server(fr(typeHeaders, endHeaders|endStream, 3, s.block(":status", "200"))),
		client(fr(typeHeaders, endHeaders, 5, c.block(":method", "CONNECT", ":authority", "u:c4n4ry@h:443"))))
	r[1].Check(t, map[string]string{"http2.headers.status": "100", "request_in": ""})
	r[2].Check(t, map[string]string{"http.request.body.bytes": "1", "http.message_end": "true"})
	r[3].Check(t, map[string]string{"http2.headers.status": "200", "request_in": "1", "transaction.id": "flow:1", "http.message_end": ""})
	r[4].Check(t, map[string]string{"http.response.body.bytes": "3", "http.message_end": "true", "request_in": ""})
	r[6].Check(t, map[string]string{"http2.headers.status": "200", "request_in": ""})
	r[7].Check(t, map[string]string{"url.domain": "h", "url.port": "443", "url.path": "", "http2.headers.authority": "u:[redacted]@h:443"})
}

func TestGRPC(t *testing.T) {
	c, s := newEncoder(), newEncoder()
	call := []string{":method", "POST", ":scheme", "http", ":path", "/pkg.Greeter/SayHello", ":authority", "h", "content-type", "application/grpc", "grpc-timeout", "1S", "grpc-encoding", "gzip"}
	b := newBench()
	b.P.Options.Wireshark = false
	one, two := "\x00\x00\x00\x00\x03abc", "\x01\x00\x00\x00\x00"
	r := b.Stream(Protocol, client(hello, fr(typeHeaders, endHeaders, 1, c.block(call...)), fr(typeData, endStream, 1, one+two+one[:4])),
		server(ready, fr(typeHeaders, endHeaders, 1, s.block(":status", "200", "content-type", "application/grpc+proto")), fr(typeData, 0, 1, one[:2]), fr(typeData, 0, 1, one[2:6])),
		server(fr(typeData, 0, 1, one[6:]), fr(typeHeaders, endStream|endHeaders, 1, s.block("grpc-status", "14", "grpc-message", "over%20loaded"))),
		client(fr(typeHeaders, endHeaders, 3, c.block(call...)), fr(typeData, 0, 3, "\x02\x00\x00\x00\x01x")))
	r[0].Check(t, map[string]string{"grpc.service": "pkg.Greeter", "grpc.method": "SayHello", "grpc.timeout": "1S", "grpc.encoding": "gzip", "grpc.message_length": "3,0", "grpc.compressed_flag": "false,true"})
	r[1].Check(t, map[string]string{"grpc.message_length": "3", "http2.type": "SETTINGS,HEADERS,DATA,DATA"})
	r[2].Check(t, map[string]string{"grpc.status_code": "UNAVAILABLE", "grpc.status_message": "over loaded", "grpc.message_length": "", "http.response.body.bytes": "8", "http.message_end": "true"})
	if r[0].Layers != "http2:grpc" || r[1].Layers != "http2:grpc" || r[2].Layers != "http2" || r[3].Malformed != "grpc" {
		t.Errorf("layers %q, %q, %q, malformed %q", r[0].Layers, r[1].Layers, r[2].Layers, r[3].Malformed)
	}
}

// The payload of DATA is passed over; its frame stands with its header, in compat mode in the packet that completes it. http.message_end is in that in any case.
func TestWhere(t *testing.T) {
	c := newEncoder()
	data := fr(typeData, endStream, 1, strings.Repeat("x", 30))
	pieces := []dissecttest.Piece{client(hello, fr(typeHeaders, endHeaders, 1, c.block(get("/")...))), client(data[:5]), client(data[5:20]), client(data[20:30]), client(data[30:])}
	b := newBench()
	for compat, want := range map[bool]string{false: "|||DATA||", true: "|||||DATA"} {
		b.P.Options.Wireshark = compat
		got := ""
		for i, r := range b.Stream(Protocol, pieces...) {
			if i > 0 {
				got += "|" + strings.Join(r.Fields["http2.type"], ",")
			}
			if i == 4 && !compat {
				r.Check(t, map[string]string{"http.message_end": "true", "http.request.body.bytes": "30"})
			}
		}
		if "|"+got != want {
			t.Errorf("compat %v: %s, want %s", compat, "|"+got, want)
		}
	}
}

// What the capture cut of a frame is passed over; after a header block that it cut no other can be decoded.
func TestCut(t *testing.T) {
	c, s := newEncoder(), newEncoder()
	b := newBench()
	b.P.Options.Wireshark = false
	head := fr(typeHeaders, endHeaders|endStream, 1, c.block(append(get("/"), "x", strings.Repeat("v", 100))...))
	r := b.Stream(Protocol, dissecttest.Piece{Data: []byte(hello)}, dissecttest.Piece{Data: []byte(head[:40]), Wire: len(head)}, server(ready+fr(typeHeaders, endHeaders, 1, s.block(":status", "200"))))
	r[1].Check(t, map[string]string{"http2.type": "HEADERS", "http2.headers.method": "GET", "http2.headers.scheme": "http", "transaction.id": "flow:1"})
	if !r[1].Truncated || r[1].Malformed != "" {
		t.Errorf("truncated %v, malformed %q", r[1].Truncated, r[1].Malformed)
	}
	r[2].Check(t, map[string]string{"http2.headers.status": "200", "request_in": "2"})
}

// A server that does not know HTTP/2 answers in what it does know: the conversation is left to who that is.
func TestRefused(t *testing.T) {
	b := newBench()
	b.Stream(Protocol, client(hello), server("HTTP/1.1 400 Bad Request\r\n"))
	if app := b.P.Conversation.App; app != nil {
		t.Errorf("still %s", app.Name)
	}
}

// HTTP/1 hands over with the request that asked for it, which is answered on stream 1.
func TestUpgraded(t *testing.T) {
	first := &dissect.Protocol{Name: "first"}
	first.Stream = func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
		c.Ask(p, 0)
		r, _ := c.Answer(0)
		c.HandOver(Protocol, r)
		return len(data)
	}
	b := dissecttest.New(nil, Protocol, first)
	r := b.Stream(first, client("up"), server(ready), client(hello), server(fr(typeHeaders, endHeaders|endStream, 1, newEncoder().block(":status", "200"))))
	r[3].Check(t, map[string]string{"request_in": "1", "event.duration": "3000000", "transaction.id": "flow:1"})
}

// tshark finds HTTP/2 by the client's preface on a port of HTTP's only.
func TestFound(t *testing.T) {
	b := newBench()
	for _, tt := range []struct {
		compat bool
		port   uint16
		piece  dissecttest.Piece
		want   string
	}{
		{false, 80, server(ready), "http2"}, {false, 9000, client(hello), "http2"},
		{true, 80, server(ready), ""}, {true, 9000, client(hello), ""}, {true, 8080, client(hello), "http2"},
	} {
		b.P.Options.Wireshark, b.Port = tt.compat, tt.port
		if r := b.Stream(Protocol, tt.piece); r[0].Layers != tt.want {
			t.Errorf("compat %v, port %d: layers %q, want %q", tt.compat, tt.port, r[0].Layers, tt.want)
		}
	}
}

func TestSegmentation(t *testing.T) {
	c, s := newEncoder(), newEncoder()
	b := newBench()
	for _, compat := range []bool{false, true} {
		b.P.Options.Wireshark = compat
		b.Split(t, Protocol, client(hello, fr(typeHeaders, endHeaders, 1, c.block(get("/")...)), fr(typeData, endStream|flagPadded, 1, "\x01abc\x00")),
			server(ready, fr(typeHeaders, endHeaders, 1, s.block(":status", "200")), fr(typeData, 0, 1, "abc"), fr(typeData, endStream, 1, "d")))
	}
}

func TestGuess(t *testing.T) {
	for data, want := range map[string]bool{
		preface:                          true,
		"PRI * HTTP/2.0\r\n":             true,
		"PRI * HTTP/2.0\r\n\r\nXX":       false,
		"PRI * ":                         false,
		hello[len(preface):]:             true,
		ready:                            false,
		fr(typeSettings, flagAck, 0, ""): false,
		fr(typeSettings, 0, 0, "\x00\x02\x00\x00\x00\x02"): false,
		fr(typeSettings, 0, 0, "\x00\x04\x80\x00\x00\x00"): false,
		fr(typeSettings, 0, 0, "\x00\x05\x00\x00\x00\x01"): false,
		fr(typeSettings, 0, 0, "\x00\x99\x00\x00\x00\x01"): false,
		fr(typeHeaders, 0, 1, "123456"):                    false,
		"GET / HTTP/1.1\r\n":                               false,
		"":                                                 false,
	} {
		if got := guess([]byte(data)); got != want {
			t.Errorf("%q: %v", data, got)
		}
	}
}

func TestSummary(t *testing.T) {
	e := newEncoder()
	b := newBench()
	b.P.Options.Wireshark = false
	b.Stream(Protocol, client(hello, fr(typeHeaders, endHeaders, 1, e.block(get("/a")...)), fr(typeHeaders, endHeaders, 3, e.block(get("/b")...))))
	if got, want := b.Summary(Protocol), "Magic, SETTINGS[0], HEADERS[1]: GET /a, HEADERS[3]: GET /b"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.Stream(Protocol, server(ready, fr(typeHeaders, endHeaders, 1, newEncoder().block(":status", "200")), strings.Repeat(fr(typeData, 0, 1, "x"), maxNamed)))
	if got := b.Summary(Protocol); !strings.HasPrefix(got, "SETTINGS[0], HEADERS[1]: 200, DATA[1], ") || !strings.HasSuffix(got, ", …") {
		t.Errorf("%q", got)
	}
}

// What is planted in every place of a secret must be in no field, unless secrets are to be seen; nor what bodies hold, in any case.
func TestCanary(t *testing.T) {
	const canary, body = "c4n4ry", "b0dy"
	c, s := newEncoder(), newEncoder()
	pieces := []dissecttest.Piece{
		client(hello, fr(typeHeaders, endHeaders, 1, c.block(":method", "GET", ":scheme", "http", ":authority", "u:"+canary+"@h", ":path", "/?access_token="+canary, "authorization", "Basic "+canary,
			"proxy-authorization", canary, "cookie", "a="+canary, "cookie", "b="+canary, "referer", "http://h/?token="+canary)), fr(typeData, endStream, 1, body)),
		server(ready, fr(typeHeaders, endHeaders, 1, s.block(":status", "302", "set-cookie", "s="+canary, "location", "/cb#access_token="+canary)), fr(typeData, endStream, 1, body)),
	}
	b := newBench()
	for _, reveal := range []bool{false, true} {
		b.Out.Reveal, b.P.Options.Wireshark = reveal, false
		n := 0
		for name, values := range dissecttest.Merge(b.Stream(Protocol, pieces...)...).Fields {
			text := strings.Join(values, ",")
			n += strings.Count(text, canary)
			if strings.Contains(text, canary) && !reveal || strings.Contains(text, body) {
				t.Errorf("%s = %q", name, text)
			}
		}
		if reveal && n < 12 {
			t.Errorf("revealed, the canary is in %d values only", n)
		}
	}
}

func TestSummaryOfGRPC(t *testing.T) {
	b := newBench()
	b.P.Options.Wireshark = false
	const message = "\x00\x00\x00\x00\x03abc"
	b.Stream(Protocol, client(hello, fr(typeHeaders, endHeaders, 1, newEncoder().block(":method", "POST", ":path", "/p.S/M", "content-type", "application/grpc")), fr(typeData, 0, 1, message+message)))
	if got, want := b.Summary(grpc.Protocol), "p.S/M, Message of 3 bytes, Message of 3 bytes"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.Stream(Protocol, server(ready, fr(typeHeaders, endHeaders, 1, newEncoder().block(":status", "200", "content-type", "application/grpc")), fr(typeData, 0, 1, message),
		fr(typeHeaders, endHeaders|endStream, 1, newEncoder().block("grpc-status", "0"))))
	if got, want := b.Summary(grpc.Protocol), "Message of 3 bytes, OK"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzHTTP2(f *testing.F) {
	c, s := newEncoder(), newEncoder()
	f.Add([]byte(hello+fr(typeHeaders, endHeaders, 1, c.block(get("/")...))+fr(typeData, endStream|flagPadded, 1, "\x01ab")),
		[]byte(ready+fr(typeHeaders, 0, 1, s.block(":status", "200", "content-type", "application/grpc"))+fr(typeContinuation, endHeaders, 1, "")+fr(typeData, endStream, 1, "\x00\x00\x00\x00\x01x")), false)
	f.Add([]byte(hello+fr(typeGoAway, 0, 0, "12345678x")+fr(typeAltSvc, 0, 0, "\x00\x09x")), []byte(ready+fr(typePushPromise, endHeaders, 1, "\x00\x00\x00\x02"+s.block(get("/")...))), true)
	b := newBench()
	f.Fuzz(func(t *testing.T, request, response []byte, compat bool) {
		b.P.Options.Wireshark = compat
		half := len(response) / 2
		r := dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Data: request}, dissecttest.Piece{Dir: 1, Data: response[:half]}, dissecttest.Piece{Dir: 1, Data: response[half:], FIN: true})...)
		b.Invariants(t)
		if n := len(r.Fields["http2.type"]); n != len(r.Fields["http2.streamid"]) || n != len(r.Fields["http2.length"]) {
			t.Fatalf("%d frames, fields %v", n, r.Fields)
		}
		if compat && r.Fields["http.request.method"] != nil {
			t.Fatal("compat mode has a field of HTTP/1")
		}
		b.Stream(Protocol, dissecttest.Piece{Data: request, Wire: len(request) + 1}, dissecttest.Piece{Data: response})
		b.Invariants(t)
	})
}
