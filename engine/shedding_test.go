// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
)

const (
	headers = engine.Headers
	sampled = engine.Sampled
)

// shed runs packets through an engine, a batch for each pressure. It returns what was made of each batch and the records' numbers.
func shed(t *testing.T, packets []capture.Packet, perBatch int, pressures []float64, opt engine.Options) (made []engine.Shed, got [][]uint64, st engine.Stats) {
	t.Helper()
	batch := 0
	opt.Shedding.Pressure = func() float64 { batch++; return pressures[batch-1] }
	e := engine.New(&enginetest.Source{Packets: packets, PerBatch: perBatch}, all.Registry(), opt)
	var b engine.Batch
	for err := e.Next(&b); ; err = e.Next(&b) {
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return made, got, e.Stats()
		}
		var numbers []uint64
		for i := range b.Records {
			if b.Records[i].Shed != e.Shedding() {
				t.Errorf("packet %d: %+v, the engine says %+v", b.Records[i].Number, b.Records[i].Shed, e.Shedding())
			}
			numbers = append(numbers, b.Records[i].Number)
		}
		made, got = append(made, e.Shedding()), append(got, numbers)
	}
}

// at sets the times of the packets of each batch, in tenths of a second.
func at(packets []capture.Packet, perBatch int, tenths ...int64) []capture.Packet {
	for i := range packets {
		packets[i].Time = 1_700_000_000e9 + tenths[i/perBatch]*1e8
	}
	return packets
}

func TestSheddingLevels(t *testing.T) {
	full := engine.Shed{}
	for _, c := range []struct {
		name      string
		pressures []float64
		tenths    []int64
		want      []engine.Shed
	}{
		{"nothing is shed below the thresholds", []float64{0, 0.3, 0.49, 0.1}, []int64{0, 1, 2, 3}, []engine.Shed{full, full, full, full}},
		{"one level after the other", []float64{1, 1, 1}, []int64{0, 0, 0}, []engine.Shed{{Level: headers}, {sampled, 2}, {sampled, 2}}},
		{"headers do", []float64{0.5, 0.79, 0.26}, []int64{0, 100, 200}, []engine.Shed{{Level: headers}, {Level: headers}, {Level: headers}}},
		{"the rate doubles while the pressure stays", []float64{0.9, 0.9, 0.9, 0.9, 0.9}, []int64{0, 1, 2, 3, 3},
			[]engine.Shed{{Level: headers}, {sampled, 2}, {sampled, 4}, {sampled, 8}, {sampled, 8}}},
		{"and is eased slowly", []float64{0.9, 0.9, 0.9, 0.2, 0.2, 0.2, 0.2, 0.2}, []int64{0, 1, 2, 12, 62, 112, 162, 171},
			[]engine.Shed{{Level: headers}, {sampled, 2}, {sampled, 4}, {sampled, 4}, {sampled, 2}, {Level: headers}, full, full}},
		{"nothing moves between the thresholds", []float64{0.9, 0.9, 0.5, 0.25}, []int64{0, 1, 900, 1800}, []engine.Shed{{Level: headers}, {sampled, 2}, {sampled, 2}, {sampled, 2}}},
		{"a silence eases several steps", []float64{0.9, 0.9, 0.9, 0.9, 0}, []int64{0, 1, 2, 3, 3000}, []engine.Shed{{Level: headers}, {sampled, 2}, {sampled, 4}, {sampled, 8}, full}},
		{"a clock that is set back", []float64{0.9, 0.9, 0, 0, 0}, []int64{36000, 36001, 0, 49, 50}, []engine.Shed{{Level: headers}, {sampled, 2}, {sampled, 2}, {sampled, 2}, {Level: headers}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, _ := shed(t, at(enginetest.Ethernet(frames(2*len(c.pressures))...), 2, c.tenths...), 2, c.pressures, engine.Options{})
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestSheddingRateIsBounded(t *testing.T) {
	const batches = 20
	tenths := make([]int64, batches)
	for i := range tenths {
		tenths[i] = int64(i)
	}
	got, _, st := shed(t, at(enginetest.Ethernet(frames(batches)...), 1, tenths...), 1, slices.Repeat([]float64{1}, batches), engine.Options{})
	if last := got[batches-1]; last != (engine.Shed{Level: sampled, Rate: 1024}) {
		t.Errorf("%+v", last)
	}
	if st.Seen != batches || st.Sampled+st.Yielded != st.Seen {
		t.Errorf("%+v", st)
	}
}

// portsOf are the ports that packets of conversations, one a port from first on, were yielded of, with how many.
func portsOf(packets []capture.Packet, numbers []uint64) map[uint16]int {
	flows := map[uint16]int{}
	for _, n := range numbers {
		src, dst := binary.BigEndian.Uint16(packets[n-1].Data[34:]), binary.BigEndian.Uint16(packets[n-1].Data[36:])
		flows[max(src, dst)]++
	}
	return flows
}

// parallel are the packets of conversations of ports from 20000 on, all at the same time.
func parallel(flows int) []capture.Packet {
	var in [][]byte
	for i := range 6 {
		for port := range uint16(flows) { //nolint:gosec // a few hundred
			in = append(in, conversation(20000 + port)[i])
		}
	}
	return enginetest.Ethernet(in...)
}

// Whole flows are left out; a higher rate leaves out more of them, and takes none in; what is left out is counted.
func TestSheddingSamplesFlows(t *testing.T) {
	const flows = 800
	packets := at(slices.Concat(parallel(flows), parallel(flows), parallel(flows)), flows, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1)
	pressures := slices.Repeat([]float64{0.9}, 18)
	got, numbers, st := shed(t, packets, flows, pressures, engine.Options{})
	if got[0].Level != headers || got[1].Rate != 2 || got[11].Rate != 2 || got[12].Rate != 4 || len(numbers[0]) != flows {
		t.Fatalf("%+v", got)
	}
	half, quarter := portsOf(packets, slices.Concat(numbers[6:12]...)), portsOf(packets, slices.Concat(numbers[12:]...))
	for flow, n := range half {
		if n != 6 {
			t.Errorf("flow %d has %d records of 6 packets", flow, n)
		}
	}
	for flow, n := range quarter {
		if n != 6 || half[flow] == 0 {
			t.Errorf("flow %d has %d records, and %d at the lower rate", flow, n, half[flow])
		}
	}
	if len(half) < flows*3/8 || len(half) > flows*5/8 || len(quarter) < flows/8 || len(quarter) > flows*3/8 {
		t.Errorf("%d and %d of %d flows", len(half), len(quarter), flows)
	}
	if st.Sampled+st.Yielded != st.Seen || st.Seen != 18*flows {
		t.Errorf("%+v", st)
	}
	// An engine of a fanout that is at the same level chooses the same flows.
	_, other, _ := shed(t, parallel(flows)[:2*flows], flows, []float64{0.9, 0.9}, engine.Options{})
	if !maps.Equal(portsOf(packets, numbers[1]), portsOf(packets, other[1])) {
		t.Error("two engines choose different flows")
	}
}

// Sampling and shedding are independent: of the flows that the one keeps, the other keeps its share.
func TestSheddingOfSampledFlows(t *testing.T) {
	const flows = 4000
	packets := parallel(flows)
	_, numbers, _ := shed(t, packets, flows, slices.Repeat([]float64{0.9}, 6), engine.Options{Sampling: engine.Sampling{Every: 4, ByFlow: true}})
	if n, both := len(numbers[0]), len(numbers[1]); n < flows/5 || n > flows/3 || both < n*2/5 || both > n*3/5 {
		t.Errorf("%d flows of %d, and %d of them at half", n, flows, both)
	}
}

func TestSheddingPacketsWithoutFlow(t *testing.T) {
	arp := append(append(make([]byte, 12), 8, 6), "an ARP request of some bytes"...)
	_, numbers, st := shed(t, at(enginetest.Ethernet(slices.Repeat([][]byte{arp}, 1200)...), 400, 0, 0, 0), 400, []float64{0.9, 0.9, 0.9}, engine.Options{})
	if n := len(numbers[2]); len(numbers[0]) != 400 || n < 150 || n > 250 || st.Sampled != 800-uint64(len(numbers[1])+n) {
		t.Errorf("%d, %d and %d of 400; %+v", len(numbers[0]), len(numbers[1]), n, st)
	}
}
