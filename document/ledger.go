// SPDX-License-Identifier: Apache-2.0

package document

import "github.com/espbeat/espbeat/field"

var (
	ledgerGroup = field.Group("espbeat.ledger")
	fLedgerOf   = ledgerGroup.Add("input", field.Keyword, "", "Input that a document of the ledger counts; without it the document is of the whole process", field.Core)

	sMetric        = field.Intern("metric")
	sLedgerDataset = field.Intern(LedgerDataset)

	ledgerFields = func() (ids [len(ledgerCounters)]field.ID) {
		for i, c := range ledgerCounters {
			ids[i] = ledgerGroup.Add(c.name, field.Int64, "", c.description, field.Core, field.Rare)
		}
		return
	}()
)

// ledgerCounters are the fields of Ledger, in its order.
var ledgerCounters = [...]struct {
	name, description string
	of                func(*Ledger) *uint64
}{
	{"seen", "Packets that the input saw since the start: the sum of what became of them", func(l *Ledger) *uint64 { return &l.Seen }},
	{"acknowledged", "Packets whose documents the output acknowledged", func(l *Ledger) *uint64 { return &l.Acknowledged }},
	{"filtered", "Packets that a filter, processor or format left out", func(l *Ledger) *uint64 { return &l.Filtered }},
	{"sampled", "Packets that sampling left out", func(l *Ledger) *uint64 { return &l.Sampled }},
	{"deduplicated", "Packets left out as copies of others", func(l *Ledger) *uint64 { return &l.Deduplicated }},
	{"own", "Packets of espbeat's own connections, left out", func(l *Ledger) *uint64 { return &l.Own }},
	{"resumed", "Packets that an earlier run had acknowledged", func(l *Ledger) *uint64 { return &l.Resumed }},
	{"duplicate_skipped", "Packets that a lookup found stored already", func(l *Ledger) *uint64 { return &l.Known }},
	{"in_flight", "Packets that wait for their acknowledgement", func(l *Ledger) *uint64 { return &l.InFlight }},
	{"dropped.kernel", "Packets that the kernel or the network card lost", func(l *Ledger) *uint64 { return &l.Kernel }},
	{"dropped.pool", "Packets dropped because the memory for packets was in use", func(l *Ledger) *uint64 { return &l.Pool }},
	{"dropped.shutdown", "Packets that were read and not published when the input was stopped", func(l *Ledger) *uint64 { return &l.Shutdown }},
	{"notices", "Acknowledged documents that stand for no packet", func(l *Ledger) *uint64 { return &l.Notices }},
	{"flows", "Acknowledged documents of flows", func(l *Ledger) *uint64 { return &l.Flows }},
	{"output.stored", "Documents that the output stored, of the whole process", func(l *Ledger) *uint64 { return &l.Stored }},
	{"output.duplicate", "Documents that the output had already", func(l *Ledger) *uint64 { return &l.Duplicate }},
	{"output.rejected", "Documents that the output rejected", func(l *Ledger) *uint64 { return &l.Rejected }},
	{"output.dead_letter", "Documents that went to the dead-letter index", func(l *Ledger) *uint64 { return &l.DeadLetter }},
	{"flow.open", "Conversations that are remembered, of the whole process", func(l *Ledger) *uint64 { return &l.FlowsOpen }},
	{"flow.evicted", "Conversations forgotten for want of room", func(l *Ledger) *uint64 { return &l.FlowsEvicted }},
}

// Ledger is what became of packets since the start: of one input, or with the output and the flows of the whole process.
type Ledger struct {
	// Number tells the documents of one capture id apart, from 1.
	Number uint64
	// Time is now, nanoseconds since the epoch.
	Time int64
	// Input is the id of an input; "" for the whole process.
	Input string

	Seen, Acknowledged, Filtered, Sampled, Deduplicated, Own, Resumed, Known, InFlight uint64
	Kernel, Pool, Shutdown, Notices, Flows                                             uint64
	// Of the whole process only.
	Stored, Duplicate, Rejected, DeadLetter, FlowsOpen, FlowsEvicted uint64
}

// ofProcess is the index of the first counter that an input has not.
const ofProcess = 14

// NewLedger makes a document of the ledger, as NewGap does of a gap.
func NewLedger(opt Options, l Ledger) *Document {
	return newNotice(opt, l.Number, l.Time, func(e *Encoder) { e.collectLedger(&l) })
}

func (e *Encoder) collectLedger(l *Ledger) {
	e.begin(field.Full)
	o := &e.core
	o.Const(fKind, sMetric)
	o.Const(fCategory, sNetwork)
	o.Const(fType, sInfo)
	o.Const(fDataset, sLedgerDataset)
	if !e.opt.Shipped {
		o.Const(fECSVersion, sECS)
	}
	e.writeSensor()
	ids := ledgerFields[:]
	if l.Input != "" {
		o.String(fLedgerOf, l.Input)
		ids = ids[:ofProcess]
	}
	for i, id := range ids {
		o.Uint(id, *ledgerCounters[i].of(l))
	}
	e.addCore()
}
