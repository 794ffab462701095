// SPDX-License-Identifier: Apache-2.0

package tftp

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/dissecttest"
	"github.com/espbeat/espbeat/dissect/udp"
	"github.com/espbeat/espbeat/flow"
)

const (
	read    = "\x00\x01boot.cfg\x00octet\x00blksize\x001024\x00tsize\x000\x00"
	write   = "\x00\x02boot.log\x00netascii\x00"
	block1  = "\x00\x03\x00\x01hello"
	ack1    = "\x00\x04\x00\x01"
	refused = "\x00\x05\x00\x01File not found\x00"
	oack    = "\x00\x06blksize\x001024\x00"
)

func TestMessages(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for name, tt := range map[string]struct {
		bytes, malformed string
		want             map[string]string
	}{
		"read":                 {read, "", map[string]string{"tftp.opcode": "1", "tftp.source_file": "boot.cfg", "tftp.destination_file": "", "tftp.type": "octet", "tftp.option": "blksize=1024,tsize=0"}},
		"write":                {write, "", map[string]string{"tftp.opcode": "2", "tftp.source_file": "", "tftp.destination_file": "boot.log", "tftp.type": "netascii"}},
		"data":                 {block1, "", map[string]string{"tftp.opcode": "3", "tftp.block": "1"}},
		"acknowledgement":      {ack1, "", map[string]string{"tftp.opcode": "4", "tftp.block": "1"}},
		"error":                {refused, "", map[string]string{"tftp.error.code": "1", "tftp.error.message": "File not found"}},
		"options acknowledged": {oack, "", map[string]string{"tftp.option": "blksize=1024"}},
		"an unknown opcode":    {"\x00\x09", "", map[string]string{"tftp.opcode": "9"}},
		"a name without end":   {"\x00\x01boot", "tftp", map[string]string{"tftp.source_file": "boot", "tftp.type": ""}},
		"one byte":             {"\x00", "tftp", map[string]string{"tftp.opcode": ""}},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.Run(Protocol, []byte(tt.bytes), len(tt.bytes))
			if r.Malformed != tt.malformed || r.Truncated {
				t.Errorf("malformed %q, truncated %v", r.Malformed, r.Truncated)
			}
			r.Check(t, tt.want)
		})
	}
	for _, m := range []string{read, refused, oack} {
		b.Cut(t, Protocol, []byte(m))
	}
}

// network sends datagrams through UDP and a real State.
type network struct{ *dissecttest.Bench }

func newNetwork() network {
	return network{dissecttest.New(flow.New(flow.Options{}), udp.Protocol, Protocol)}
}

func (n network) send(from, to, payload string) dissecttest.Result {
	src, dst := netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)
	b := binary.BigEndian.AppendUint16(nil, src.Port())
	b = binary.BigEndian.AppendUint16(b, dst.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(payload)))
	b = append(append(b, 0, 0), payload...)
	return n.Run(&dissect.Protocol{Name: "ip", Dissect: func(p *dissect.Packet, b []byte, wire int) {
		s, d := src.Addr().As4(), dst.Addr().As4()
		p.SetIP(4, s[:], d[:], 17)
		p.Time += 1e6
		p.Call(udp.Protocol, b, wire)
	}}, b, len(b))
}

// The server sends from a port of its own; what the client sends to it there is the transfer's, too.
func TestTransfers(t *testing.T) {
	n := newNetwork()
	asked := n.send("10.0.0.1:4000", "10.0.0.2:69", read)
	again := n.send("10.0.0.1:4000", "10.0.0.2:69", read)
	first := n.send("10.0.0.2:5000", "10.0.0.1:4000", oack)
	first.Check(t, map[string]string{"transaction.id": asked.Fields["transaction.id"][0], "request_in": "1", "event.duration": "2000000"})
	again.Check(t, map[string]string{"transaction.id": asked.Fields["transaction.id"][0]})
	for _, r := range []dissecttest.Result{n.send("10.0.0.1:4000", "10.0.0.2:5000", ack1), n.send("10.0.0.2:5000", "10.0.0.1:4000", block1)} {
		if r.Layers != "ip:udp:tftp" {
			t.Errorf("layers %s", r.Layers)
		}
		r.Check(t, map[string]string{"transaction.id": "", "tftp.block": "1"})
	}
	for name, r := range map[string]dissecttest.Result{"another server": n.send("10.0.0.3:5000", "10.0.0.1:4000", block1), "another client": n.send("10.0.0.2:5000", "10.0.0.4:4000", block1),
		"nobody asked": newNetwork().send("10.0.0.2:5000", "10.0.0.1:4000", block1)} {
		if r.Layers != "ip:udp" {
			t.Errorf("%s: layers %s", name, r.Layers)
		}
	}
}

// Some servers do all from their well-known port.
func TestTransfersFromThePort(t *testing.T) {
	n := newNetwork()
	asked := n.send("10.0.0.1:4000", "10.0.0.2:69", write)
	answered := n.send("10.0.0.2:69", "10.0.0.1:4000", "\x00\x04\x00\x00")
	answered.Check(t, map[string]string{"transaction.id": asked.Fields["transaction.id"][0], "request_in": "1"})
}

func TestSummary(t *testing.T) {
	b := dissecttest.New(nil, Protocol)
	for m, want := range map[string]string{read: "Read Request, File: boot.cfg, Transfer type: octet", block1: "Data Packet, Block: 1", refused: "Error Code, Code: 1, Message: File not found", "\x00\x09": "Opcode 9"} {
		if b.Dissect(Protocol, []byte(m), len(m)); b.Summary(Protocol) != want {
			t.Errorf("%q, want %q", b.Summary(Protocol), want)
		}
	}
}

func TestGuess(t *testing.T) {
	for m, want := range map[string][2]bool{read: {true, true}, write: {true, true}, block1: {true, false}, "\x00\x01boot.cfg\x00binary\x00": {true, false}, "\x00\x01\x00octet\x00": {true, false},
		"\x00\x01a\x01\x00octet\x00": {true, false}, "\x00\x01boot.cfg\x00octet": {true, false}, "GET /": {false, false}, "\x00\x09": {false, false}} {
		if got := [2]bool{accept([]byte(m)), guess([]byte(m))}; got != want {
			t.Errorf("%q: %v", m, got)
		}
	}
}

func FuzzTFTP(f *testing.F) {
	for _, m := range []string{read, write, block1, ack1, refused, oack} {
		f.Add([]byte(m), 0)
	}
	b := dissecttest.New(nil, Protocol)
	f.Fuzz(func(t *testing.T, data []byte, wire int) {
		b.Dissect(Protocol, data, max(wire, len(data)))
		b.Invariants(t)
		if guess(data) && (!accept(data) || b.P.Malformed != nil && len(data) < 4) {
			t.Fatal("what is told by its bytes is not accepted on the port")
		}
	})
}
