// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
)

// What Keep leaves out has been seen by what spans packets, and leaves nothing in the batch: the records that are kept read as without it.
func TestKeepSeesRecords(t *testing.T) {
	packets := enginetest.Ethernet(conversation(20000)...)
	http := func(b *engine.Batch, r *engine.Record) bool {
		for _, p := range b.Layers(r) {
			if p.Name == "http" {
				return true
			}
		}
		return false
	}
	got, st := yielded(t, packets, engine.Options{Keep: http})
	if len(got) != 1 || got[0] != 3 {
		t.Errorf("records of packets %v, want 3, the request", got)
	}
	if st != (engine.Stats{Seen: 6, Filtered: 5, Yielded: 1}) {
		t.Errorf("%+v", st)
	}

	whole, some := new(engine.Batch), new(engine.Batch)
	for b, keep := range map[*engine.Batch]func(*engine.Batch, *engine.Record) bool{whole: nil, some: http} {
		e := engine.New(&enginetest.Source{Packets: packets, PerBatch: len(packets)}, all.Registry(), engine.Options{Keep: keep})
		if err := e.Next(b); err != nil {
			t.Fatal(err)
		}
	}
	want, kept := &whole.Records[2], &some.Records[0]
	if kept.FlowID != want.FlowID || !kept.InitiatorKnown || len(some.Fields(kept)) != len(whole.Fields(want)) || len(some.Layers(kept)) != len(whole.Layers(want)) {
		t.Errorf("the record that was kept differs: %+v, without a filter %+v", kept, want)
	}
	none := new(engine.Batch)
	e := engine.New(&enginetest.Source{Packets: packets, PerBatch: len(packets)}, all.Registry(), engine.Options{Keep: func(*engine.Batch, *engine.Record) bool { return false }})
	if err := e.Next(none); err != nil || none.Bytes() != 0 || len(whole.Arena()) == 0 {
		t.Errorf("%v; %d bytes of records of which none is kept", err, none.Bytes())
	}
}

// Count is of the records that are kept, and a run that goes on rebuilds without asking.
func TestKeepCountsAndRebuilds(t *testing.T) {
	packets := enginetest.Ethernet(frames(100)...)
	even := func(_ *engine.Batch, r *engine.Record) bool { return r.Number%2 == 0 }
	got, st := yielded(t, packets, engine.Options{Keep: even, Count: 10, From: 50})
	if len(got) != 10 || got[0] != 52 || got[9] != 70 {
		t.Errorf("records of packets %v, want the even ones of 52 to 70", got)
	}
	if st != (engine.Stats{Seen: 70, Filtered: 10, Rebuilt: 50, Yielded: 10}) {
		t.Errorf("%+v", st)
	}
}
