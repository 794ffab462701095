// SPDX-License-Identifier: Apache-2.0

package flow

import (
	"bytes"
	"slices"

	"github.com/espbeat/espbeat/dissect"
)

const (
	// maxDatagrams bounds the datagrams that wait for fragments, maxPieces the fragments of one.
	maxDatagrams = 1024
	maxPieces    = 8192
	// pieceCost is what a fragment takes beside its bytes.
	pieceCost = 64
	// maxDatagram is what an IP datagram can carry, bytes.
	maxDatagram = 65535
	// fragmentAge is how long a datagram waits for its last fragment (RFC 8200, 4.5: 60 s; RFC 1122, 3.3.2: 60 to 120 s), nanoseconds.
	fragmentAge = int64(60e9)
)

// fragments joins fragments to datagrams.
type fragments struct {
	max     int // bytes held at most
	held    int // with pieceCost
	table   map[dissect.FragmentKey]*datagram
	order   []*datagram // by time of the first fragment
	evicted uint64
}

type datagram struct {
	key    dissect.FragmentKey
	first  int64   // packet time, nanoseconds
	pieces []piece // by offset
	// arrived counts the pieces.
	arrived int
	bytes   int // what pieces take
	end     int // total length, 0 while the last fragment is missing
	// bad is set by an overlap in IPv6 (RFC 5722): the datagram is never completed.
	bad  bool
	gone bool
}

type piece struct {
	offset int
	number int // in order of arrival
	data   []byte
}

// Fragment implements dissect.State. Overlapping bytes of IPv4 fragments keep what came first; in IPv6 an overlap discards the datagram
// (RFC 5722), an exact repetition aside.
func (s *State) Fragment(p *dissect.Packet, k dissect.FragmentKey, f dissect.Fragment) []byte {
	fr := &s.frags
	if !f.Whole || f.Offset+len(f.Data) > maxDatagram {
		return nil
	}
	fr.expire(p.Time)
	d := fr.table[k]
	if d == nil {
		d = fr.add(k, p.Time)
	}
	if d.bad || len(d.pieces) >= maxPieces {
		return nil
	}
	v6, end := k.Src.Is6(), f.Offset+len(f.Data)
	at, found := slices.BinarySearchFunc(d.pieces, f.Offset, func(q piece, o int) int { return q.offset - o })
	repeated := found && (v6 && bytes.Equal(d.pieces[at].data, f.Data) || !v6 && len(d.pieces[at].data) >= len(f.Data))
	if v6 && (!repeated && d.overlaps(at, f) || !f.More && d.end != 0 && d.end != end) {
		fr.empty(d)
		d.bad = true
		return nil
	}
	if !f.More && d.end == 0 {
		d.end = end
	}
	if repeated || len(f.Data) == 0 {
		return fr.finish(d)
	}
	d.pieces = slices.Insert(d.pieces, at, piece{f.Offset, d.arrived, slices.Clone(f.Data)})
	d.arrived++
	d.bytes += len(f.Data) + pieceCost
	fr.held += len(f.Data) + pieceCost
	out := fr.finish(d)
	for fr.held > fr.max && len(fr.order) > 0 {
		fr.drop()
	}
	return out
}

func (d *datagram) overlaps(at int, f dissect.Fragment) bool {
	if at > 0 && d.pieces[at-1].offset+len(d.pieces[at-1].data) > f.Offset {
		return true
	}
	return at < len(d.pieces) && d.pieces[at].offset < f.Offset+len(f.Data)
}

// finish returns the payload once every byte is there.
func (fr *fragments) finish(d *datagram) []byte {
	if d.end == 0 {
		return nil
	}
	have := 0
	for _, q := range d.pieces {
		if q.offset > have {
			break
		}
		have = max(have, q.offset+len(q.data))
	}
	if have < d.end {
		return nil
	}
	out := make([]byte, d.end)
	slices.SortFunc(d.pieces, func(a, b piece) int { return b.number - a.number })
	for _, q := range d.pieces { // the first to come is written last
		copy(out[min(q.offset, d.end):], q.data)
	}
	fr.forget(d)
	return out
}

func (fr *fragments) add(k dissect.FragmentKey, now int64) *datagram {
	if fr.table == nil {
		fr.table = map[dissect.FragmentKey]*datagram{}
	}
	if len(fr.table) >= maxDatagrams {
		fr.drop()
	}
	if len(fr.order) > 2*maxDatagrams {
		fr.order = slices.DeleteFunc(fr.order, func(d *datagram) bool { return d.gone })
	}
	d := &datagram{key: k, first: now}
	fr.table[k] = d
	fr.order = append(fr.order, d)
	return d
}

// expire gives up datagrams that waited too long.
func (fr *fragments) expire(now int64) {
	for len(fr.order) > 0 && (fr.order[0].gone || now-fr.order[0].first > fragmentAge) {
		fr.drop()
	}
}

// drop gives the oldest datagram up.
func (fr *fragments) drop() {
	d := fr.order[0]
	fr.order = fr.order[1:]
	if !d.gone {
		fr.evicted++
		fr.forget(d)
	}
}

func (fr *fragments) forget(d *datagram) {
	d.gone = true
	fr.empty(d)
	delete(fr.table, d.key)
}

// empty frees the fragments of d.
func (fr *fragments) empty(d *datagram) {
	fr.held -= d.bytes
	d.pieces, d.bytes = nil, 0
}
