// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"

	"github.com/espbeat/espbeat/field"
)

// bound is an end of an interval; it is part of it unless it is open.
type bound struct {
	lit  token
	open bool
}

// ordered holds when one of the values lies between two bounds, of which one may be nil.
func (t *target) ordered(low, high *bound) (node, string) {
	return t.each(func(d *field.Def) (node, string) {
		if d.Texts != nil || decimals[d.Name] {
			return ranking(d, low, high)
		}
		b := between{def: d}
		if low != nil {
			v, cause := boundOf(d, low.lit, t.units)
			if cause != "" {
				return nil, cause
			}
			b.low, b.lowOpen = v, low.open
		}
		if high != nil {
			v, cause := boundOf(d, high.lit, t.units)
			if cause != "" {
				return nil, cause
			}
			b.high, b.highOpen = v, high.open
		}
		return t.orZero(b), ""
	})
}

// maxRanked is the largest number in an interval of Lucene's expressions.
const maxRanked = math.MaxInt32

// ranking is an interval of numbers that documents have as texts.
func ranking(d *field.Def, low, high *bound) (node, string) {
	r := ranked{def: d, high: maxRanked}
	if low != nil {
		n, ok := numberOf(d, low.lit)
		if r.low = n; !ok {
			return nil, fmt.Sprintf("a number was expected: to Wireshark the values of %s are numbers", d.Name)
		}
		if low.open {
			r.low++
		}
	}
	if high != nil {
		n, ok := numberOf(d, high.lit)
		if r.high = n; !ok {
			return nil, fmt.Sprintf("a number was expected: to Wireshark the values of %s are numbers", d.Name)
		}
		if high.open && n == 0 {
			return nothing, ""
		} else if high.open {
			r.high--
		}
	}
	if r.low > r.high {
		return nothing, ""
	}
	for n, text := range d.Texts {
		if uint64(n) >= r.low && uint64(n) <= r.high {
			r.names = append(r.names, text.String())
		}
	}
	slices.Sort(r.names)
	return r, ""
}

// numberOf is a literal's number, or that of the value that it names.
func numberOf(d *field.Def, lit token) (uint64, bool) {
	if n, ok := number(lit); ok {
		return n, n < maxRanked
	}
	text, cause := valueOf(d, lit, 0)
	for n, t := range d.Texts {
		if cause == "" && t.String() == text {
			return uint64(n), true
		}
	}
	return 0, false
}

func (n ranked) holds(v string) bool {
	i, err := strconv.ParseUint(v, 10, 64)
	return err == nil && i >= n.low && i <= n.high || slices.Contains(n.names, v)
}

// maxRepeat is how often Go's expressions can ask for something again.
const maxRepeat = 1000

// length compares the length of a value, in characters or bytes, with the interval low..high.
func length(d *field.Def, low, high uint64) (node, string) {
	unit, least := ".", low
	switch {
	case low > high:
		return nothing, ""
	case d.Type == field.Hex:
		unit = "(..)"
	case d.Type == field.MAC && high == math.MaxUint64: // 2 digits a byte, hyphens between
		least = max(low, 1)*3 - 1
	case d.Type == field.MAC:
		least, high = max(low, 1)*3-1, high*3
	case !textual(d) || d.Type == field.Text:
		return nil, "only texts, bytes and link addresses have a length"
	}
	most := ""
	if high != math.MaxUint64 {
		most = strconv.FormatUint(high, 10)
	}
	if least > maxRepeat || most != "" && high > maxRepeat {
		return nil, fmt.Sprintf("lengths above %d cannot be searched", maxRepeat)
	}
	pattern := fmt.Sprintf("%s{%d,%s}", unit, least, most)
	return matches{def: d, re: regexp.MustCompile("(?s)^" + pattern + "$"), lucene: pattern}, ""
}
