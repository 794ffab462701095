// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
)

// yielded runs packets through an engine and returns the records' numbers.
func yielded(t *testing.T, packets []capture.Packet, opt engine.Options) ([]uint64, engine.Stats) {
	t.Helper()
	e := engine.New(&enginetest.Source{Packets: packets, PerBatch: 7}, all.Registry(), opt)
	got, err := numbers(e)
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return slices.Concat(got...), e.Stats()
}

func TestSamplingByPacket(t *testing.T) {
	packets := enginetest.Ethernet(frames(1000)...)
	got, st := yielded(t, packets, engine.Options{Sampling: engine.Sampling{Every: 10}})
	if st != (engine.Stats{Seen: 1000, Sampled: 900, Yielded: 100}) {
		t.Errorf("%+v", st)
	}
	places := map[uint64]bool{}
	for i, n := range got {
		if (n-1)/10 != uint64(i) {
			t.Fatalf("record %d is packet %d: not one of every ten", i, n)
		}
		places[(n-1)%10] = true
	}
	if len(places) != 10 {
		t.Errorf("only places %v of each ten are chosen: what comes every so often is always or never among them", places)
	}
	if again, _ := yielded(t, packets, engine.Options{Sampling: engine.Sampling{Every: 10}}); !slices.Equal(got, again) {
		t.Error("the same packets give other records")
	}
	if all, _ := yielded(t, packets, engine.Options{Sampling: engine.Sampling{Every: 1}}); len(all) != 1000 {
		t.Errorf("1 in 1 gives %d of 1000", len(all))
	}
}

// conversation is a TCP connection of a port, from its SYN to the last acknowledgement.
func conversation(port uint16) [][]byte {
	return [][]byte{
		enginetest.TCP(1, 2, port, 80, syn, 99, 0, ""), enginetest.TCP(2, 1, 80, port, 0x12, 499, 100, ""), enginetest.TCP(1, 2, port, 80, push, 100, 500, "GET / HTTP/1.1\r\n\r\n"),
		enginetest.TCP(2, 1, 80, port, 0x11, 500, 118, ""), enginetest.TCP(1, 2, port, 80, 0x11, 118, 501, ""), enginetest.TCP(2, 1, 80, port, 0x10, 501, 119, ""),
	}
}

func TestSamplingByFlow(t *testing.T) {
	const flows, each = 800, 6
	var in [][]byte
	for i := range each { // all at the same time
		for port := range uint16(flows) {
			in = append(in, conversation(20000 + port)[i])
		}
	}
	packets := enginetest.Ethernet(in...)
	opt := engine.Options{Sampling: engine.Sampling{Every: 4, ByFlow: true}}
	got, st := yielded(t, packets, opt)
	perFlow := map[uint64]int{}
	for _, n := range got {
		perFlow[(n-1)%flows]++
	}
	if len(perFlow) < flows/8 || len(perFlow) > flows/2 {
		t.Errorf("%d of %d flows, expected about %d", len(perFlow), flows, flows/4)
	}
	for f, n := range perFlow {
		if n != each {
			t.Errorf("flow %d has %d records of %d packets", f, n, each)
		}
	}
	if st.Sampled+st.Yielded != st.Seen || st.Seen != flows*each {
		t.Errorf("%+v", st)
	}
	// Another engine that sees the flows from the middle on, from the other side and at another time, chooses the same ones.
	var replies []capture.Packet
	for i, p := range packets[flows : 2*flows] {
		p.Time += int64(i) * 1e9
		replies = append(replies, p)
	}
	other, _ := yielded(t, replies, opt)
	for _, n := range other {
		if perFlow[n-1] == 0 {
			t.Fatalf("engines do not agree on flow %d", n-1)
		}
	}
	if len(other) != len(perFlow) {
		t.Errorf("%d flows in one engine, %d in another", len(perFlow), len(other))
	}
}

func TestSamplingByFlowOfPacketsWithoutOne(t *testing.T) {
	arp := append(append(make([]byte, 12), 8, 6), "an ARP request of some bytes"...)
	got, _ := yielded(t, enginetest.Ethernet(slices.Repeat([][]byte{arp}, 100)...), engine.Options{Sampling: engine.Sampling{Every: 10, ByFlow: true}})
	if len(got) != 10 {
		t.Errorf("%d of 100, want 10", len(got))
	}
}

// What the records say is what they say without sampling: state that spans packets sees all of them.
func TestSamplingLeavesAnalysisRight(t *testing.T) {
	packets := enginetest.Ethernet(slices.Concat(conversation(40000), conversation(40001), conversation(40002))...)
	whole := map[uint64]engine.Record{}
	fields := map[uint64]int{}
	run := func(opt engine.Options, each func(b *engine.Batch, r *engine.Record)) {
		e := engine.New(&enginetest.Source{Packets: packets}, all.Registry(), opt)
		var b engine.Batch
		if err := e.Next(&b); err != nil {
			t.Fatal(err)
		}
		for i := range b.Records {
			each(&b, &b.Records[i])
		}
	}
	run(engine.Options{}, func(b *engine.Batch, r *engine.Record) { whole[r.Number], fields[r.Number] = *r, len(b.Fields(r)) })
	n := 0
	run(engine.Options{Sampling: engine.Sampling{Every: 3}}, func(b *engine.Batch, r *engine.Record) {
		n++
		w := whole[r.Number]
		if r.FlowID != w.FlowID || r.Direction != w.Direction || len(b.Fields(r)) != fields[r.Number] || len(b.Layers(r)) == 0 {
			t.Errorf("packet %d: %+v, without sampling %+v", r.Number, r, w)
		}
	})
	if n != 6 {
		t.Errorf("%d records", n)
	}
}

// The count is of records, and a packet that is left out does not end an input without a count.
func TestSamplingAndCount(t *testing.T) {
	got, st := yielded(t, enginetest.Ethernet(frames(100)...), engine.Options{Count: 3, Sampling: engine.Sampling{Every: 5}})
	if len(got) != 3 || st.Yielded != 3 {
		t.Errorf("%v, %+v", got, st)
	}
}
