// SPDX-License-Identifier: Apache-2.0

package http

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// text makes a message of lines.
func text(lines ...string) string { return strings.Join(lines, "\r\n") }

var client, server = dissecttest.Client, dissecttest.Server

func closed(p dissecttest.Piece) dissecttest.Piece { p.FIN = true; return p }

var get = text("GET /a?b=c HTTP/1.1", "Host: example.com:8080", "User-Agent: test/1", "Referer: http://example.org/?token=x", "", "")

func TestConversations(t *testing.T) {
	tests := []struct {
		name   string
		pieces []dissecttest.Piece
		layers string
		want   map[string]string
	}{
		{name: "request", pieces: []dissecttest.Piece{client(get)}, layers: "http", want: map[string]string{"http.request.method": "GET", "http.version": "1.1",
			"http.request.version": "HTTP/1.1", "url.original": "/a?b=c", "url.full": "http://example.com:8080/a?b=c", "url.scheme": "http", "url.domain": "example.com",
			"url.port": "8080", "url.path": "/a", "url.query": "b=c", "http.host": "example.com:8080", "user_agent.original": "test/1",
			"http.request.referrer": "http://example.org/?token=[redacted]", "related.hosts": "example.com", "http.message_end": "true", "http.request.body.bytes": ""}},
		{name: "length", pieces: []dissecttest.Piece{client(get), server(text("HTTP/1.1 404 Not Found", "Content-Length: 5", "Content-Type:text/plain ", "Server: s", "", "hello"))}, layers: "http:http",
			want: map[string]string{"http.response.status_code": "404", "http.response.phrase": "Not Found", "http.content_length": "5", "http.content_type": "text/plain",
				"http.server": "s", "http.response.body.bytes": "5", "http.message_end": "true,true", "request_in": "1", "event.duration": "1000000", "transaction.id": "flow:1,flow:1"}},
		{name: "length of 0 and no phrase", pieces: []dissecttest.Piece{server(text("HTTP/1.0 200", "Content-Length: 0", "", ""))}, layers: "http",
			want: map[string]string{"http.response.phrase": "", "http.response.body.bytes": "0", "http.message_end": "true", "http.version": "1.0"}},
		{name: "chunks", pieces: []dissecttest.Piece{client(get), server(text("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, Chunked", "Content-Length: 3", "",
			"5;x=y", "hello", "A ", "0123456789", "0", "Trailer: x", "", ""))}, layers: "http:http", want: map[string]string{"http.response.body.bytes": "15", "http.message_end": "true,true"}},
		{name: "until close", pieces: []dissecttest.Piece{client(get), server("HTTP/1.0 200 OK\n\nhel"), closed(server("lo"))}, layers: "http:http",
			want: map[string]string{"http.response.body.bytes": "5", "http.message_end": "true,true"}},
		{name: "HEAD has no body", pieces: []dissecttest.Piece{client(strings.Replace(get, "GET", "HEAD", 1) + get), server(text("HTTP/1.1 200 OK", "Content-Length: 5", "", "HTTP/1.1 204 No Content", "", ""))},
			layers: "http:http:http:http", want: map[string]string{"http.response.status_code": "200,204", "http.message_end": "true,true,true,true", "http.response.body.bytes": "",
				"transaction.id": "flow:1,flow:2,flow:1,flow:2"}},
		{name: "interim response", pieces: []dissecttest.Piece{client(text("POST / HTTP/1.1", "Expect: 100-continue", "Content-Length: 2", "", "")), server("HTTP/1.1 100 Continue\r\n\r\n"),
			client("ab"), server("HTTP/1.1 304 Not Modified\r\n\r\n")}, layers: "http:http:http",
			want: map[string]string{"http.response.status_code": "100,304", "http.request.body.bytes": "2", "transaction.id": "flow:1,flow:1"}},
		{name: "pipelined", pieces: []dissecttest.Piece{client(get + "\r\n" + get), server(strings.Repeat(text("HTTP/1.1 200 OK", "Content-Length: 1", "", "x"), 2))}, layers: "http:http:http:http",
			want: map[string]string{"url.original": "/a?b=c,/a?b=c", "http.response.body.bytes": "1,1"}},
		{name: "CONNECT ends HTTP", pieces: []dissecttest.Piece{client("CONNECT example.com:443 HTTP/1.1\r\n\r\n"), server("HTTP/1.1 200 OK\r\n\r\n" + get), client(get)}, layers: "http:http",
			want: map[string]string{"url.original": "example.com:443", "url.domain": "example.com", "url.port": "443", "url.full": "example.com:443", "url.path": ""}},
		{name: "CONNECT refused", pieces: []dissecttest.Piece{client("CONNECT example.com:443 HTTP/1.1\r\n\r\n"), server("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"), client(get)}, layers: "http:http:http"},
		{name: "upgrade ends HTTP", pieces: []dissecttest.Piece{client(get), server("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"), client(get)}, layers: "http:http",
			want: map[string]string{"http.upgrade": "websocket", "request_in": "1"}},
		{name: "absolute target", pieces: []dissecttest.Piece{client("GET https://u:p@[2001:db8::1]:81/x;sid=1?q#token=2 HTTP/1.1\r\nHost: other\r\n\r\n")}, layers: "http",
			want: map[string]string{"url.full": "https://u:[redacted]@[2001:db8::1]:81/x;sid=[redacted]?q#token=[redacted]", "url.scheme": "https", "url.domain": "2001:db8::1", "url.port": "81",
				"url.path": "/x;sid=[redacted]", "url.query": "q", "related.hosts": "", "http.host": "other"}},
		{name: "no Host", pieces: []dissecttest.Piece{client("OPTIONS * HTTP/1.0\n\n")}, layers: "http", want: map[string]string{"url.original": "*", "url.full": "", "url.path": "", "url.domain": ""}},
		{name: "lengths that differ", pieces: []dissecttest.Piece{client(get), server("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), server("HTTP/1.1 204 x\r\n\r\n")}, layers: "http:http:http",
			want: map[string]string{"http.response.status_code": "200,204"}},
		{name: "length that no body has, and a request behind it", pieces: []dissecttest.Piece{client(text("POST / HTTP/1.1", "Content-Length: 18446744073709551615", "", "") + get)}, layers: "http:http"},
		{name: "chunk without a length", pieces: []dissecttest.Piece{server("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"), server("HTTP/1.1 204 x\r\n\r\n")}, layers: "http:http"},
		{name: "head too large", pieces: []dissecttest.Piece{client("GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", maxHead))}, layers: "http", want: map[string]string{"http.host": "a"}},
		{name: "head cut by the capture", pieces: []dissecttest.Piece{{Data: []byte(get)[:40], Wire: 200}}, layers: "http", want: map[string]string{"url.path": "/a", "http.message_end": ""}},
		{name: "first line cut by the capture", pieces: []dissecttest.Piece{{Data: []byte("GET /download.ht"), Wire: 200}}, layers: "http",
			want: map[string]string{"url.path": "/download.ht", "http.version": "", "http.request.version": ""}},
		{name: "no version", pieces: []dissecttest.Piece{client("GET /a\r\n\r\n")}, layers: "http", want: map[string]string{"http.request.method": "GET", "url.original": "/a",
			"http.request.version": "", "http.version": "", "http.message_end": "true"}},
		{name: "half a version", pieces: []dissecttest.Piece{client("CCM_POST / HTTP/1.\nHost: a\n\n")}, layers: "http", want: map[string]string{"http.request.method": "CCM_POST",
			"http.request.version": "HTTP/1.", "http.version": "", "url.full": "http://a/"}},
		{name: "no target", pieces: []dissecttest.Piece{client("OPTIONS HTTP/1.1\r\n\r\n"), client("OPTIONS\nHost: a\n\n")}, layers: "http:http", want: map[string]string{
			"http.request.method": "OPTIONS,OPTIONS", "url.original": "HTTP/1.1,", "http.request.version": "", "url.full": "http://a"}},
		{name: "no version, response without a body", pieces: []dissecttest.Piece{client("HEAD /HTTP/1.1\n\n"), server("HTTP/1.1 400 Bad Request\nContent-Length: 925\n\n")}, layers: "http:http",
			want: map[string]string{"http.content_length": "925", "transaction.id": "flow:1,flow:1"}},
		{name: "another protocol", pieces: []dissecttest.Piece{client("OPTIONS rtsp://x RTSP/1.0\r\n\r\n"), client(get)}, layers: ""},
	}
	b := dissecttest.New(nil, Protocol)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, compat := range []bool{false, true} {
				b.P.Options.Wireshark = compat
				r := dissecttest.Merge(b.Stream(Protocol, tt.pieces...)...)
				if r.Layers != tt.layers {
					t.Errorf("layers %q, want %q (compat %v)", r.Layers, tt.layers, compat)
				}
				if !compat {
					r.Check(t, tt.want)
				}
			}
		})
	}
}

// A message stands in the packet that completes its head; in compat mode, its body.
func TestWhere(t *testing.T) {
	pieces := []dissecttest.Piece{client(get), server("HTTP/1.1 200 OK\r\nContent-"), server("Length: 9\r\n\r\nabc"), server("def"), server("ghi")}
	b := dissecttest.New(nil, Protocol)
	for _, tt := range []struct {
		compat bool
		want   string
	}{{false, "http,,http,,"}, {true, "http,,,,http"}} {
		b.P.Options.Wireshark = tt.compat
		r := b.Stream(Protocol, pieces...)
		var layers []string
		for _, r := range r {
			layers = append(layers, r.Layers)
		}
		if got := strings.Join(layers, ","); got != tt.want {
			t.Errorf("compat %v: %s, want %s", tt.compat, got, tt.want)
		}
		r[4].Check(t, map[string]string{"http.message_end": "true", "http.response.body.bytes": "9"})
	}
}

// Responses come in the order of their requests; tshark ties one response, an interim one also, to the last request, and the others to none.
func TestAnswers(t *testing.T) {
	ok, early := text("HTTP/1.1 200 OK", "Content-Length: 0", "", ""), text("HTTP/1.1 103 Early Hints", "", "")
	notify := client(text("NOTIFY / HTTP/1.1", "Host: a", "", ""))
	b := dissecttest.New(nil, Protocol)
	for _, tt := range []struct {
		name           string
		pieces         []dissecttest.Piece
		normal, compat string // the packets that are answered, of each packet
	}{
		{"pipelined", []dissecttest.Piece{client(get + get), client(get), server(ok), server(ok + ok), server(ok)}, "||1|1,2|", "||2||"},
		{"interim response", []dissecttest.Piece{client(get), server(early), server(ok)}, "||1", "|1|"},
		{"notification", []dissecttest.Piece{notify, server(ok), client(get), server(ok)}, "|1||3", "|||3"},
	} {
		for _, compat := range []bool{false, true} {
			b.P.Options.Wireshark = compat
			var answered []string
			for _, r := range b.Stream(Protocol, tt.pieces...) {
				answered = append(answered, strings.Join(r.Fields["http.request_in"], ","))
			}
			want := tt.normal
			if compat {
				want = tt.compat
			}
			if got := strings.Join(answered, "|"); got != want {
				t.Errorf("%s, compat %v: answers %s, want %s", tt.name, compat, got, want)
			}
		}
	}
}

// SCTP hands over whole messages: what is no head belongs to a body, once there was a head.
func TestMessages(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.P.Options.Wireshark = false
	r := b.Datagrams(Protocol, server("more of a body"), client(get), server("HTTP/1.1 200 OK\r\nServer: s\r\n\r\nServer: x"), server("more of a body"), client("GET / HTTP/1.1\r\nHost: cut"))
	for i, want := range []string{"", "http", "http", "http", "http"} {
		if r[i].Layers != want {
			t.Errorf("message %d: layers %q, want %q", i, r[i].Layers, want)
		}
	}
	r[1].Check(t, map[string]string{"http.request.method": "GET", "transaction.id": "flow:1", "http.message_end": ""})
	r[2].Check(t, map[string]string{"http.response.status_code": "200", "http.server": "s", "request_in": "2", "event.duration": "1000000", "transaction.id": "flow:1"})
	r[3].Check(t, map[string]string{"http.response.status_code": "", "request_in": ""})
	r[4].Check(t, map[string]string{"http.host": "cut"})
}

// An upgrade and a CONNECT that succeed give the conversation to who comes next, what was sent early included; others leave it as it is.
func TestChange(t *testing.T) {
	const ok, no = "HTTP/1.1 101 Switching Protocols\r\n\r\n", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
	ask := func(upgrade string) string { return text("GET / HTTP/1.1", "Upgrade: "+upgrade, "", "") }
	proxied := "CONNECT h:1 HTTP/1.1\r\n\r\n"
	quiet := server("") // a packet without payload, as of a handshake
	take := func(p *dissect.Packet, c *dissect.Conversation, data []byte) int {
		p.Push(c.App)
		if c.App.Name != "other" {
			if r, ok := c.AppState.(dissect.Request); ok && r.Ordinal != 1 {
				t.Errorf("request %+v", r)
			}
		}
		return len(data)
	}
	websocket, http2 := &dissect.Protocol{Name: "websocket", Stream: take}, &dissect.Protocol{Name: "http2", Stream: take}
	other := &dissect.Protocol{Name: "other", Stream: take, GuessTCP: func(b []byte) bool { return b[0] == 0x16 }}
	b := dissecttest.New(nil, Protocol, websocket, http2, other)
	for _, tt := range []struct {
		name   string
		pieces []dissecttest.Piece
		layers string // of each packet
	}{
		{"WebSocket", []dissecttest.Piece{client(ask("WebSocket")), server(ok), client("\x81"), server("\x81")}, "http http websocket websocket"},
		{"with the answer", []dissecttest.Piece{client(ask("websocket")), server(ok + "\x81")}, "http http:websocket"},
		{"sent early", []dissecttest.Piece{quiet, client(ask("websocket") + "\x81"), server(ok), client("\x82")}, " http http websocket"},
		{"h2c", []dissecttest.Piece{quiet, client(ask("foo, h2c") + "PRI * HTTP/2.0\r\n"), server("HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n\x00")}, " http http:http2"},
		{"server's choice", []dissecttest.Piece{client(ask("h2c, websocket")), server("HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n\x81")}, "http http:websocket"},
		{"unknown", []dissecttest.Piece{client(ask("foo")), server(ok), client("\x16")}, "http http "},
		{"declined", []dissecttest.Piece{client(ask("h2c")), server(no), client(get), server(no)}, "http http http http"},
		{"not awaited", []dissecttest.Piece{quiet, client(ask("h2c") + get), server(no + no)}, " http:http http:http"},
		{"declined, and something else", []dissecttest.Piece{quiet, client(ask("h2c") + "\x81"), server(no), client(get)}, " http http "},
		{"CONNECT", []dissecttest.Piece{quiet, client(proxied), server("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")}, " http http"},
		{"CONNECT refused", []dissecttest.Piece{client(proxied), server(no), client(get)}, "http http http"},
		{"client alone", []dissecttest.Piece{client(ask("websocket")), client("\x81")}, "http websocket"},
	} {
		for _, compat := range []bool{false, true} {
			b.P.Options.Wireshark = compat
			var layers []string
			for _, r := range b.Stream(Protocol, tt.pieces...) {
				layers = append(layers, r.Layers)
			}
			if got := strings.Join(layers, " "); got != tt.layers {
				t.Errorf("%s, compat %v: layers %q, want %q", tt.name, compat, got, tt.layers)
			}
		}
	}
}

// A target with spaces is whole, and ends at the first one for tshark.
func TestSpaces(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for compat, want := range map[bool]map[string]string{
		false: {"url.original": "/a b c", "url.full": "http://h/a b c", "http.request.version": "HTTP/1.1", "http.version": "1.1"},
		true:  {"url.original": "/a", "url.full": "http://h/a", "http.request.version": "b c HTTP/1.1", "http.version": ""},
	} {
		b.P.Options.Wireshark = compat
		b.Stream(Protocol, client("GET /a b c HTTP/1.1\r\nHost: h\r\n\r\n"))[0].Check(t, want)
	}
}

// The addresses of X-Forwarded-For are those of the client and the proxies behind it.
func TestForwarded(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	r := b.Stream(Protocol, client(text("GET / HTTP/1.1", "X-Forwarded-For: unknown, 192.0.2.1:8080, [2001:db8::1]:9, 2001:db8::2 ,, _x, ::ffff:192.0.2.3", "", "")))[0]
	r.Check(t, map[string]string{"related.ip": "192.0.2.1,2001:db8::1,2001:db8::2,192.0.2.3"})
	if got := r.Fields["network.forwarded_ip"][0]; got != "192.0.2.1" {
		t.Errorf("forwarded for %s", got)
	}
}

// A server of another protocol answers in that.
func TestAnotherAnswer(t *testing.T) {
	other := &dissect.Protocol{Name: "other", GuessTCP: func(b []byte) bool { return len(b) > 0 && b[0] == '+' }}
	other.Stream = func(p *dissect.Packet, _ *dissect.Conversation, data []byte) int { p.Push(other); return len(data) }
	b := dissecttest.New(nil, Protocol, other)
	if r := dissecttest.Merge(b.Stream(Protocol, client(get), server("+hello"), client("bye"))...); r.Layers != "http:other:other" {
		t.Errorf("layers %q", r.Layers)
	}
	if r := dissecttest.Merge(b.Stream(Protocol, client(get), server("HTTP/1.1 204 x\r\n\r\n+hello"))...); r.Layers != "http:http" {
		t.Errorf("layers %q", r.Layers)
	}
}

// On HTTP's own ports a known method suffices, elsewhere it does not: NNTP has POST and HEAD, Redis GET.
func TestAccept(t *testing.T) {
	for data, here := range map[string]bool{
		"GET /\r\n":                     true,
		"GET\n":                         true,
		"POST /HTTP/1.1\r\n":            true,
		"HEAD / HTTP/1.\r\n":            true,
		"OPTIONS HTTP/1.1\r\n":          true,
		"GET rtsp://h/a\r\n":            true,
		"OPTIONS rtsp://x RTSP/1.0\r\n": false,
		"GET / HTTP/2.0\r\n":            false,
		"NOTIFY sip:a SIP/2.0\r\n":      false,
		"PRI * HTTP/2.0\r\n":            false,
		"XHDR subject\r\n":              false,
		"get /\r\n":                     false,
		"GET":                           false,
		" GET /\r\n":                    false,
		"GET /\x00\r\n":                 false,
	} {
		if got := accept([]byte(data)); got != here {
			t.Errorf("%q: accepted %v", data, got)
		}
		if guess([]byte(data)) {
			t.Errorf("%q: recognised on any port", data)
		}
	}
	if !accept([]byte(get)) {
		t.Error("a whole request is not accepted")
	}
}

func TestSegmentation(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for _, compat := range []bool{false, true} {
		b.P.Options.Wireshark = compat
		b.Split(t, Protocol, client(get+text("POST /p HTTP/1.1", "Transfer-Encoding: chunked", "", "3", "abc", "0", "X: y", "", "")),
			server(text("HTTP/1.1 200 OK", "Content-Length: 4", "", "body\r\nHTTP/1.1 200 OK", "", "rest")), closed(server("end")))
	}
}

func TestGuess(t *testing.T) {
	for data, want := range map[string]bool{
		get:                                    true,
		"HTTP/1.1 200 OK\r\n":                  true,
		"M-SEARCH * HTTP/1.1\r\n":              true,
		"GET /a long target whose end is to c": true,
		"GET":                                  false,
		"GET \r\n":                             false,
		"GET / HTTP/2.0\r\n":                   false,
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":     false,
		"OPTIONS rtsp://h/ RTSP/1.0\r\n":       false,
		"INVITE sip:x SIP/2.0\r\n":             false,
		"REQMOD icap://h ICAP/1.0\r\n":         false,
		"HTTP/1.1 OK\r\n":                      false,
		"HTTP/1.1 2000\r\n":                    false,
		"EHLO example.com\r\n":                 false,
		"USER anonymous\r\n":                   false,
		"SSH-2.0-x\r\n":                        false,
		"\x16\x03\x01\x02\x00\x01":             false,
		"GET /\x00\x01\x02\x03\x04\x05\x06":    false,
		"":                                     false,
	} {
		if got := guess([]byte(data)); got != want {
			t.Errorf("%q: %v", data, got)
		}
	}
}

func TestSSDP(t *testing.T) {
	b := dissecttest.New(nil, SSDP)
	r := b.Datagrams(SSDP, client(text("NOTIFY * HTTP/1.1", "HOST: 239.255.255.250:1900", "LOCATION: http://192.0.2.1/d.xml", "", "")), client("\x00\x01"))
	if r[0].Layers != "ssdp" || r[1].Layers != "ssdp" {
		t.Errorf("layers %q, %q", r[0].Layers, r[1].Layers)
	}
	r[0].Check(t, map[string]string{"http.request.method": "NOTIFY", "url.full": "http://239.255.255.250:1900*", "http.location": "http://192.0.2.1/d.xml", "transaction.id": "", "http.message_end": ""})
}

// What is planted in every place of a secret must be in no field, unless secrets are to be seen.
func TestCanary(t *testing.T) {
	const canary = "c4n4ry"
	pieces := []dissecttest.Piece{
		client(text("GET http://user:"+canary+"@h/p;jsessionid="+canary+"?access_token="+canary+"&X-Amz-Signature="+canary+"&%74oken="+canary+"&a=b&api_key="+canary+"#password="+canary+" HTTP/1.1",
			"Host: u:"+canary+"@h", "Authorization: Basic "+canary, "Proxy-Authorization: "+canary, "Cookie: a="+canary, "Referer: http://h/?id_token="+canary, "", "")),
		client(text("GET /?client_secret="+canary+" HTTP/1.1", "Host: h", "", "")),
		server(text("HTTP/1.1 302 Found", "Set-Cookie: s="+canary, "Set-Cookie: t="+canary, "Location: /cb#access_token="+canary, "Content-Length: 0", "", "")),
	}
	b := dissecttest.New(nil, Protocol)
	find := func() (n int) {
		for name, values := range dissecttest.Merge(b.Stream(Protocol, pieces...)...).Fields {
			for _, v := range values {
				if strings.Contains(v, canary) {
					n++
					if !b.Out.Reveal {
						t.Errorf("%s = %q", name, v)
					}
				}
			}
		}
		return n
	}
	find()
	b.Out.Reveal = true
	if n := find(); n < 12 {
		t.Errorf("revealed, the canary is in %d values only", n)
	}
}

func FuzzHTTP(f *testing.F) {
	f.Add([]byte(get), []byte(text("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "", "5;x=y", "hello", "0", "T: x", "", "")), false)
	f.Add([]byte("CONNECT h:1 HTTP/1.1\r\n\r\n"), []byte("HTTP/1.0 200\n\nrest"), true)
	b := dissecttest.New(nil, Protocol, SSDP)
	f.Fuzz(func(t *testing.T, request, response []byte, compat bool) {
		b.P.Options.Wireshark = compat
		half := len(response) / 2
		r := dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Data: request}, dissecttest.Piece{Dir: 1, Data: response[:half]}, dissecttest.Piece{Dir: 1, Data: response[half:], FIN: true})...)
		b.Invariants(t)
		if n := len(r.Fields["http.request.method"]) + len(r.Fields["http.response.status_code"]); n != len(r.Fields["url.original"])+len(r.Fields["http.response.phrase"]) {
			t.Fatalf("%d messages, fields %v", n, r.Fields)
		}
		b.Stream(Protocol, dissecttest.Piece{Data: request, Wire: len(request) + 1}, dissecttest.Piece{Data: response})
		b.Invariants(t)
		b.Datagrams(SSDP, dissecttest.Piece{Data: request})
		b.Invariants(t)
		b.Datagrams(Protocol, dissecttest.Piece{Data: request}, dissecttest.Piece{Dir: 1, Data: response})
		b.Invariants(t)
		if guess(request) && !accept(request) {
			t.Fatalf("%q is HTTP on any port and not on its own", request)
		}
	})
}

// Tokens of NTLM and of GSS-API are layers of their own.
func TestAuthentication(t *testing.T) {
	gss := &dissect.Protocol{Name: "gss-api", Dissect: func(*dissect.Packet, []byte, int) {}}
	ntlm := &dissect.Protocol{Name: "ntlmssp", Dissect: func(*dissect.Packet, []byte, int) {}}
	b := dissecttest.New(nil, Protocol, gss, ntlm)
	const token = "TlRMTVNTUAABAAAA" // "NTLMSSP", type 1
	for _, tt := range []struct{ name, message, layers, shown string }{
		{"NTLM", "GET / HTTP/1.1\r\nAuthorization: NTLM " + token + "\r\n\r\n", "http:ntlmssp", ""},
		{"NTLM by Negotiate, of a proxy", "HTTP/1.1 407 Proxy\r\nProxy-Authenticate: negotiate " + token + "\r\nContent-Length: 0\r\n\r\n", "http:ntlmssp", "negotiate"},
		{"Negotiate", "HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate oQA=\r\nContent-Length: 0\r\n\r\n", "http:gss-api", "Negotiate"},
		{"an offer", "HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: Basic realm=\"a\"\r\nContent-Length: 0\r\n\r\n", "http", "Negotiate,Basic realm=\"a\""},
		{"no base64", "GET / HTTP/1.1\r\nAuthorization: NTLM *\r\n\r\n", "http", ""},
		{"another scheme", "GET / HTTP/1.1\r\nAuthorization: Bearer " + token + "\r\n\r\n", "http", ""},
		{"a token too long", "GET / HTTP/1.1\r\nAuthorization: NTLM " + strings.Repeat(token, maxToken/len(token)+1) + "\r\n\r\n", "http", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := b.Stream(Protocol, dissecttest.Client(tt.message))[0]
			if r.Layers != tt.layers {
				t.Errorf("layers %q, want %q", r.Layers, tt.layers)
			}
			r.Check(t, map[string]string{"http.www_authenticate": tt.shown})
			if strings.Contains(string(b.Out.Arena), token) {
				t.Error("the token is in the record")
			}
		})
	}
}
