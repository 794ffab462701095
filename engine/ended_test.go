// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"errors"
	"io"
	"os"
	"reflect"
	"slices"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/flow"
)

// flowsOf are the flows of packets, and the numbers of their packets by flow.id as records say it.
func flowsOf(t *testing.T, packets []capture.Packet, perBatch int, opt engine.Options) (flows []*engine.Flow, byID map[string]uint64) {
	t.Helper()
	opt.Flows = true
	e := engine.New(&enginetest.Source{Packets: packets, PerBatch: perBatch}, all.Registry(), opt)
	byID = map[string]uint64{}
	var b engine.Batch
	for {
		err := e.Next(&b)
		if errors.Is(err, io.EOF) {
			e.End(&b)
			return append(flows, b.Flows...), byID
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Records {
			if id := b.Records[i].FlowID; id != "" {
				byID[id]++
			}
		}
		flows = append(flows, b.Flows...)
	}
}

// Each packet that names a flow counts in that flow alone, through tunnels too, and no two flows have one first packet.
func TestEachPacketCountsInOneFlow(t *testing.T) {
	if _, err := os.Stat(demo); err != nil {
		t.Skipf("no demo capture (%v): make it with tests/demo/make.sh", err)
	}
	for name, opt := range map[string]engine.Options{
		"default": {}, "few flows": {Flow: flow.Options{Flows: 3}}, "wireshark": {Dissect: dissect.Options{Wireshark: true}},
	} {
		t.Run(name, func(t *testing.T) {
			packets := enginetest.Read(t, demo)
			flows, byID := flowsOf(t, packets, 7, opt)
			first := map[uint64]bool{}
			for _, f := range flows {
				if n := f.Packets[0] + f.Packets[1]; n == 0 || n != byID[f.ID] {
					t.Errorf("flow %s of packet %d counts %d packets, %d name it", f.ID, f.Number, n, byID[f.ID])
				}
				if first[f.Number] {
					t.Errorf("two flows begin with packet %d", f.Number)
				}
				first[f.Number] = true
			}
			if len(flows) != len(byID) {
				t.Errorf("%d flows ended, packets name %d", len(flows), len(byID))
			}
			again, _ := flowsOf(t, packets, 64, opt)
			if !reflect.DeepEqual(again, flows) {
				t.Error("other batches make other flows")
			}
		})
	}
}

// A run that goes on makes the flows that ended after the place where it does, with all of their packets.
func TestFlowsOfAResumedSource(t *testing.T) {
	var packets []capture.Packet
	for i := range 9 { // a flow a packet; idle for 3 packets
		packets = append(packets, enginetest.Ethernet(enginetest.UDP(1, 2, uint16(1000+i), 53, "x"))[0])
		packets[i].Time += int64(i) * 1e9
	}
	opt := engine.Options{Flow: flow.Options{Idle: 3e9}, Sampling: engine.Sampling{Every: 4}} // which chooses packets, not flows
	want, _ := flowsOf(t, packets, 2, opt)
	if len(want) != len(packets) {
		t.Fatalf("%d flows", len(want))
	}
	for from := range uint64(9) {
		opt.From = from
		got, _ := flowsOf(t, packets, 2, opt)
		gone := max(0, int(from)-4) // packet 5 ends the flow of packet 1
		if !slices.EqualFunc(got, want[gone:], func(a, b *engine.Flow) bool { return reflect.DeepEqual(a, b) }) {
			t.Errorf("from %d: %d flows, want %d", from, len(got), len(want)-gone)
		}
	}
}

// What a tunnel carries is a flow that says which tunnel that was; the tunnel itself is one as far as something else goes through it.
func TestFlowsOfTunnels(t *testing.T) {
	inner := enginetest.UDP(3, 4, 5, 6, "x")
	vxlan := append([]byte{8, 0, 0, 0, 0, 0, 42, 0}, inner...)
	packets := enginetest.Ethernet(enginetest.UDP(1, 2, 5000, 4789, string(vxlan)), enginetest.UDP(1, 2, 5000, 4789, string(vxlan)))
	flows, _ := flowsOf(t, packets, 1, engine.Options{})
	if len(flows) != 1 || flows[0].Packets[0] != 2 || flows[0].First.Source.Port != 5 || !slices.Equal(flows[0].TunnelTypes, []string{"vxlan"}) || !slices.Equal(flows[0].TunnelIDs, []string{"42"}) {
		t.Errorf("%+v", flows)
	}
}

func TestFlowsAreOff(t *testing.T) {
	e := engine.New(&enginetest.Source{Packets: enginetest.Ethernet(frames(3)...)}, all.Registry(), engine.Options{})
	var b engine.Batch
	if err := e.Next(&b); err != nil {
		t.Fatal(err)
	}
	if e.End(&b); len(b.Flows) != 0 || len(b.Records) != 0 {
		t.Errorf("%d flows, %d records", len(b.Flows), len(b.Records))
	}
}
