// SPDX-License-Identifier: Apache-2.0

// Package pcap makes a capture of a search: it takes the packets of documents from the documents themselves or from the captures that these
// point to, and writes them in their order. What a document says is not trusted: a packet that is not as it says is missing.
package pcap

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/espbeat/espbeat/store"
)

// Documents are those of an index at one moment.
type Documents interface {
	// Each calls take with the documents of a query in the order of packets, up to page at a time, with the named fields of their sources.
	Each(ctx context.Context, query any, fields []string, page int, take func(ids []string, sources []json.RawMessage) error) error
	// Values are those that a field has in the documents of a query; more than most are an error.
	Values(ctx context.Context, query any, field string, most int) ([]string, error)
}

// Finder finds packets in the captures of one store.
type Finder interface {
	Packet(ctx context.Context, at store.Place) (store.Found, error)
}

// Options of Write.
type Options struct {
	Query Query
	// Flows adds all packets of the flows that the found ones belong to.
	Flows bool
	// Limit ends the capture after so many packets; 0 is none.
	Limit uint64
	// Stores are what packet.capture.id can name.
	Stores map[string]Finder
	// Say tells people which packets are missing, and why.
	Say func(string)
}

// Result counts packets.
type Result struct {
	// Written ones; Cut are those of them that lack their last bytes, for which their documents had no room.
	Written, Cut uint64
	// Missing were found as documents only.
	Missing uint64
	// Limited says that there may be more than Limit.
	Limited bool
}

const (
	// page is how many documents are read at a time, with up to 64 KiB and 256 KiB of packet each.
	page = 500
	// maxFlows bounds those whose packets are looked for.
	maxFlows = 256 << 10
	// maxSaid is how many reasons for missing packets are told, each once.
	maxSaid = 5
)

var errLimit = errors.New("there are enough packets")

// Write searches, and writes the packets that are found.
func Write(ctx context.Context, docs Documents, out *store.Writer, opt Options) (Result, error) {
	w := &writer{opt: opt, out: out, said: map[string]bool{}}
	query, err := opt.Query.Build()
	if err != nil {
		return w.Result, err
	}
	if opt.Flows {
		flows, err := docs.Values(ctx, query, "flow.id", maxFlows)
		if err != nil {
			return w.Result, err
		}
		query = withFlows(query, flows)
	}
	err = docs.Each(ctx, query, Fields, page, func(ids []string, sources []json.RawMessage) error { return w.take(ctx, ids, sources) })
	if errors.Is(err, errLimit) {
		err = nil
	}
	if err == nil {
		err = out.Flush()
	}
	return w.Result, err
}

type writer struct {
	Result
	opt Options
	out *store.Writer
	// seen are the ids of the documents of one time: a packet that was stored before and after a rollover is one.
	seen map[string]bool
	at   string // that time
	said map[string]bool
}

// wanted is one packet to be written.
type wanted struct {
	*doc
	id    string
	err   error
	place store.Place // where it is to be looked for, if find is set
	find  bool
	cut   bool // the document holds its first bytes
	found store.Found
}

// take writes the packets of some documents.
func (w *writer) take(ctx context.Context, ids []string, sources []json.RawMessage) error {
	var all []*wanted
	for i, source := range sources {
		k := &wanted{id: ids[i]}
		k.doc, k.err = parse(source)
		if w.repeats(ids[i], k.Timestamp) {
			continue
		}
		if w.opt.Limit > 0 && w.Written+w.Missing+uint64(len(all)) == w.opt.Limit {
			w.Limited = true
			break
		}
		all = append(all, k)
		if k.err == nil {
			k.choose()
		}
	}
	if err := w.find(ctx, all); err != nil {
		return err
	}
	for _, k := range all {
		if err := w.write(k); err != nil {
			return err
		}
	}
	if w.Limited {
		return errLimit
	}
	return nil
}

// repeats tells whether a document of the same id and time came before.
func (w *writer) repeats(id, at string) bool {
	if w.at != at || w.seen == nil {
		w.at, w.seen = at, map[string]bool{}
	}
	again := w.seen[id]
	w.seen[id] = true
	return again
}

// name is what people are told of a packet; documents may hold what a terminal takes for orders.
func (k *wanted) name() string {
	if k.time == 0 {
		return fmt.Sprintf("the packet of document %q", k.id)
	}
	return fmt.Sprintf("packet %d of %s", k.Packet.Number, time.Unix(0, k.time).UTC().Format(time.RFC3339Nano))
}

// choose settles where a packet comes from: its own document, if that holds all of it.
func (k *wanted) choose() {
	if len(k.Packet.Raw) > 0 && !k.Packet.CutRaw {
		k.found, k.err = k.raw()
		return
	}
	k.place, k.find, k.err = k.doc.place()
	if k.cut = len(k.Packet.Raw) > 0; k.err == nil && !k.find && !k.cut {
		k.err = errors.New("its document neither holds the packet nor says where it is: set payload.raw, espbeat.store.enabled or capture.id of the input that makes such documents")
	}
}

// find looks for packets in the stores, file by file, which is quickest.
func (w *writer) find(ctx context.Context, all []*wanted) error {
	look := slices.DeleteFunc(slices.Clone(all), func(k *wanted) bool { return !k.find || k.err != nil })
	slices.SortStableFunc(look, func(a, b *wanted) int {
		return cmp.Or(strings.Compare(a.Packet.Capture.ID, b.Packet.Capture.ID), strings.Compare(a.place.File, b.place.File), cmp.Compare(a.place.Offset, b.place.Offset))
	})
	for _, k := range look {
		s := w.opt.Stores[k.Packet.Capture.ID]
		if s == nil {
			k.err = fmt.Errorf("its document names the capture store %q, which is not given: give it with --store ID=PATH or --store URL", k.Packet.Capture.ID)
			continue
		}
		k.found, k.err = s.Packet(ctx, k.place)
		if err := ctx.Err(); err != nil {
			return err
		}
		if k.place.Invalid {
			k.found.Time = k.time // what stood in for it when the capture was read
		}
	}
	return nil
}

// write writes one packet, or counts it as missing.
func (w *writer) write(k *wanted) error {
	if k.cut && (k.err != nil || !k.find) {
		// Its first bytes are more than none.
		if found, err := k.raw(); err == nil {
			found.Comments = append(found.Comments, "espbeat: the document has the first bytes of the packet only")
			k.found, k.err = found, nil
			w.Cut++
		}
	}
	if k.err == nil {
		w.Written++
		return w.out.Write(&k.found)
	}
	w.Missing++
	if why := k.err.Error(); len(w.said) < maxSaid && !w.said[why] {
		w.said[why] = true
		w.opt.Say(fmt.Sprintf("%s is missing: %v", k.name(), k.err))
	}
	return nil
}
