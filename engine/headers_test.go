// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

// told is what a record says.
type told struct {
	layers, flow string
	app          bool
	fields       map[string][]string
}

// tell runs packets through an engine, a batch for each pressure.
func tell(t *testing.T, packets []capture.Packet, perBatch int, pressures ...float64) (all []told) {
	t.Helper()
	batch := 0
	e := engine.New(&enginetest.Source{Packets: packets, PerBatch: perBatch}, protocols, engine.Options{
		Shedding: engine.Shedding{Pressure: func() float64 { batch++; return pressures[batch-1] }},
	})
	defs := field.Seal().Defs
	var b engine.Batch
	for err := e.Next(&b); ; err = e.Next(&b) {
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Records {
			r := &b.Records[i]
			x := told{flow: r.FlowID, app: r.Core.Application != nil, fields: map[string][]string{}}
			for _, l := range b.Layers(r) {
				x.layers += ":" + l.Name
			}
			for _, f := range b.Fields(r) {
				d := &defs[f.ID]
				x.fields[d.Name] = append(x.fields[d.Name], string(field.AppendText(nil, d.Type, f, b.Arena())))
			}
			all = append(all, x)
		}
	}
}

var protocols = all.Registry()

const request = "GET / HTTP/1.1\r\n\r\n"

// A stream that was passed over goes on with the first message behind, and what is sent again is no message.
func TestStreamsGoOnAfterHeadersOnly(t *testing.T) {
	get := func(seq uint32) []byte { return enginetest.TCP(1, 2, 40000, 80, push, seq, 500, request) }
	n := uint32(len(request))
	packets := enginetest.Ethernet(
		enginetest.TCP(1, 2, 40000, 80, syn, 99, 0, ""), enginetest.TCP(2, 1, 80, 40000, 0x12, 499, 100, ""), get(100),
		get(100+n), get(100+3*n), get(100+2*n), // out of order
		get(100+3*n), get(100+4*n), enginetest.TCP(1, 2, 40000, 80, push, 100+5*n, 500, request[:9]),
		enginetest.TCP(1, 2, 40000, 80, push, 109+5*n, 500, request[9:]), get(100+6*n), get(100+7*n),
	)
	records := tell(t, at(packets, 3, 0, 1, 61, 62), 3, 0, 0.5, 0, 0)
	const tcp = ":eth:ip:tcp"
	for i, want := range []string{tcp, tcp, tcp + ":http", tcp, tcp, tcp, tcp, tcp + ":http", tcp, tcp + ":http", tcp + ":http", tcp + ":http"} {
		if records[i].layers != want {
			t.Errorf("packet %d: %s, want %s", i+1, records[i].layers, want)
		}
	}
	if records[3].app || !records[7].app {
		t.Errorf("application: %v, %v", records[3].app, records[7].app)
	}
}

// vxlan is a frame within one.
func vxlan(inner []byte) []byte {
	return enginetest.UDP(8, 9, 50000, 4789, "\x08\x00\x00\x00\x00\x00\x2a\x00"+string(inner))
}

// A document with headers only says of them what a full one does: tunnels are opened, and the analysis of flows is the same.
func TestHeadersOnlySayTheSameOfHeaders(t *testing.T) {
	query := "\x00\x01\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01"
	packets := enginetest.Ethernet(slices.Concat(conversation(40000), conversation(40001)[:3], [][]byte{
		enginetest.UDP(1, 2, 5000, 53, query), vxlan(enginetest.UDP(1, 2, 5000, 53, query)),
		enginetest.TCP(1, 2, 40001, 80, push, 100, 500, request), // again
		vxlan(enginetest.TCP(1, 2, 40001, 80, push, 100, 500, request)),
		enginetest.TCP(2, 1, 80, 40001, 0x10, 500, 50_000, ""), // of bytes that nobody saw
	})...)
	full, headers := tell(t, packets, len(packets), 0), tell(t, packets, len(packets), 0.5)
	if len(full) != len(packets) || len(headers) != len(packets) {
		t.Fatalf("%d and %d records", len(full), len(headers))
	}
	applications := 0
	for i, f := range full {
		h := headers[i]
		rest, ok := strings.CutPrefix(f.layers, h.layers)
		if !ok || h.flow != f.flow || h.app {
			t.Errorf("packet %d: %s, full %s", i+1, h.layers, f.layers)
		}
		if rest != "" {
			applications++
		}
		for name, values := range f.fields {
			group, _, _ := strings.Cut(name, ".")
			switch layer := ":" + group; {
			case layer == rest || group == "url" || group == "transaction" || group == "related":
				if layer == rest && h.fields[name] != nil {
					t.Errorf("packet %d has %s", i+1, name)
				}
			case !slices.Equal(h.fields[name], values):
				t.Errorf("packet %d: %s: %v, full %v", i+1, name, h.fields[name], values)
			}
		}
	}
	if applications < 4 || !strings.HasSuffix(headers[10].layers, ":vxlan:eth:ip:udp") {
		t.Errorf("%d packets with applications; %s", applications, headers[10].layers)
	}
}

// Headers only cost no allocation either.
func TestHeadersOnlyDoNotAllocate(t *testing.T) {
	seq := uint32(1)
	s := &enginetest.Source{Loop: true, Packets: enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 80, push, 0, 77, request), enginetest.UDP(1, 2, 40000, 53, "query"),
		enginetest.TCP(2, 1, 80, 40000, 0x10, 77, 0, ""))}
	s.Edit = func(n int, p *capture.Packet) {
		switch n % 3 {
		case 0:
			binary.BigEndian.PutUint32(p.Data[38:], seq)
			seq += uint32(len(request))
		case 2:
			binary.BigEndian.PutUint32(p.Data[42:], seq)
		}
	}
	withoutAllocations(t, s, engine.Options{Shedding: engine.Shedding{Pressure: func() float64 { return 0.6 }}})
}
