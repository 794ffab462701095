// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/elastic/elastic-agent-libs/monitoring"

	"github.com/espbeat/espbeat/progress"
)

// Lost counts packets that a source saw and did not deliver.
type Lost struct {
	// Kernel: lost before espbeat could read them. Pool: no memory was free.
	Kernel, Pool uint64
	// Own: of this process's own connections, left out on purpose.
	Own uint64
}

func (l *Lost) add(o Lost) {
	l.Kernel += o.Kernel
	l.Pool += o.Pool
	l.Own += o.Own
}

// Counts account for every packet of an input:
// Seen = Acknowledged + Filtered + Sampled + Deduplicated + Own + Kernel + Pool + Shutdown + Resumed + Known + InFlight.
type Counts struct {
	Seen, Published, Acknowledged, Filtered uint64
	// Sampled: left out by sampling. Deduplicated: copies of packets, left out.
	Sampled, Deduplicated uint64
	Lost
	// Shutdown: packets that were read and not published when the input was stopped.
	Shutdown uint64
	// Resumed: passed over, because an earlier run had them acknowledged. Known: because a lookup found them stored already.
	Resumed, Known uint64
	InFlight       uint64
	// UnknownLink: packets, counted above too, whose link layer nobody dissects.
	UnknownLink uint64
	// DedupEvicted: packets that deduplication forgot within its window for want of room.
	DedupEvicted uint64
	// Notices: acknowledged documents that stand for no packet.
	Notices uint64
	// Flows: acknowledged documents of flows. FlowsPending: those that are not, at the end of a run those that it did not store.
	Flows, FlowsPending uint64
}

func (c *Counts) add(o Counts) {
	c.Seen += o.Seen
	c.Published += o.Published
	c.Acknowledged += o.Acknowledged
	c.Filtered += o.Filtered
	c.Lost.add(o.Lost)
	c.Shutdown += o.Shutdown
	c.Resumed += o.Resumed
	c.Known += o.Known
	c.InFlight += o.InFlight
	c.UnknownLink += o.UnknownLink
	c.Sampled, c.Deduplicated, c.DedupEvicted = c.Sampled+o.Sampled, c.Deduplicated+o.Deduplicated, c.DedupEvicted+o.DedupEvicted
	c.Notices += o.Notices
	c.Flows, c.FlowsPending = c.Flows+o.Flows, c.FlowsPending+o.FlowsPending
}

// tally is one input's part of the ledger.
type tally struct {
	passage // of packets

	resumed, known, unknown, sampled, deduplicated, dedupEvicted, notices atomic.Uint64

	flows passage
	lost  func() Lost // of the sources that are open
	gone  Lost        // of those before
}

// passage counts what becomes of what is published.
type passage struct{ handed, published, acknowledged, filtered, shutdown atomic.Uint64 }

func (t *tally) counts() Counts {
	// What comes later on a packet's way is read first, so that in flight is never negative.
	c := Counts{
		Acknowledged: t.acknowledged.Load(), Filtered: t.filtered.Load(), Sampled: t.sampled.Load(), Deduplicated: t.deduplicated.Load(),
		Shutdown: t.shutdown.Load(), Resumed: t.resumed.Load(), Known: t.known.Load(), Published: t.published.Load(),
		UnknownLink: t.unknown.Load(), DedupEvicted: t.dedupEvicted.Load(), Notices: t.notices.Load(),
	}
	c.Flows = t.flows.acknowledged.Load()
	settled := c.Flows + t.flows.filtered.Load()
	c.FlowsPending = t.flows.handed.Load() - settled
	handed := t.handed.Load()
	c.Lost = t.gone
	if t.lost != nil {
		c.Lost.add(t.lost())
	}
	c.InFlight = handed - min(handed, c.Acknowledged+c.Filtered+c.Sampled+c.Deduplicated+c.Shutdown+c.Resumed+c.Known)
	c.Seen = handed + c.Kernel + c.Pool + c.Own
	return c
}

// Ledger accounts for the packets of all inputs, and for what the output made of them.
type Ledger struct {
	mu     sync.Mutex
	inputs map[string]*tally
	order  []string
	// libbeat is the registry that holds the output's metrics.
	libbeat *monitoring.Registry
	// flows says what all inputs remember from packet to packet; nil without inputs.
	flows func() Flows
	// progress says how far files have been read; nil says nothing.
	progress *progress.Counters
	// kept says what the capture store holds; nil without one.
	kept func() Kept
	// tshark says what it was given; nil without it.
	tshark func() (Tshark, bool)
}

// NewLedger reports to the registry stats, under "espbeat", and reads the output's
// metrics from its "libbeat".
func NewLedger(stats *monitoring.Registry) *Ledger {
	l := &Ledger{inputs: map[string]*tally{}, libbeat: stats.GetOrCreateRegistry("libbeat")}
	stats.Remove("espbeat")
	monitoring.NewFunc(stats, "espbeat", l.report)
	return l
}

// Flows says what inputs remember from packet to packet, and what they forgot for want of room.
type Flows struct {
	Open, StreamBytes, FragmentBytes                int64
	Seen, Evicted, FragmentsEvicted, Overlaps, Gaps uint64
	ExpectedEvicted                                 uint64
}

// WithFlows sets where the metrics "espbeat.flow" come from.
func (l *Ledger) WithFlows(f func() Flows) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flows = f
}

// Kept says what the capture store has done since the start, and what it holds.
type Kept struct {
	// Packets were written; NotStored were not.
	Packets, NotStored uint64
	// Bytes were written, as they lie on disk.
	Bytes, Errors uint64
	Files         int
	Size          int64 // bytes on disk
}

// WithStore sets where the metrics "espbeat.store" come from.
func (l *Ledger) WithStore(f func() Kept) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.kept = f
}

// Tshark says what became of the packets that tshark was given.
type Tshark struct{ Packets, Skipped, Quarantined, Restarts, Timeouts, Resets uint64 }

// WithTshark sets where the metrics "espbeat.tshark" come from; f reports false as long as there are none.
func (l *Ledger) WithTshark(f func() (Tshark, bool)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tshark = f
}

// WithProgress sets where the metrics "espbeat.progress" come from.
func (l *Ledger) WithProgress(c *progress.Counters) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.progress = c
}

// input adds the tally of an input; one that runs again under the same id goes on.
func (l *Ledger) input(id string, lost func() Lost) *tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.inputs[id]
	if t == nil {
		t = &tally{}
		l.inputs[id] = t
		l.order = append(l.order, id)
	}
	t.lost = lost
	return t
}

// Retire keeps what the sources of an input have lost when they are closed for good.
func (l *Ledger) Retire(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.inputs[id]; t != nil && t.lost != nil {
		t.gone.add(t.lost())
		t.lost = nil
	}
}

// Input are the counts of one input.
func (l *Ledger) Input(id string) Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t := l.inputs[id]; t != nil {
		return t.counts()
	}
	return Counts{}
}

// Totals are the counts of all inputs.
func (l *Ledger) Totals() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	var c Counts
	for _, t := range l.inputs {
		c.add(t.counts())
	}
	return c
}

// Stored says what the output made of the acknowledged documents. Acknowledged is
// not stored: libbeat acknowledges also what the server rejected.
type Stored struct {
	Stored, Duplicate, Rejected, DeadLetter uint64
}

// Stored reads libbeat's metrics of the output.
func (l *Ledger) Stored() Stored {
	m := monitoring.CollectFlatSnapshot(l.libbeat, monitoring.Full, false).Ints
	at := func(name string) uint64 { return uint64(max(0, m["output.events."+name])) }
	return Stored{Stored: at("acked"), Duplicate: at("duplicates"), Rejected: at("dropped"), DeadLetter: at("dead_letter")}
}

// report is libbeat's way to collect metrics.
func (l *Ledger) report(_ monitoring.Mode, v monitoring.Visitor) {
	v.OnRegistryStart()
	defer v.OnRegistryFinished()
	c, s := l.Totals(), l.Stored()
	number := func(name string, n uint64) { monitoring.ReportInt(v, name, int64(n)) } //nolint:gosec // counts packets
	number("seen", c.Seen)
	number("published", c.Published)
	number("acknowledged", c.Acknowledged)
	number("filtered", c.Filtered)
	number("sampled", c.Sampled)
	number("deduplicated", c.Deduplicated)
	number("dedup_evicted", c.DedupEvicted)
	number("notices", c.Notices)
	number("flows", c.Flows)
	number("own", c.Own)
	number("resumed", c.Resumed)
	number("duplicate_skipped", c.Known)
	number("in_flight", c.InFlight)
	number("unknown_link", c.UnknownLink)
	monitoring.ReportNamespace(v, "dropped", func() {
		number("kernel", c.Kernel)
		number("pool", c.Pool)
		number("shutdown", c.Shutdown)
	})
	monitoring.ReportNamespace(v, "output", func() {
		number("stored", s.Stored)
		number("duplicate", s.Duplicate)
		number("rejected", s.Rejected)
		number("dead_letter", s.DeadLetter)
	})
	l.mu.Lock()
	flows, read, kept, tshark := l.flows, l.progress, l.kept, l.tshark
	l.mu.Unlock()
	if kept != nil {
		is := kept()
		monitoring.ReportNamespace(v, "store", func() {
			number("packets", is.Packets)
			number("not_stored", is.NotStored)
			number("written_bytes", is.Bytes)
			number("errors", is.Errors)
			monitoring.ReportInt(v, "files", int64(is.Files))
			monitoring.ReportInt(v, "size_bytes", is.Size)
		})
	}
	if read != nil {
		is := read.Snapshot()
		monitoring.ReportNamespace(v, "progress", func() {
			number("packets", is.Packets)
			monitoring.ReportInt(v, "bytes", is.Read)
			monitoring.ReportInt(v, "total_bytes", is.Total)
		})
	}
	if tshark != nil {
		if is, ok := tshark(); ok {
			monitoring.ReportNamespace(v, "tshark", func() {
				number("packets", is.Packets)
				number("skipped", is.Skipped)
				number("quarantined", is.Quarantined)
				number("restarts", is.Restarts)
				number("timeouts", is.Timeouts)
				number("resets", is.Resets)
			})
		}
	}
	if flows == nil {
		return
	}
	f := flows()
	monitoring.ReportNamespace(v, "flow", func() {
		monitoring.ReportInt(v, "open", f.Open)
		number("seen", f.Seen)
		number("evicted", f.Evicted)
		number("fragments_evicted", f.FragmentsEvicted)
		number("overlaps", f.Overlaps)
		number("stream_gaps", f.Gaps)
		number("expected_evicted", f.ExpectedEvicted)
		monitoring.ReportInt(v, "stream_bytes", f.StreamBytes)
		monitoring.ReportInt(v, "fragment_bytes", f.FragmentBytes)
	})
}

// String is the ledger as a block for people.
func (l *Ledger) String() string {
	c, s := l.Totals(), l.Stored()
	var b strings.Builder
	fmt.Fprintf(&b, "packets seen          %12d\n", c.Seen)
	line := func(name string, n uint64, always bool) {
		if always || n > 0 {
			fmt.Fprintf(&b, "  %-20s%12d\n", name, n)
		}
	}
	line("acknowledged", c.Acknowledged, true)
	line("acknowledged before", c.Resumed, false)
	line("duplicates skipped", c.Known, false)
	line("filtered", c.Filtered, false)
	line("left out, sampling", c.Sampled, false)
	line("left out, copies", c.Deduplicated, false)
	line("own connections", c.Own, false)
	line("dropped by kernel", c.Kernel, false)
	line("dropped, no memory", c.Pool, false)
	line("dropped at stop", c.Shutdown, false)
	line("not acknowledged", c.InFlight, false)
	line("of unknown link type", c.UnknownLink, false)
	l.mu.Lock()
	kept, tshark := l.kept, l.tshark
	l.mu.Unlock()
	if kept != nil {
		line("not in the store", kept().NotStored, false)
	}
	if tshark != nil {
		is, _ := tshark()
		line("not by tshark", is.Skipped+is.Quarantined, false)
	}
	fmt.Fprintf(&b, "documents stored      %12d\n", s.Stored)
	line("of lost packets", c.Notices, false)
	line("of flows", c.Flows, false)
	line("of flows, missing", c.FlowsPending, false)
	line("already there", s.Duplicate, false)
	line("rejected", s.Rejected, false)
	line("to the dead letters", s.DeadLetter, false)
	return b.String()
}
