// SPDX-License-Identifier: Apache-2.0

package flow

const (
	// maxUnacked bounds the segments of one direction that wait for their acknowledgement; Wireshark keeps as many. What comes beyond is
	// not noted: it has no round-trip time, and bytes in flight stop growing.
	maxUnacked = 10000
	// maxAllUnacked bounds the room for them over all conversations (24 MiB). Beyond, each direction still gets room for minUnacked.
	maxAllUnacked = 1 << 20
	minUnacked    = 4
	// keepUnacked is the most room that an emptied list keeps.
	keepUnacked = 256
)

// sent is a segment that waits for its acknowledgement.
type sent struct {
	seq, next uint32 // the numbers that it covers: from seq to before next
	time      int64
	number    uint64 // of its packet
}

// unacked are the segments of one direction that wait for their acknowledgement, in order of arrival.
type unacked struct {
	list []sent
	head int // what lies before was acknowledged
	// mixed is set when the order of arrival is not that of the numbers.
	mixed bool
}

func (u *unacked) all() []sent { return u.list[u.head:] }

// note adds a segment unless there are too many.
func (s *State) note(u *unacked, x sent) {
	n := len(u.list)
	if n-u.head >= maxUnacked {
		return
	}
	if n == cap(u.list) {
		if u.head > n/2 {
			n = copy(u.list, u.list[u.head:])
			u.list, u.head = u.list[:n], 0
		} else {
			more := max(1, min(n, maxUnacked))
			if n >= minUnacked && s.unacked+more > maxAllUnacked {
				return
			}
			list := make([]sent, n, n+more)
			copy(list, u.list)
			u.list = list
			s.unacked += more
		}
	}
	if n > u.head && before(x.seq, u.list[n-1].next) {
		u.mixed = true
	}
	u.list = append(u.list, x)
}

// acknowledge removes what ack covers, cuts the segment that it covers in part, and returns the earliest segment that it ends with.
func (s *State) acknowledge(u *unacked, ack uint32) (match sent, found bool) {
	if u.head == len(u.list) {
		return match, false
	}
	if u.mixed {
		match, found = u.sift(ack)
	} else {
		for ; u.head < len(u.list); u.head++ {
			x := &u.list[u.head]
			if x.next == ack {
				match, found = *x, true
			} else if before(ack, x.next) {
				x.cut(ack)
				break
			}
		}
	}
	if u.head == len(u.list) {
		u.list, u.head = u.list[:0], 0
		if cap(u.list) > keepUnacked {
			s.forget(u)
		}
	}
	return match, found
}

// cut removes what ack covers of a segment that goes on beyond it.
func (x *sent) cut(ack uint32) {
	if before(x.seq, ack) {
		x.seq = ack
	}
}

// sift is acknowledge for a list whose order is not that of the numbers.
func (u *unacked) sift(ack uint32) (match sent, found bool) {
	kept := u.list[:0]
	u.mixed = false
	for _, x := range u.all() {
		if x.next == ack && !found {
			match, found = x, true
		}
		if !before(ack, x.next) {
			continue
		}
		x.cut(ack)
		if len(kept) > 0 && before(x.seq, kept[len(kept)-1].next) {
			u.mixed = true
		}
		kept = append(kept, x)
	}
	u.list, u.head = kept, 0
	return match, found
}

// span is how many bytes lie between the lowest and the highest number of the segments; base is the direction's initial number.
func (u *unacked) span(base uint32) uint32 {
	all := u.all()
	if !u.mixed {
		return all[len(all)-1].next - all[0].seq
	}
	first, last := all[0].seq-base, all[0].next-base
	for _, x := range all {
		first, last = min(first, x.seq-base), max(last, x.next-base)
	}
	return last - first
}

// forget frees the list.
func (s *State) forget(u *unacked) {
	s.unacked -= cap(u.list)
	*u = unacked{}
}
