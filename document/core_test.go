// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

func decodeID(id string) (string, error) {
	raw, err := base64.RawURLEncoding.DecodeString(id)
	return string(raw), err
}

// expect compares fields of a document with values as fmt prints them; nil is a field that must be absent.
func expect(t *testing.T, x *encoded, want map[string]any) {
	t.Helper()
	for path, w := range want {
		if got := lookup(x.parsed, path); fmt.Sprint(got) != fmt.Sprint(w) {
			t.Errorf("%s = %v, want %v", path, got, w)
		}
	}
}

func one(t *testing.T, opt document.Options, p capture.Packet) *encoded {
	t.Helper()
	return &encode(t, opt, engine.Options{}, p)[0]
}

func TestEventType(t *testing.T) {
	for _, c := range []struct {
		flags byte
		want  string
	}{{0x02, "[info start]"}, {0x12, "[info]"}, {0x10, "[info]"}, {0x11, "[info end]"}, {0x14, "[info denied]"}, {0x03, "[info start end]"}, {0x05, "[info end denied]"}} {
		x := one(t, document.Options{Profile: field.Full}, enginetest.Ethernet(enginetest.TCP(1, 2, 3, 4, c.flags, 0, 0, ""))[0])
		expect(t, x, map[string]any{"event.type": c.want, "event.kind": "event", "event.category": "[network]", "event.dataset": "espbeat.packet", "event.sequence": 1})
	}
	expect(t, one(t, document.Options{Profile: field.Full}, enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, ""))[0]), map[string]any{"event.type": "[info]"})
}

func TestDirection(t *testing.T) {
	inside := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/28"), netip.MustParsePrefix("2001:db8::/32")}
	for _, c := range []struct {
		from, to byte
		want     any
	}{{1, 2, "internal"}, {1, 200, "outbound"}, {200, 1, "inbound"}, {200, 201, "external"}} {
		x := one(t, document.Options{Profile: field.Full, Internal: inside}, enginetest.Ethernet(enginetest.UDP(c.from, c.to, 3, 4, ""))[0])
		expect(t, x, map[string]any{"network.direction": c.want})
	}
	udp := enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, ""))[0]
	expect(t, one(t, document.Options{Profile: field.Full}, udp), map[string]any{"network.direction": nil})
	expect(t, one(t, document.Options{Profile: field.Full, Internal: []netip.Prefix{}}, udp), map[string]any{"network.direction": "external"})
	arp := enginetest.Ethernet([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2})[0]
	expect(t, one(t, document.Options{Profile: field.Full, Internal: inside}, arp), map[string]any{"network.direction": nil, "source.mac": "02-00-00-00-00-01", "network.transport": nil})
}

func TestEndpoints(t *testing.T) {
	docs := encode(t, document.Options{Profile: field.Full}, engine.Options{}, enginetest.Ethernet(
		enginetest.TCP(1, 2, 40000, 40001, 0x02, 100, 0, ""), enginetest.TCP(2, 1, 40001, 40000, 0x12, 500, 101, ""),
		enginetest.TCP(3, 4, 40000, 40001, 0x10, 100, 0, ""), enginetest.TCP(5, 6, 40000, 40001, 0x12, 100, 9, ""))...)
	expect(t, &docs[0], map[string]any{"source.ip": "192.0.2.1", "source.port": 40000, "destination.ip": "192.0.2.2", "destination.port": 40001, "client.ip": "192.0.2.1",
		"client.port": 40000, "server.ip": "192.0.2.2", "server.port": 40001, "source.bytes": 54, "network.bytes": 54, "network.packets": 1, "network.type": "ipv4",
		"network.transport": "tcp", "network.iana_number": "6", "related.ip": "[192.0.2.1 192.0.2.2]", "ecs.version": "8.17.0", "ip.src": nil, "tcp.srcport": nil, "eth.src": nil})
	expect(t, &docs[1], map[string]any{"source.ip": "192.0.2.2", "client.ip": "192.0.2.1", "client.port": 40000, "server.ip": "192.0.2.2", "flow.id": lookup(docs[0].parsed, "flow.id"),
		"network.community_id": lookup(docs[0].parsed, "network.community_id")})
	expect(t, &docs[2], map[string]any{"client.ip": nil, "server.port": nil}) // nobody saw who began
	expect(t, &docs[3], map[string]any{"client.ip": "192.0.2.6", "server.ip": "192.0.2.5"})
	expect(t, one(t, document.Options{Profile: field.Full, AllAddresses: true}, enginetest.Ethernet(enginetest.TCP(1, 2, 3, 4, 2, 0, 0, ""))[0]),
		map[string]any{"ip.src": "192.0.2.1", "tcp.dstport": 4, "eth.dst": "02-00-00-00-00-02"})
}

// Single-valued ECS fields describe the innermost packet, a protocol's own fields hold all.
func TestTunnel(t *testing.T) {
	inner := enginetest.UDP(3, 4, 5, 6, "x")[14:]
	x := one(t, document.Options{Profile: field.Full}, enginetest.Ethernet(enginetest.IPv4(1, 2, 4, inner))[0])
	expect(t, x, map[string]any{"source.ip": "192.0.2.3", "destination.ip": "192.0.2.4", "ip.src": "[192.0.2.1 192.0.2.3]", "ip.dst": "[192.0.2.2 192.0.2.4]", "source.port": 5,
		"related.ip": "[192.0.2.3 192.0.2.4 192.0.2.1 192.0.2.2]", "udp.srcport": nil, "network.transport": "udp", "eth.src": nil})
}

func TestObserverAndPacket(t *testing.T) {
	p := enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, "x"))[0]
	p.Interface, p.Length, p.TimeValid, p.TimeRaw, p.Comments = 1, 100, false, 1<<63, []string{"a", "b"}
	opt := document.Options{Profile: field.Full, Hostname: "sensor", Version: "1.2.3", Interfaces: func() []capture.Interface {
		return []capture.Interface{{Name: "wrong"}, {Name: "eth1", ID: 7, Numbered: true, NetNS: "blue"}}
	}}
	x := one(t, opt, p)
	expect(t, x, map[string]any{"observer.hostname": "sensor", "observer.version": "1.2.3", "observer.type": "sensor", "observer.product": "espbeat",
		"observer.ingress.interface.name": "eth1", "observer.ingress.interface.id": "7", "observer.ingress.zone": "blue", "packet.length": 100, "packet.captured_length": 43, "packet.link_type": "ETHERNET",
		"packet.time.valid": false, "packet.time.raw": "9223372036854775808", "packet.comment": "[a b]", "packet.number": 1, "@timestamp": "2023-11-14T22:13:20.000000000Z",
		"packet.truncated_document": nil, "packet.messages": nil})
	p.Interface = 9 // one that the source did not describe
	expect(t, one(t, opt, p), map[string]any{"observer.ingress": nil})
	if at := x.Timestamp().UnixNano(); at != p.Time {
		t.Errorf("timestamp %d, want %d", at, p.Time)
	}
}

// packet.protocol is Wireshark's Protocol column: the innermost layer that has something to say, with its version; never that of a quote.
func TestProtocolColumn(t *testing.T) {
	query := "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01"
	unreachable := append([]byte{3, 3, 0, 0, 0, 0, 0, 0}, enginetest.UDP(2, 1, 4000, 53, query)[14:]...)
	for want, frame := range map[string][]byte{
		"TCP":    enginetest.TCP(1, 2, 3, 4, 0x02, 0, 0, ""),
		"DNS":    enginetest.UDP(1, 2, 4000, 53, query),
		"ICMP":   enginetest.IPv4(1, 2, 1, unreachable),
		"IGMPv2": enginetest.IPv4(1, 2, 2, []byte("\x16\x00\x00\x00\xe0\x00\x01\x01")),
		"RIPv1":  enginetest.UDP(1, 2, 520, 520, "\x01\x01\x00\x00"),
		"Syslog": enginetest.UDP(1, 2, 4000, 514, "<13>Oct 11 22:14:15 host program: text"),
	} {
		x := one(t, document.Options{Profile: field.Standard}, enginetest.Ethernet(frame)[0])
		expect(t, x, map[string]any{"packet.protocol": want})
	}
}

func TestOffloadIsSaid(t *testing.T) {
	p := enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, "x"))[0]
	for offload, want := range map[capture.Offload]map[string]any{
		0:                       {"packet.offload": nil},
		capture.OffloadChecksum: {"packet.offload.checksum": true, "packet.offload.segmentation": nil},
		capture.OffloadChecksum | capture.OffloadSegmentation: {"packet.offload.checksum": true, "packet.offload.segmentation": true},
	} {
		p.Offload = offload
		expect(t, one(t, document.Options{Profile: field.Standard}, p), want)
	}
}

func TestLite(t *testing.T) {
	l := document.NewLite([10]byte{})
	docs := encode(t, document.Options{Profile: field.Full}, engine.Options{}, enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 80, 2, 0, 0, ""), enginetest.UDP(1, 2, 3, 4, ""),
		enginetest.TCP(1, 2, 40000, 80, 2, 0, 0, "")[:36])...)
	d := l.Encode(&document.Memory{}, docs[0].batch, docs[0].record)
	if got := string(d.JSON()); got != `{"srcip":"192.0.2.1","srcport":40000,"dstip":"192.0.2.2","dstport":80}` || !l.Has(docs[0].record) {
		t.Error(got)
	}
	if d.Len() != 4 || d.Key(1) != "srcport" || string(d.AppendValue(nil, 1)) != "40000" || d.Value(1) != int64(40000) || d.Value(2) != "192.0.2.2" || d.ID() != docs[0].ID() {
		t.Errorf("%d keys", d.Len())
	}
	if l.Has(docs[1].record) || l.Has(docs[2].record) {
		t.Error("lite has a document of a packet without TCP ports")
	}
}

func TestUnknownLinkType(t *testing.T) {
	p := enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, ""))[0]
	for _, profile := range []field.Profile{field.Minimal, field.Standard, field.Full} {
		p.LinkType = 189
		expect(t, one(t, document.Options{Profile: profile}, p), map[string]any{"packet.unknown_link_type": "USB_LINUX", "packet.layers": nil})
		p.LinkType = 1
		expect(t, one(t, document.Options{Profile: profile}, p), map[string]any{"packet.unknown_link_type": nil})
	}
}

// Documents say what shedding made of them, in every profile.
func TestShedding(t *testing.T) {
	var frames [][]byte
	for port := range uint16(100) {
		frames = append(frames, enginetest.UDP(1, 2, 3000+port, 4, ""))
	}
	packets := enginetest.Ethernet(frames...)
	for _, p := range []field.Profile{field.Minimal, field.Full} {
		for _, x := range encode(t, document.Options{Profile: p}, engine.Options{}, packets[0]) {
			expect(t, &x, map[string]any{"packet.shedding": nil})
		}
		pressed := engine.Shedding{Pressure: func() float64 { return 1 }}
		all := encode(t, document.Options{Profile: p}, engine.Options{Shedding: pressed}, packets...) // 50 a batch
		if len(all) <= 50 || len(all) == 100 {
			t.Fatalf("%d documents", len(all))
		}
		for i := range all {
			want := map[string]any{"packet.shedding.level": "headers", "packet.shedding.rate": nil}
			if i >= 50 {
				want = map[string]any{"packet.shedding.level": "sampled", "packet.shedding.rate": 2}
			}
			expect(t, &all[i], want)
		}
	}
}
