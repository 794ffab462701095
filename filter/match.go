// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/espbeat/espbeat/field"
)

// Document gives the values of its fields as texts, as they read in its JSON without quotes: it calls f with each value of the field until f says false.
type Document interface {
	Values(name string, f func(value string) bool)
}

// Match reports whether the document satisfies the filter.
func (f *Filter) Match(d Document) bool { return match(f.root, d) }

func match(n node, d Document) bool {
	switch n := n.(type) {
	case all:
		for _, x := range n {
			if !match(x, d) {
				return false
			}
		}
		return true
	case either:
		for _, x := range n {
			if match(x, d) {
				return true
			}
		}
		return false
	case not:
		return !match(n.of, d)
	case everything:
		return true
	case exists:
		return found(d, n.def, func(string) bool { return true })
	case equal:
		return found(d, n.def, func(v string) bool { return v == n.text || numeric(n.def) && compare(n.def, v, n.text) == 0 })
	case same:
		return found(d, n.def, func(v string) bool { return strings.EqualFold(v, n.text) })
	case within:
		return found(d, n.def, func(v string) bool {
			a, err := netip.ParseAddr(v)
			return err == nil && n.prefix.Contains(a)
		})
	case between:
		return found(d, n.def, n.holds)
	case like:
		return found(d, n.def, n.holds)
	case ranked:
		return found(d, n.def, n.holds)
	case matches:
		return found(d, n.def, n.re.MatchString)
	}
	panic(fmt.Sprintf("no predicate for %T", n))
}

// found reports whether one of the field's values holds.
func found(d Document, def *field.Def, holds func(string) bool) (yes bool) {
	d.Values(def.Name, func(v string) bool {
		yes = holds(v)
		return !yes
	})
	return yes
}

func (n between) holds(v string) bool {
	if n.low != "" {
		if c := compare(n.def, v, n.low); c < 0 || c == 0 && n.lowOpen {
			return false
		}
	}
	if n.high != "" {
		if c := compare(n.def, v, n.high); c > 0 || c == 0 && n.highOpen {
			return false
		}
	}
	return true
}

func (n like) holds(v string) bool {
	text := n.text
	if n.fold || n.def.Type == field.Text {
		v, text = strings.ToLower(v), strings.ToLower(text)
	}
	if n.prefix {
		return strings.HasPrefix(v, text)
	}
	return strings.Contains(v, text)
}

func numeric(d *field.Def) bool {
	switch d.Type {
	case field.Uint8, field.Uint16, field.Uint32, field.Int64, field.Float:
		return true
	}
	return false
}

// compare orders two values of a field as Elasticsearch does.
func compare(d *field.Def, a, b string) int {
	switch {
	case d.Type == field.Float:
		x, _ := strconv.ParseFloat(a, 64)
		y, _ := strconv.ParseFloat(b, 64)
		return cmp.Compare(x, y)
	case numeric(d):
		x, _ := strconv.ParseInt(a, 10, 64)
		y, _ := strconv.ParseInt(b, 10, 64)
		return cmp.Compare(x, y)
	case d.Type == field.IP:
		x, err1 := netip.ParseAddr(a)
		y, err2 := netip.ParseAddr(b)
		if err1 == nil && err2 == nil {
			return netip.AddrFrom16(x.As16()).Compare(netip.AddrFrom16(y.As16()))
		}
	}
	return cmp.Compare(a, b)
}
