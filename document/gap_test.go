// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

func TestGap(t *testing.T) {
	registry() // interns all fields
	g := document.Gap{Number: 2, Start: 1_700_000_000e9, End: 1_700_000_003e9, Kernel: 5, Interface: "eth0", NetNS: "blue"}
	d := document.NewGap(document.Options{CaptureID: [10]byte{1}}, g)
	x := encoded{Document: *d}
	var err error
	if x.parsed, err = parseDocument(d.JSON()); err != nil {
		t.Fatalf("%v in %s", err, d.JSON())
	}
	expect(t, &x, map[string]any{"event.kind": "event", "event.category": "[network]", "event.action": "packets-lost", "event.dataset": "espbeat.gap",
		"event.start": "2023-11-14T22:13:20.000000000Z", "event.end": "2023-11-14T22:13:23.000000000Z", "@timestamp": "2023-11-14T22:13:23.000000000Z",
		"event.duration": 3_000_000_000, "packet.lost.kernel": 5, "packet.lost.pool": 0, "observer.ingress.interface.name": "eth0", "observer.ingress.zone": "blue", "packet.number": nil, "network": nil})
	// Processors see the same.
	m := map[string]any{"@timestamp": x.parsed["@timestamp"]}
	for i := range d.Len() {
		m[d.Key(i)] = plain(d.Value(i))
	}
	if !reflect.DeepEqual(m, x.parsed) {
		t.Errorf("%v, the JSON is %v", m, x.parsed)
	}
	for k, v := range x.parsed {
		if k != "@timestamp" {
			undefined(k, v, func(text string) { t.Error(text) })
		}
	}
	if d.Timestamp().UnixNano() != g.End || d.ID() != string(document.AppendID(nil, [10]byte{1}, 2)) {
		t.Errorf("%s at %s", d.ID(), d.Timestamp())
	}
}

// Every counter of the ledger has a field of its own; those of the process are in its document only.
func TestLedger(t *testing.T) {
	registry()
	l := document.Ledger{Number: 3, Time: 1_700_000_000e9, Input: "eth0"}
	v := reflect.ValueOf(&l).Elem()
	total := 0
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; v.Field(i).Kind() == reflect.Uint64 && name != "Number" {
			total++
			v.Field(i).SetUint(uint64(100 + i))
		}
	}
	for input, want := range map[string]int{"eth0": total - 6, "": total} {
		l.Input = input
		d := document.NewLedger(document.Options{CaptureID: [10]byte{1}}, l)
		x := encoded{Document: *d}
		var err error
		if x.parsed, err = parseDocument(d.JSON()); err != nil {
			t.Fatalf("%v in %s", err, d.JSON())
		}
		expect(t, &x, map[string]any{"event.kind": "metric", "event.dataset": "espbeat.ledger", "@timestamp": "2023-11-14T22:13:20.000000000Z", "packet": nil, "espbeat.ledger.seen": 103})
		seen := map[int64]bool{}
		var walk func(v any)
		walk = func(v any) {
			switch v := v.(type) {
			case map[string]any:
				for _, e := range v {
					walk(e)
				}
			case json.Number:
				n, _ := v.Int64()
				seen[n] = true
			}
		}
		walk(x.parsed["espbeat"])
		if len(seen) != want {
			t.Errorf("input %q: %d counters, want %d: %s", input, len(seen), want, d.JSON())
		}
		for k, v := range x.parsed {
			if k != "@timestamp" {
				undefined(k, v, func(text string) { t.Error(text) })
			}
		}
	}
}

// What counts packets can be scaled, in every profile: each document says how many it stands for.
func TestSamplingIsSaid(t *testing.T) {
	arp := append(append(make([]byte, 12), 8, 6), "an ARP request of some bytes"...)
	packets := enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, "x"), arp)
	for _, p := range []field.Profile{field.Minimal, field.Standard, field.Full} {
		for name, c := range map[string]struct {
			sampling engine.Sampling
			udp, arp map[string]any
		}{
			"off":    {engine.Sampling{}, map[string]any{"packet.sampling": nil}, map[string]any{"packet.sampling": nil}},
			"packet": {engine.Sampling{Every: 7}, map[string]any{"packet.sampling.rate": 7, "packet.sampling.by": "packet"}, map[string]any{"packet.sampling.by": "packet"}},
			"flow": {engine.Sampling{Every: 7, ByFlow: true}, map[string]any{"packet.sampling.rate": 7, "packet.sampling.by": "flow"},
				map[string]any{"packet.sampling.rate": 7, "packet.sampling.by": "packet"}},
		} {
			t.Run(name, func(t *testing.T) {
				docs := encode(t, document.Options{Profile: p, Sampling: c.sampling}, engine.Options{}, packets...)
				expect(t, &docs[0], c.udp)
				expect(t, &docs[1], c.arp)
			})
		}
	}
}
