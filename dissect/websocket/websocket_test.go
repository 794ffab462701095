// SPDX-License-Identifier: Apache-2.0

package websocket

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/dissecttest"
)

func server(frames ...string) dissecttest.Piece {
	return dissecttest.Piece{Dir: 1, Data: []byte(strings.Join(frames, ""))}
}

func client(frames ...string) dissecttest.Piece {
	return dissecttest.Piece{Data: []byte(strings.Join(frames, ""))}
}

// unmasked is a server's frame: first is the byte of FIN, reserved bits and opcode.
func unmasked(first byte, payload string) string {
	switch n := len(payload); {
	case n < 126:
		return string([]byte{first, byte(n)}) + payload
	case n < 1<<16:
		return string(binary.BigEndian.AppendUint16([]byte{first, 126}, uint16(n))) + payload
	default:
		return string(binary.BigEndian.AppendUint64([]byte{first, 127}, uint64(n))) + payload
	}
}

// masked is a client's.
func masked(first byte, payload string) string {
	const key = "\x01\x02\x03\x80"
	f := []byte(unmasked(first, payload))
	head := f[:len(f)-len(payload)]
	head[1] |= 0x80
	out := string(head) + key
	for i := range len(payload) {
		out += string([]byte{payload[i] ^ key[i%4]})
	}
	return out
}

const fin = 0x80

func TestFrames(t *testing.T) {
	long, huge := strings.Repeat("x", 126), strings.Repeat("x", 1<<16)
	for _, tt := range []struct {
		name      string
		pieces    []dissecttest.Piece
		malformed bool
		truncated bool
		want      map[string]string
	}{
		{name: "text", pieces: []dissecttest.Piece{client(masked(fin|1, "hello"))}, want: map[string]string{"websocket.opcode": "text", "websocket.fin": "true", "websocket.mask": "true",
			"websocket.payload_length": "5", "websocket.rsv": "0", "websocket.fragment.count": ""}},
		{name: "lengths of 16 and 64 bits", pieces: []dissecttest.Piece{server(unmasked(fin|2, long), unmasked(fin|2, huge)), client(masked(fin|2, long))},
			want: map[string]string{"websocket.opcode": "binary,binary,binary", "websocket.payload_length": "126,65536,126", "websocket.mask": "false,false,true"}},
		{name: "no payload", pieces: []dissecttest.Piece{server(unmasked(fin|1, ""), unmasked(fin|9, ""))}, want: map[string]string{"websocket.opcode": "text,ping", "websocket.payload_length": "0,0"}},
		{name: "message of three frames, and a ping between", pieces: []dissecttest.Piece{client(masked(1, "ab"), masked(0, "cd")), client(masked(fin|9, "p")), client(masked(fin, "e"))},
			want: map[string]string{"websocket.opcode": "text,continuation,ping,continuation", "websocket.fin": "false,false,true,true", "websocket.fragment.count": "3", "websocket.reassembled.length": "5"}},
		{name: "continuation of nothing", pieces: []dissecttest.Piece{server(unmasked(fin|1, "a"), unmasked(fin, "b"))}, want: map[string]string{"websocket.fragment.count": ""}},
		{name: "directions apart", pieces: []dissecttest.Piece{client(masked(1, "ab")), server(unmasked(1, "cde")), client(masked(fin, "f")), server(unmasked(fin, ""))},
			want: map[string]string{"websocket.reassembled.length": "3,3"}},
		{name: "compressed", pieces: []dissecttest.Piece{server(unmasked(fin|0x40|1, "x"))}, want: map[string]string{"websocket.rsv": "4"}},
		{name: "close", pieces: []dissecttest.Piece{client(masked(fin|8, "\x03\xe9bye")), server(unmasked(fin|8, "\x03\xe8"), unmasked(fin|8, ""))},
			want: map[string]string{"websocket.opcode": "close,close,close", "websocket.payload.close.status_code": "1001,1000", "websocket.payload.close.reason": "bye"}},
		{name: "close of one byte", pieces: []dissecttest.Piece{server(unmasked(fin|8, "x"))}, malformed: true, want: map[string]string{"websocket.payload.close.status_code": ""}},
		{name: "close too long", pieces: []dissecttest.Piece{server(unmasked(fin|8, long), unmasked(fin|1, "a"))}, malformed: true, want: map[string]string{"websocket.opcode": "close,text"}},
		{name: "ping in pieces", pieces: []dissecttest.Piece{server(unmasked(9, "x"))}, malformed: true, want: map[string]string{"websocket.opcode": "ping"}},
		{name: "reserved opcode", pieces: []dissecttest.Piece{server(unmasked(fin|3, "x"), unmasked(fin|1, "a"))}, malformed: true, want: map[string]string{"websocket.opcode": "3,text"}},
		{name: "negative length", pieces: []dissecttest.Piece{server("\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff"), server(unmasked(fin|1, "a"))}, malformed: true,
			want: map[string]string{"websocket.opcode": "binary"}},
		{name: "half a header", pieces: []dissecttest.Piece{server("\x82")}, want: map[string]string{"websocket.opcode": ""}},
		{name: "close cut by the capture", pieces: []dissecttest.Piece{{Dir: 1, Data: []byte(unmasked(fin|8, "\x03\xe8bye"))[:5], Wire: 7}}, truncated: true,
			want: map[string]string{"websocket.payload.close.status_code": "1000", "websocket.payload.close.reason": "b"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := dissecttest.New(nil, Protocol)
			for _, compat := range []bool{false, true} {
				b.P.Options.Wireshark = compat
				r := dissecttest.Merge(b.Stream(Protocol, tt.pieces...)...)
				if r.Malformed != "" != tt.malformed || r.Truncated != tt.truncated {
					t.Errorf("malformed %q, truncated %v (compat %v)", r.Malformed, r.Truncated, compat)
				}
				r.Check(t, tt.want)
			}
		})
	}
}

// A frame stands in the packet with its header; in compat mode, in the one that completes it.
func TestWhere(t *testing.T) {
	f := unmasked(fin|2, "abcdef")
	pieces := []dissecttest.Piece{server(f[:1]), server(f[1:4]), server(f[4:7]), server(f[7:])}
	b := dissecttest.New(nil, Protocol)
	for compat, want := range map[bool]string{false: ",websocket,,", true: ",,,websocket"} {
		b.P.Options.Wireshark = compat
		var layers []string
		for _, r := range b.Stream(Protocol, pieces...) {
			layers = append(layers, r.Layers)
		}
		if got := strings.Join(layers, ","); got != want {
			t.Errorf("compat %v: %s, want %s", compat, got, want)
		}
	}
}

func TestSegmentation(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for _, compat := range []bool{false, true} {
		b.P.Options.Wireshark = compat
		b.Split(t, Protocol, client(masked(1, "ab"), masked(fin|9, "p"), masked(fin, "cde")), server(unmasked(fin|2, strings.Repeat("x", 130)), unmasked(fin|8, "\x03\xe8x")))
	}
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	b.Stream(Protocol, client(masked(1, "ab"), masked(fin|8, "\x03\xe9gone")))
	if got, want := b.Summary(Protocol), "Text [MASKED], Close [FIN] [MASKED] 1001 gone"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	b.Stream(Protocol, server(strings.Repeat(unmasked(fin|9, ""), maxNamed+1)))
	if got := b.Summary(Protocol); !strings.HasSuffix(got, "Ping [FIN], …") {
		t.Errorf("%q", got)
	}
}

// What is sent stands in no document.
func TestPayloadIsNotKept(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for name, values := range dissecttest.Merge(b.Stream(Protocol, server(unmasked(fin|1, "c4n4ry"), unmasked(fin|9, "c4n4ry")))...).Fields {
		if strings.Contains(strings.Join(values, ","), "c4n4ry") {
			t.Errorf("%s = %v", name, values)
		}
	}
}

func FuzzWebSocket(f *testing.F) {
	f.Add([]byte(masked(1, "ab")+masked(fin, "c")), []byte(unmasked(fin|8, "\x03\xe8x")), false)
	f.Add([]byte("\x82\x7f\xff"), []byte(unmasked(0x7a, "x")), true)
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, request, response []byte, compat bool) {
		b.P.Options.Wireshark = compat
		half := len(response) / 2
		r := dissecttest.Merge(b.Stream(Protocol, dissecttest.Piece{Data: request}, dissecttest.Piece{Dir: 1, Data: response[:half]}, dissecttest.Piece{Dir: 1, Data: response[half:], FIN: true})...)
		b.Invariants(t)
		n := len(r.Fields["websocket.opcode"])
		for _, name := range []string{"websocket.fin", "websocket.mask", "websocket.payload_length"} {
			if len(r.Fields[name]) != n {
				t.Fatalf("%d frames, fields %v", n, r.Fields)
			}
		}
		b.Stream(Protocol, dissecttest.Piece{Data: request, Wire: len(request) + 1}, dissecttest.Piece{Data: response})
		b.Invariants(t)
	})
}
