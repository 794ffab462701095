// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"net/netip"
	"path/filepath"
	"sync"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/elastic-agent-libs/paths"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/filter"
	"github.com/espbeat/espbeat/privileges"
	"github.com/espbeat/espbeat/publish"
	"github.com/espbeat/espbeat/publish/indices"
	"github.com/espbeat/espbeat/tshark"
)

// second is the dissector beside espbeat's own, looked for when the first input asks for it.
type second struct {
	cfg    *config.Config
	folder string // where a relative quarantine file is; empty is the current one
	say    func(string)

	mu      sync.Mutex
	program *tshark.Program
}

// secondOf is that of a run of the Beat.
func (e *Beater) secondOf(b *beat.Beat, ledger *publish.Ledger) *second {
	s := &second{cfg: &e.cfg, folder: b.Paths.Resolve(paths.Data, ""), say: e.say}
	if e.opts.Forget {
		s.folder = "" // path.data goes when the run ends
	}
	ledger.WithTshark(func() (publish.Tshark, bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.program == nil {
			return publish.Tshark{}, false
		}
		return publish.Tshark(s.program.Stats()), true
	})
	return s
}

// find is the program, found and checked.
func (s *second) find() (*tshark.Program, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.program != nil {
		return s.program, nil
	}
	c := &s.cfg.Dissector.Tshark
	aside := cmp.Or(c.Quarantine, "tshark-quarantine.pcapng")
	if !filepath.IsAbs(aside) {
		aside = filepath.Join(s.folder, aside)
	}
	aside, err := filepath.Abs(aside)
	if err != nil {
		return nil, fmt.Errorf("find the folder of espbeat.dissector.tshark.quarantine: %w", err)
	}
	p, err := findTshark(c, aside, s.cfg.Format == config.FormatEK || c.When == config.Always, s.say)
	if err != nil {
		return nil, err
	}
	s.program = p
	if s.cfg.Redact {
		s.say(fmt.Sprintf("%s: what it says of a packet is not redacted: passwords, cookies and the like stand there as they were sent", p))
	}
	return p, nil
}

// findTshark finds and checks the configured program.
func findTshark(c *config.Tshark, quarantine string, ahead bool, say func(string)) (*tshark.Program, error) {
	if err := privileges.KeepFromChildren(); err != nil {
		return nil, err
	}
	return tshark.Find(context.Background(), tshark.Options{
		Path: c.Path, Processes: c.Processes, Timeout: c.Timeout, MaxPackets: c.MaxPackets, MaxMemory: int64(c.MaxMemory),
		MaxDocument: int(c.MaxDocument), Protocols: c.Protocols, User: c.User, Quarantine: quarantine, Ahead: ahead, Say: say,
	})
}

// close is for when all inputs have ended.
func (s *second) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.program != nil {
		s.program.Close()
	}
}

// tsharkFilter compiles dissector.tshark.when; it is nil where that is no display filter.
func tsharkFilter(cfg *config.Config) (*filter.Filter, error) {
	text := cfg.Dissector.Tshark.Filter()
	if text == "" {
		return nil, nil
	}
	f, err := CompileFilter(text, config.Full)
	if err != nil {
		return nil, fmt.Errorf("espbeat.dissector.tshark.when: %w: use unknown, always, a display filter, or leave it out", err)
	}
	return f, nil
}

// frames tells of which records of a source tshark is asked; nil without tshark.
func (l *line) frames(opt document.Options) func(*engine.Batch, *engine.Record) bool {
	all := func(*engine.Batch, *engine.Record) bool { return true }
	switch when := l.cfg.Dissector.Tshark.When; {
	case l.tshark == nil:
		return nil
	case l.in.Format == config.FormatEK || when == config.Always:
		return all
	case when == config.Unknown:
		return func(_ *engine.Batch, r *engine.Record) bool { return r.Unnamed }
	}
	return matching(l.asks, opt)
}

// asked is how many batches are with tshark at a time, beside the one that its answers are waited for.
const asked = 4

// asking has tshark dissect the batches of one source on their way to its feed, which gets them in their order.
type asking struct {
	feed
	dissector *tshark.Dissector
	source    *source
	handing   context.Context
	queue     chan *batch
	finish    func()        // closes queue
	ended     chan struct{} // closed when nothing is handed on any more
	err       error         // why, valid then; nil at the end
}

// ask puts tshark before a feed.
func (l *line) ask(handing context.Context, s *source, f feed) *asking {
	a := &asking{feed: f, dissector: l.tshark.Open(s.name), source: s, handing: handing, queue: make(chan *batch, asked), ended: make(chan struct{})}
	a.finish = sync.OnceFunc(func() { close(a.queue) })
	go a.run()
	return a
}

// take sends a batch to tshark.
func (a *asking) take(ctx context.Context, b *batch) error {
	for i := range b.Records {
		r := &b.Records[i]
		if data, ok := b.Frame(r); ok {
			b.asked.Packets = append(b.asked.Packets, tshark.Packet{
				Packet: capture.Packet{Data: data, Time: r.Time, Length: r.Length, LinkType: r.LinkType, Interface: r.Interface, Comments: r.Comments},
				Number: r.Number, Flow: hosts(&r.Core),
			})
		}
	}
	b.asked.Interfaces = a.source.Interfaces()
	if err := a.dissector.Send(ctx, &b.asked); err != nil {
		a.drop(b)
		return err
	}
	select {
	case a.queue <- b:
		return nil
	case <-a.ended:
		a.drop(b)
		return a.err
	}
}

// run hands batches on as they are answered.
func (a *asking) run() {
	defer close(a.ended)
	for b := range a.queue {
		if a.err = a.pass(b); a.err != nil {
			return
		}
	}
}

func (a *asking) pass(b *batch) error {
	if err := a.dissector.Wait(a.handing, &b.asked); err != nil {
		a.drop(b)
		return err
	}
	b.answer()
	if err := a.feed.take(a.handing, b); err != nil || !a.source.prompt {
		return err
	}
	return a.feed.flush(false)
}

// flush waits the last time until all is handed on; before that, run flushes.
func (a *asking) flush(last bool) error {
	if !last {
		return nil
	}
	a.finish()
	<-a.ended
	if a.err != nil {
		return a.err
	}
	return a.feed.flush(true)
}

// close ends the processes, and counts what was not handed on; after the last take.
func (a *asking) close() {
	a.finish()
	<-a.ended
	for b := range a.queue {
		a.drop(b)
	}
	a.dissector.Close()
}

// answer puts what tshark says into the records.
func (b *batch) answer() {
	at := 0
	for i := range b.Records {
		r := &b.Records[i]
		if _, ok := b.Frame(r); !ok {
			continue
		}
		p := &b.asked.Packets[at]
		at++
		r.Tshark, r.TsharkCut, r.TsharkTyped = p.Layers, p.Mark, p.Typed
		r.Cut = r.Cut || p.Mark != nil
	}
}

// layersMapping is one field for all that tshark may say: it has 200,000 names. What a value has beyond 1,024 characters is not searched; tshark nests
// deeper than the 20 levels that a flattened field has by default.
func layersMapping() map[string]any {
	return map[string]any{"type": "flattened", "ignore_above": 1024, "depth_limit": 900}
}

// mapTyped has the chosen protocols of tshark mapped, by what the configured tshark says of them.
func mapTyped(ix *indices.Index, c *config.Tshark) error {
	if len(c.Protocols) == 0 {
		return nil
	}
	p, err := findTshark(c, "", false, nil) // which is given no packets
	if err != nil {
		return err
	}
	defer p.Close()
	properties, n := p.Properties()
	mapping := ix.Template["mappings"].(map[string]any)
	mapping["properties"].(map[string]any)["tshark"] = map[string]any{"properties": properties}
	limit := ix.Template["settings"].(map[string]any)["index"].(map[string]any)["mapping"].(map[string]any)["total_fields"].(map[string]any)
	limit["limit"] = limit["limit"].(int) + n + 1
	return nil
}

// hosts is of the addresses of both sides, whichever sent the packet: conversations that belong together, and the fragments of their packets,
// go to the same process.
func hosts(c *dissect.Core) uint64 {
	one := func(a netip.Addr) uint64 {
		if !a.IsValid() {
			return 0
		}
		h, b := fnv.New64a(), a.As16()
		_, _ = h.Write(b[:])
		return h.Sum64()
	}
	sum := one(c.Source.Addr) + one(c.Destination.Addr)
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], sum)
	h := fnv.New64a()
	_, _ = h.Write(b[:])
	return h.Sum64() >> 32 // the lower bits of FNV are those of few bytes
}

var _ feed = (*asking)(nil)
