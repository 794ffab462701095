// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/flow"
)

// encodeFlows makes the documents of the flows of packets.
func encodeFlows(t *testing.T, opt document.Options, eo engine.Options, packets []capture.Packet) (docs []encoded) {
	t.Helper()
	eo.Flows = true
	e := engine.New(&enginetest.Source{Packets: packets, PerBatch: 50}, registry(), eo)
	enc := document.NewEncoder(opt)
	for ended := false; !ended; {
		b, mem := &engine.Batch{}, &document.Memory{}
		if ended = e.Next(b) != nil; ended {
			e.End(b)
		}
		for i := range b.Flows {
			x := encoded{Document: enc.EncodeFlow(mem, b.Flows[i])}
			var err error
			if x.parsed, err = parseDocument(x.JSON()); err != nil {
				t.Fatalf("%v in %s", err, x.JSON())
			}
			if got := string(enc.AppendFlow(nil, b.Flows[i])); got != string(x.JSON()) {
				t.Errorf("printed %s, published %s", got, x.JSON())
			}
			docs = append(docs, x)
		}
	}
	return docs
}

// ends are flows that end in each way: a connection is closed, one is reset and one's ports are used again, two datagrams are a request and its
// answer, an echo request has its reply, the cap puts one out, and the end of the capture finds some open.
func ends() []capture.Packet {
	const syn, ack, fin, rst = 2, 0x10, 1, 4
	echo := func(from, to, kind byte) []byte {
		return enginetest.IPv4(from, to, 1, []byte{kind, 0, 0, 0, 0, 1, 0, 1})
	}
	tagged := enginetest.UDP(9, 8, 1111, 2222, "tagged")
	tagged = append(append(append([]byte{}, tagged[:12]...), 0x81, 0, 0, 100), tagged[12:]...)
	packets := enginetest.Ethernet(
		enginetest.TCP(1, 2, 40000, 80, syn, 100, 0, ""), enginetest.TCP(2, 1, 80, 40000, syn|ack, 500, 101, ""), enginetest.TCP(1, 2, 40000, 80, ack, 101, 501, ""),
		enginetest.TCP(1, 2, 40000, 80, push, 101, 501, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), enginetest.TCP(2, 1, 80, 40000, push|fin, 501, 128, "HTTP/1.1 204 No Content\r\n\r\n"),
		enginetest.TCP(1, 2, 40000, 80, ack|fin, 128, 529, ""), enginetest.TCP(2, 1, 80, 40000, ack, 529, 129, ""),
		enginetest.TCP(1, 2, 40001, 81, syn, 7, 0, ""), enginetest.TCP(2, 1, 81, 40001, rst|ack, 0, 8, ""),
		enginetest.TCP(2, 1, 90, 40002, syn|ack, 30, 20, ""), enginetest.TCP(1, 2, 40002, 90, syn, 77777, 0, ""),
		enginetest.UDP(3, 2, 5000, 5001, "request"), enginetest.UDP(2, 3, 5001, 5000, "an answer"),
		echo(1, 2, 8), echo(2, 1, 0), tagged,
	)
	late := enginetest.Ethernet(enginetest.UDP(1, 2, 6001, 7, "x"), enginetest.UDP(1, 2, 6002, 7, "x"), enginetest.UDP(1, 2, 6003, 7, "x"), enginetest.UDP(1, 2, 6004, 7, "x"),
		enginetest.UDP(1, 2, 6005, 7, "x"), enginetest.UDP(1, 2, 6006, 7, "x"), enginetest.UDP(1, 2, 6007, 7, "x"), enginetest.UDP(1, 2, 6008, 7, "x"))
	for i := range late { // when all but the connection of the used ports is idle
		late[i].Time += int64(2 * time.Minute)
	}
	return append(packets, late...)
}

const push = 0x18

func TestGoldenFlows(t *testing.T) {
	var got []byte
	for _, opt := range []document.Options{
		{CaptureID: [10]byte{9: 1}, Profile: field.Full, Hostname: "sensor", Version: "1.2.3", Internal: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/32")}},
		{CaptureID: [10]byte{9: 1}, Profile: field.Standard}, {CaptureID: [10]byte{9: 1}, Profile: field.Minimal, Shipped: true},
	} {
		reasons := map[string]int{}
		for _, x := range encodeFlows(t, opt, engine.Options{Flow: flow.Options{Flows: 8}}, ends()) {
			reasons[lookup(x.parsed, "flow.end_reason").(string)]++
			got = append(append(got, x.JSON()...), '\n')
		}
		want := map[string]int{"closed": 1, "reset": 1, "reused_ports": 1, "idle_timeout": 3, "lack_of_resources": 1, "forced_end": 8}
		if !reflect.DeepEqual(reasons, want) {
			t.Errorf("flows ended by %v, want %v", reasons, want)
		}
	}
	goldenText(t, "flow", got)
}

// Processors see what the JSON says, and every field is defined.
func TestFlowDocument(t *testing.T) {
	for _, x := range encodeFlows(t, document.Options{Profile: field.Full}, engine.Options{}, append(ends(), enginetest.Read(t, demo)...)) {
		m := map[string]any{"@timestamp": x.parsed["@timestamp"]}
		for i := range x.Len() {
			m[x.Key(i)] = plain(x.Value(i))
		}
		if !reflect.DeepEqual(m, x.parsed) {
			t.Errorf("%v, the JSON is %v", m, x.parsed)
		}
		for k, v := range x.parsed {
			if k != "@timestamp" {
				undefined(k, v, func(text string) { t.Error(text) })
			}
		}
		expect(t, &x, map[string]any{"event.dataset": "espbeat.flow", "event.type": "[connection end]", "flow.final": true, "packet": nil,
			"event.end": x.parsed["@timestamp"]})
	}
}

// The ids of flows are those of no packet, and of a salt of their own: the same capture makes the same.
func TestIDsOfFlows(t *testing.T) {
	ids := map[string]bool{}
	for _, x := range encode(t, document.Options{CaptureID: [10]byte{1}}, engine.Options{}, ends()...) {
		ids[x.ID()] = true
	}
	first := encodeFlows(t, document.Options{CaptureID: [10]byte{1}}, engine.Options{}, ends())
	for i, again := range encodeFlows(t, document.Options{CaptureID: [10]byte{1}}, engine.Options{}, ends()) {
		if id := first[i].ID(); ids[id] || len(id) != 20 || id != again.ID() {
			t.Errorf("the id %s twice, or %s in another run", id, again.ID())
		}
		ids[first[i].ID()] = true
	}
	if other := encodeFlows(t, document.Options{CaptureID: [10]byte{2}}, engine.Options{}, ends()); ids[other[0].ID()] {
		t.Error("two captures share ids")
	}
}
