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
	// maxSearched bounds the fragments each way that are compared with another one.
	maxSearched = 64
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
	// overlaps counts fragments with bytes that an earlier one of their datagram had.
	overlaps uint64
	lastWins bool
	numbers  []uint64 // of the packets of the last datagram completed
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
	// overlap is set when bytes came twice, conflict when they differed.
	overlap, conflict bool
}

type piece struct {
	offset int
	number int // in order of arrival
	packet uint64
	data   []byte
}

// Fragment implements dissect.State. Of overlapping bytes of IPv4 fragments those that came first stay, or those that came last; in IPv6 an
// overlap discards the datagram (RFC 5722), an exact repetition aside.
func (s *State) Fragment(p *dissect.Packet, k dissect.FragmentKey, f dissect.Fragment) (j dissect.Joined) {
	fr := &s.frags
	if !f.Whole || f.Offset+len(f.Data) > maxDatagram {
		return j
	}
	fr.expire(p.Time)
	d := fr.table[k]
	if d == nil {
		d = fr.add(k, p.Time)
	}
	if d.bad || len(d.pieces) >= maxPieces {
		return j
	}
	v6, end := k.Src.Is6(), f.Offset+len(f.Data)
	at, found := slices.BinarySearchFunc(d.pieces, f.Offset, func(q piece, o int) int { return q.offset - o })
	repeated := found && bytes.Equal(d.pieces[at].data, f.Data)
	if !repeated {
		j.Overlap, j.Conflict = d.overlaps(at, f)
		d.overlap, d.conflict = d.overlap || j.Overlap, d.conflict || j.Conflict
	}
	if j.Overlap {
		fr.overlaps++
	}
	if v6 && (j.Overlap || !f.More && d.end != 0 && d.end != end) {
		fr.empty(d)
		d.bad = true
		return j
	}
	if !f.More && d.end == 0 {
		d.end = end
	}
	// Bytes that another fragment covers and that do not stay are not kept.
	hidden := found && !fr.lastWins && len(d.pieces[at].data) >= len(f.Data)
	if !repeated && !hidden && len(f.Data) > 0 {
		d.pieces = slices.Insert(d.pieces, at, piece{f.Offset, d.arrived, p.Number, slices.Clone(f.Data)})
		d.arrived++
		d.bytes += len(f.Data) + pieceCost
		fr.held += len(f.Data) + pieceCost
	}
	fr.finish(d, &j)
	for fr.held > fr.max && len(fr.order) > 0 {
		fr.drop()
	}
	return j
}

// overlaps reports whether the fragment has bytes that pieces have, and whether some of them differ; at is where it belongs among them.
func (d *datagram) overlaps(at int, f dissect.Fragment) (overlap, conflict bool) {
	end := f.Offset + len(f.Data)
	// Pieces of IPv4 may overlap each other, so any of those before may reach into the fragment; a hostile datagram is not searched for ever.
	first := at
	for first > max(0, at-maxSearched) && (d.overlap || d.pieces[first-1].offset+len(d.pieces[first-1].data) > f.Offset) {
		first--
	}
	for _, q := range d.pieces[first:min(len(d.pieces), at+maxSearched)] {
		from, to := max(q.offset, f.Offset), min(q.offset+len(q.data), end)
		if q.offset >= end {
			break
		}
		if from < to {
			overlap = true
			conflict = conflict || !bytes.Equal(q.data[from-q.offset:to-q.offset], f.Data[from-f.Offset:to-f.Offset])
		}
	}
	return overlap, conflict
}

// finish completes the datagram once every byte is there.
func (fr *fragments) finish(d *datagram, j *dissect.Joined) {
	if d.end == 0 {
		return
	}
	have := 0
	for _, q := range d.pieces {
		if q.offset > have {
			break
		}
		have = max(have, q.offset+len(q.data))
	}
	if have < d.end {
		return
	}
	fr.numbers = fr.numbers[:0]
	for _, q := range d.pieces {
		fr.numbers = append(fr.numbers, q.packet)
	}
	out := make([]byte, d.end)
	slices.SortFunc(d.pieces, func(a, b piece) int {
		if fr.lastWins {
			a, b = b, a
		}
		return b.number - a.number
	})
	for _, q := range d.pieces { // the one that wins is written last
		copy(out[min(q.offset, d.end):], q.data)
	}
	*j = dissect.Joined{Payload: out, Packets: fr.numbers, Overlap: d.overlap, Conflict: d.conflict}
	fr.forget(d)
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
