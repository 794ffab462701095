// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"testing"
	"time"
)

// A conversation that was idle for too long is forgotten: what comes later is another one.
func TestIdle(t *testing.T) {
	open := []segment{{flags: flagSYN, seq: 1}, {server: true, flags: flagSYN | flagACK, seq: 9, ack: 2}}
	ended := append(open[:2:2], segment{flags: flagFIN | flagACK, seq: 2, ack: 10})
	for _, c := range []struct {
		name string
		opt  Options
		send []segment
		idle time.Duration
		want uint64 // number of the conversation of a segment after the pause
	}{
		{"an open connection rests for minutes", Options{}, open, 4 * time.Minute, 0},
		{"but not for ever", Options{}, open, 6 * time.Minute, 1},
		{"one that has ended goes sooner", Options{}, ended, 2 * time.Minute, 1},
		{"its last packets belong to it", Options{}, ended, 30 * time.Second, 0},
		{"a bound of one's own", Options{IdleTCP: time.Second}, open, 2 * time.Second, 1},
		{"no bound", Options{Idle: -1, IdleTCP: -1}, ended, 100 * time.Hour, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.opt)
			for _, g := range c.send {
				b.send(g)
			}
			b.p.Time += int64(c.idle)
			if conv, _ := b.send(segment{flags: flagACK, seq: 2, ack: 10}); conv.Number != c.want {
				t.Errorf("conversation %d, want %d", conv.Number, c.want)
			}
			if n := b.s.Stats().Flows; n != 1 {
				t.Errorf("%d conversations in the table, want 1", n)
			}
		})
	}
}

// However long the capture, the table holds what was seen lately.
func TestIdleBoundsTheTable(t *testing.T) {
	b := newBench(t, Options{})
	for i := range 5000 {
		b.p.Time += int64(time.Second)
		b.send(segment{port: uint16(i + 1), flags: flagSYN, seq: 1})
	}
	if s := b.s.Stats(); s.Flows > 302 || s.FlowsSeen != 5000 || s.FlowsEvicted != 0 {
		t.Errorf("%+v, want those of the last five minutes and none evicted", s)
	}
}
