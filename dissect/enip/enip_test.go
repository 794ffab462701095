// SPDX-License-Identifier: Apache-2.0

package enip

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/cip"
	"github.com/espbeat/espbeat/dissect/dissecttest"
)

// message makes a message of session 5 with the context "context8".
func encapsulated(command uint16, data []byte) []byte {
	b := binary.LittleEndian.AppendUint16(nil, command)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(data)))
	b = binary.LittleEndian.AppendUint32(b, 5)
	return slices.Concat(b, make([]byte, 4), []byte("context8"), make([]byte, 4), data)
}

// item makes an item.
func item(kind uint16, data string) []byte {
	b := binary.LittleEndian.AppendUint16(nil, kind)
	return append(binary.LittleEndian.AppendUint16(b, uint16(len(data))), data...)
}

func list(items ...[]byte) []byte {
	return slices.Concat(binary.LittleEndian.AppendUint16(nil, uint16(len(items))), slices.Concat(items...))
}

func unconnectedOf(message string) []byte {
	return encapsulated(sendRRData, append(make([]byte, 6), list(item(0, ""), item(unconnectedData, message))...))
}

func connectedOf(connection, message string) []byte {
	return encapsulated(sendUnitData, append(make([]byte, 6), list(item(connectedAddress, connection), item(connectedData, "\x09\x00"+message))...))
}

var (
	register   = slices.Concat([]byte{registerSession, 0, 4, 0}, make([]byte, 20), []byte{1, 0, 0, 0})
	registered = encapsulated(registerSession, []byte{1, 0, 0, 0})
	identified = encapsulated(listIdentity, list(item(identity, "\x01\x00\x00\x02\xaf\x12\x0a\x01\x01\xa4"+strings.Repeat("\x00", 8)+"\x01\x00\x0c\x00\x3a\x00\x04\x03\x30\x00\x8e\x4d\x52\x00\x0b1756-ENBT/A\x03")))
	asked      = unconnectedOf("\x01\x02\x20\x01\x24\x01")
	answered   = unconnectedOf("\x81\x00\x00\x00")
	polled     = connectedOf("\x11\x00\x00\x00", "\x0e\x03\x20\x01\x24\x01\x30\x07")
	told       = connectedOf("\x22\x00\x00\x00", "\x8e\x00\x00\x00")
	produced   = list(item(sequencedAddress, "\x55\x00\x00\x00\x07\x00\x00\x00"), item(connectedData, "\x01\x00\x01\x00\x00\x00"))
)

func bench() *dissecttest.Bench {
	b := dissecttest.New(nil, Protocol, IO, cip.Protocol, cip.Class, cip.ConnectionManager)
	b.Port = port
	return b
}

func client(b []byte) dissecttest.Piece { return dissecttest.Piece{Data: b} }
func server(b []byte) dissecttest.Piece { return dissecttest.Piece{Dir: 1, Data: b} }

func TestStream(t *testing.T) {
	pieces := []dissecttest.Piece{client(register), server(registered), client(asked), server(answered), client(slices.Concat(polled, asked)), server(told)}
	b := bench()
	got := b.Stream(Protocol, pieces...)
	got[0].Check(t, map[string]string{"enip.command": "101", "enip.session": "0", "transaction.id": "flow:1"})
	got[2].Check(t, map[string]string{"enip.command": "111", "enip.session": "5", "enip.status": "0", "enip.context": "636f6e7465787438", "cip.sc": "1", "enip.cpf.typeid": "0,178", "transaction.id": "flow:2"})
	got[3].Check(t, map[string]string{"request_in": "3", "event.duration": "1000000", "transaction.id": "flow:2", "cip.class": "1"})
	got[4].Check(t, map[string]string{"enip.command": "112,111", "enip.connid": "17", "enip.seq": "9", "cip.sc": "14,1"})
	got[5].Check(t, map[string]string{"enip.connid": "34", "request_in": "5"})
	for i, layers := range []string{"enip", "enip", "enip:cip", "enip:cip", "enip:cip:cip", "enip:cip"} {
		if got[i].Layers != layers || got[i].Malformed != "" {
			t.Errorf("packet %d: %q, malformed %q", i, got[i].Layers, got[i].Malformed)
		}
	}
	b.Split(t, Protocol, client(register), server(registered), client(asked), server(answered))
	for _, m := range [][]byte{asked, polled, identified} {
		if r := b.Stream(Protocol, dissecttest.Piece{Data: m[:len(m)-2], Wire: len(m)})[0]; !r.Truncated || r.Malformed != "" {
			t.Errorf("cut by the capture: truncated %v, malformed %q", r.Truncated, r.Malformed)
		}
	}
}

func TestMessages(t *testing.T) {
	for name, tt := range map[string]struct {
		bytes             []byte
		layers, malformed string
		want              map[string]string
	}{
		"identity": {identified, "enip", "", map[string]string{"enip.lir.vendor": "1", "enip.lir.devtype": "12", "enip.lir.prodcode": "58", "enip.lir.serial": "5393806", "enip.lir.name": "1756-ENBT/A",
			"enip.sinaddr": "10.1.1.164", "related.ip": "10.1.1.164", "enip.cpf.typeid": "12"}},
		"another interface":         {encapsulated(sendRRData, append([]byte{1, 0, 0, 0, 0, 0}, list(item(unconnectedData, "\x01\x00"))...)), "enip", "", map[string]string{"cip.sc": ""}},
		"data of no byte":           {connectedOf("\x09\x00\x00\x00", ""), "enip", "", map[string]string{"enip.seq": "9"}},
		"more items than there are": {encapsulated(sendRRData, append(make([]byte, 6), 9, 0)), "enip", "enip", map[string]string{"enip.session": "5"}},
		"an item beyond the data":   {encapsulated(sendRRData, append(make([]byte, 6), 1, 0, 0xb2, 0, 9, 0, 1, 0)), "enip:cip", "enip", map[string]string{"cip.sc": "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := bench().Stream(Protocol, server(tt.bytes))[0]
			if r.Layers != tt.layers || r.Malformed != tt.malformed {
				t.Errorf("layers %q, malformed %q", r.Layers, r.Malformed)
			}
			r.Check(t, tt.want)
		})
	}
}

func TestDatagrams(t *testing.T) {
	b := bench()
	got := b.Datagrams(Protocol, client(encapsulated(listIdentity, nil)), server(identified), server([]byte{99}), server(encapsulated(0x99, nil)))
	got[1].Check(t, map[string]string{"request_in": "1", "enip.lir.name": "1756-ENBT/A"})
	if got[2].Layers != "" || got[3].Layers != "" {
		t.Errorf("what has no command is %q, %q", got[2].Layers, got[3].Layers)
	}
}

func TestIO(t *testing.T) {
	empty := list(item(sequencedAddress, "\x55\x00\x00\x00\x07\x00\x00\x00"), item(connectedData, ""))
	short := list(item(connectedAddress, "\x55\x00\x00\x00"), item(connectedData, "\x01\x00"))
	b := bench()
	b.Port = portIO
	got := b.Datagrams(IO, client(produced), client(empty), client(short), client([]byte("SETI")))
	for i, layers := range []string{"cipio:cipio", "cipio", "cipio:cipio", "cipio"} {
		if got[i].Layers != layers {
			t.Errorf("datagram %d: %q", i, got[i].Layers)
		}
	}
	got[0].Check(t, map[string]string{"enip.connid": "85", "enip.cpf.sai.seq": "7"})
	for _, tt := range []struct {
		port   uint16
		compat bool
		data   []byte
		layers string
	}{{5000, true, produced, ""}, {5000, false, produced, "cipio:cipio"}, {portIO, false, []byte("SETI"), ""}, {portIO, false, produced, "cipio:cipio"}} {
		b.Port, b.P.Options = tt.port, &dissect.Options{Wireshark: tt.compat}
		if r := b.Datagrams(IO, client(tt.data))[0]; r.Layers != tt.layers {
			t.Errorf("port %d, compat %v: %q", tt.port, tt.compat, r.Layers)
		}
	}
	for name, tt := range map[string]struct {
		data []byte
		want bool
	}{"I/O": {produced, true}, "no data": {empty, true}, "connected": {short, true}, "a byte too many": {append(slices.Clone(produced), 0), false}, "one item": {list(item(connectedData, "")), false},
		"two of data": {list(item(connectedData, ""), item(connectedData, "")), false}, "a long address": {list(item(connectedAddress, "\x55\x00\x00\x00\x07\x00\x00\x00"), item(connectedData, "")), false}} {
		if guessIO(tt.data) != tt.want {
			t.Errorf("%s: %v", name, !tt.want)
		}
	}
}

func TestGuess(t *testing.T) {
	dissecttest.Recognises(t, accept, guess, map[string][2]bool{string(register): {true, true}, string(registered): {true, false}, string(asked): {true, false}, "\x65": {true, false},
		"GET / HTTP": {false, false}, "\x99\x00": {false, false}})
	b := bench()
	b.Port = 5000
	if r := b.Stream(Protocol, client(register))[0]; r.Layers != "" {
		t.Errorf("on another port, where tshark does not look: %q", r.Layers)
	}
}

func TestSummary(t *testing.T) {
	b := bench()
	for want, m := range map[string][]byte{"Register Session": register, "List Identity, session 0x00000005, 1756-ENBT/A": identified} {
		if b.Stream(Protocol, server(m)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
	b.Port = portIO
	if b.Datagrams(IO, client(produced)); b.Summary(IO) != "Connection: ID=0x00000055, SEQ=7" {
		t.Errorf("%q", b.Summary(IO))
	}
}

func FuzzENIP(f *testing.F) {
	for _, m := range [][]byte{register, registered, identified, asked, answered, polled, told, produced} {
		f.Add(m, 0)
	}
	b := bench()
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Stream(Protocol, dissecttest.Piece{Data: data, Wire: wire}, dissecttest.Piece{Dir: 1, Data: data, FIN: true})
		b.Invariants(t)
		b.Dissect(IO, data, max(wire, len(data)))
		b.Invariants(t)
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
	})
}
