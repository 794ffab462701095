// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/espbeat/espbeat/capture"
)

// Packet is one packet to dissect, and what tshark says of it.
type Packet struct {
	capture.Packet        // whose Data stays valid until the Batch is answered
	Number         uint64 // in its source
	// Flow decides which process gets the packet: all of a flow go to the same one.
	Flow uint64
	// Layers is tshark's answer: the JSON of an object of protocols, under its names. Mark is that of an object that says what Layers lacks
	// (ek.Mark), nil when it lacks nothing. Without an answer, Fate says why, and Layers has what is known without it.
	Layers, Mark []byte
	Fate         Fate

	number uint64 // in the capture that its process reads, from 1
	batch  *Batch
}

// Fate is what became of a packet.
type Fate uint8

// Fates.
const (
	Dissected   Fate = iota
	Skipped          // tshark went on without a word of it
	Quarantined      // no process survived it
)

// Batch is a run of packets that are dissected together. It may be used again once it is answered.
type Batch struct {
	Packets []Packet
	// Interfaces are those of the source, as far as the packets refer to them.
	Interfaces []capture.Interface

	left     atomic.Int64
	answered chan struct{}
}

// Reset forgets the packets and keeps the memory.
func (b *Batch) Reset() {
	clear(b.Packets)
	b.Packets, b.Interfaces = b.Packets[:0], nil
}

// settle notes the fate of one packet.
func (b *Batch) settle() {
	if b.left.Add(-1) == 0 {
		close(b.answered)
	}
}

// Dissector has the packets of one source dissected. Send, Wait and Close may be called by different goroutines.
type Dissector struct {
	program *Program
	source  string // its name, for people
	shards  []*shard
	running sync.WaitGroup
	// ctx ends the processes, at Close or when the source cannot be dissected any further; its cause says why.
	ctx context.Context
	end context.CancelCauseFunc
}

// queued is how many batches a process may have waiting beside the one that it is at.
const queued = 4

// Open begins a source, and no process yet.
func (p *Program) Open(source string) *Dissector {
	d := &Dissector{program: p, source: source}
	d.ctx, d.end = context.WithCancelCause(context.Background())
	for range max(1, p.opt.Processes) {
		s := &shard{of: d, in: make(chan []*Packet, queued)}
		d.shards = append(d.shards, s)
		d.running.Go(s.run)
	}
	return d
}

// Send takes a batch over, blocking while the processes have enough to do. One goroutine calls it.
func (d *Dissector) Send(ctx context.Context, b *Batch) error {
	b.answered = make(chan struct{})
	b.left.Store(int64(len(b.Packets)) + 1) // settled here, when all are sent
	defer b.settle()
	parts := make([][]*Packet, len(d.shards))
	for i := range b.Packets {
		p := &b.Packets[i]
		p.batch = b
		at := p.Flow % uint64(len(d.shards))
		parts[at] = append(parts[at], p)
	}
	for i, part := range parts {
		if len(part) == 0 {
			continue
		}
		select {
		case d.shards[i].in <- part:
		case <-d.ctx.Done():
			return context.Cause(d.ctx)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Wait waits until all packets of a batch that was sent have their answers.
func (d *Dissector) Wait(ctx context.Context, b *Batch) error {
	select {
	case <-b.answered:
		return nil
	case <-d.ctx.Done():
		return context.Cause(d.ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the processes; batches that are not answered yet never are.
func (d *Dissector) Close() {
	d.end(errClosed)
	d.running.Wait()
}
