// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// note sends a segment and counts it.
func (b *bench) note(g segment) *Ended {
	b.t.Helper()
	b.send(g)
	return b.s.Note(&b.p, b.p.Time)
}

// brief says who a flow was, why it ended, and what passed each way.
func brief(all []*Ended) (said []string) {
	for _, e := range all {
		said = append(said, fmt.Sprint(e.First.Source.Port, " ", e.Reason, " ", e.Packets[0], " ", e.Packets[1]))
	}
	return said
}

func TestFlowsEnd(t *testing.T) {
	const syn, ack, fin, rst = flagSYN, flagACK, flagFIN, flagRST
	const late = int64(6 * time.Minute)
	closing := []segment{{flags: syn, seq: 1}, {server: true, flags: syn | ack, seq: 9, ack: 2}, {flags: ack, seq: 2, ack: 10}, {flags: ack | fin, seq: 2, ack: 10},
		{server: true, flags: ack | fin, seq: 10, ack: 3}, {flags: ack, seq: 3, ack: 11}}
	for _, c := range []struct {
		name      string
		send      []segment
		now, last []string // when all are sent, and at the end
	}{
		{"closed, and the last acknowledgement counts", append(slices.Clone(closing), segment{port: 5, flags: syn, wait: int64(61 * time.Second)}),
			[]string{"40000 closed 4 2"}, []string{"5 forced_end 1 0"}},
		{"closed, and the end of the input", closing, nil, []string{"40000 closed 4 2"}},
		{"closed, and the same ports again", append(slices.Clone(closing), segment{flags: syn, seq: 1}), []string{"40000 closed 4 2"}, []string{"40000 forced_end 1 0"}},
		{"reset, with a packet after it", []segment{{flags: syn, seq: 1}, {server: true, flags: rst | ack, ack: 2}, {flags: ack, seq: 2}, {port: 5, flags: syn, wait: late}},
			[]string{"40000 reset 2 1"}, []string{"5 forced_end 1 0"}},
		{"half closed", []segment{{flags: ack | fin, seq: 1}, {port: 5, flags: syn, wait: late}}, []string{"40000 idle_timeout 1 0"}, []string{"5 forced_end 1 0"}},
		{"idle", []segment{{flags: ack}, {port: 5, flags: syn, wait: late}}, []string{"40000 idle_timeout 1 0"}, []string{"5 forced_end 1 0"}},
		{"the same after silence is another", []segment{{flags: ack}, {flags: ack, wait: late}}, []string{"40000 idle_timeout 1 0"}, []string{"40000 forced_end 1 0"}},
		{"another connection of the same ports", []segment{{flags: syn, seq: 1}, {flags: ack, seq: 2}, {flags: syn, seq: 77}},
			[]string{"40000 reused_ports 2 0"}, []string{"40000 forced_end 1 0"}},
		{"no room", []segment{{port: 1, flags: ack}, {port: 2, flags: ack}, {port: 1, flags: ack}, {port: 3, flags: ack}, {port: 4, flags: ack}},
			[]string{"2 lack_of_resources 1 0", "1 lack_of_resources 2 0"}, []string{"3 forced_end 1 0", "4 forced_end 1 0"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, Options{Flows: 2})
			var ended []*Ended
			b.s.Collect(&ended)
			for _, g := range c.send {
				b.note(g)
			}
			if got := brief(ended); !slices.Equal(got, c.now) {
				t.Errorf("ended %q, want %q", got, c.now)
			}
			ended = ended[:0]
			b.s.End()
			if got := brief(ended); !slices.Equal(got, c.last) {
				t.Errorf("ended with the input %q, want %q", got, c.last)
			}
			if n := b.s.Stats().Flows; n != 0 {
				t.Errorf("%d flows after the end", n)
			}
		})
	}
}

func TestEndedSaysWhatTheFlowWas(t *testing.T) {
	b := newBench(t, Options{})
	var ended []*Ended
	b.s.Collect(&ended)
	begun := b.note(segment{server: true, flags: flagSYN | flagACK, data: "four"}) // the SYN was missed
	if begun == nil || begun.Direction != 1 || begun.Number != 1 {
		t.Fatalf("the first packet: %+v", begun)
	}
	if b.note(segment{flags: flagACK, wait: 2e6}) != nil {
		t.Error("the second packet begins the flow again")
	}
	c := b.p.Conversation
	b.p.Time -= 10e6 // captures need not be in order
	b.note(segment{flags: flagACK})
	b.s.End()
	if len(ended) != 1 {
		t.Fatalf("%d flows", len(ended))
	}
	e := ended[0]
	if e.ID != c.ID || e.CommunityID != c.CommunityID || !e.InitiatorKnown || e.Bytes != [2]uint64{108, 58} || e.First.Source.Port != serverPort {
		t.Errorf("%+v", e)
	}
	if e.Start != -5e6 || e.End != 4e6 {
		t.Errorf("from %d to %d", e.Start, e.End)
	}
}

// Without a list, and for packets that were not counted, nothing is kept.
func TestFlowsThatNobodyCollects(t *testing.T) {
	b := newBench(t, Options{})
	b.note(segment{flags: flagACK})
	b.s.End()
	var ended []*Ended
	b.s.Collect(&ended)
	b.send(segment{flags: flagACK})
	b.s.End()
	if len(ended) != 0 {
		t.Errorf("%+v", ended)
	}
}
