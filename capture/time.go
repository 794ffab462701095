// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"math"
	"math/bits"
)

// clock gives packets without a valid time the last valid one of their source.
type clock struct{ last int64 }

// set sets p's time to sec seconds since the epoch and nsec < 1e9 nanoseconds, if
// there is a time and it lies in what a date_nanos holds.
func (c *clock) set(p *Packet, sec int64, nsec uint64, ok bool) {
	const maxSec = timeMax / 1e9
	if ok && sec >= 0 && (sec < maxSec || sec == maxSec && nsec <= uint64(timeMax%1e9)) {
		c.last = sec*1e9 + int64(nsec)
		p.Time, p.TimeValid = c.last, true
		return
	}
	p.Time, p.TimeValid, p.clock = c.last, false, c.last
	if ok && sec > 0 {
		p.TimeRaw, p.clock = uint64(sec), sec*1e9+int64(nsec) // wraps
	}
}

// timeUnit is the resolution of an interface's time stamps (if_tsresol) with their
// offset (if_tsoffset).
type timeUnit struct {
	perSecond uint64 // units in a second; 0 when that is over 64 bits
	offset    int64  // seconds
}

// newTimeUnit reads if_tsresol: a negative power of 10, or of 2 with the top bit set.
func newTimeUnit(tsresol byte) timeUnit {
	exp := tsresol & 0x7f
	if tsresol&0x80 != 0 {
		if exp > 63 {
			return timeUnit{}
		}
		return timeUnit{perSecond: 1 << exp}
	}
	if exp > 19 {
		return timeUnit{}
	}
	u := timeUnit{perSecond: 1}
	for range exp {
		u.perSecond *= 10
	}
	return u
}

// seconds splits a time stamp; nanoseconds are rounded down.
func (u timeUnit) seconds(ts uint64) (sec int64, nsec uint64, ok bool) {
	if u.perSecond == 0 {
		return 0, 0, false
	}
	if u.perSecond == 1e6 && u.offset == 0 {
		return int64(ts / 1e6), ts % 1e6 * 1000, true
	}
	whole := ts / u.perSecond
	hi, lo := bits.Mul64(ts%u.perSecond, 1e9)
	nsec, _ = bits.Div64(hi, lo, u.perSecond)
	if whole > math.MaxInt64 {
		whole = math.MaxInt64
	}
	sec = int64(whole)
	switch {
	case u.offset > 0 && sec > math.MaxInt64-u.offset:
		sec = math.MaxInt64
	default: // sec is not negative: no underflow
		sec += u.offset
	}
	return sec, nsec, true
}
