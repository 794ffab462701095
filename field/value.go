// SPDX-License-Identifier: Apache-2.0

package field

import (
	"encoding/binary"
	"math"
	"net/netip"
)

// Str is an interned string: a text that the program itself knows, such as a flag's or a type's name.
type Str uint32

var (
	interns  []string
	byString = map[string]Str{}
	redacted = Intern(Redacted)
)

// Intern returns the Str of s. It is for start-up only (package variables and init), for texts of the
// program and never for packet data: it is not locked, and an interned string is never forgotten.
func Intern(s string) Str {
	if id, ok := byString[s]; ok {
		return id
	}
	id := Str(len(interns))
	interns = append(interns, s)
	byString[s] = id
	return id
}

// Interned are the texts of all Strs, by Str.
func Interned() []string { return interns }

// String returns the text.
func (s Str) String() string { return interns[s] }

// secret reports whether id is a Secret field.
func secret(id ID) bool {
	registry.secretOnce.Do(buildSecrets)
	return registry.secrets[id]
}

func buildSecrets() {
	defs := Seal().Defs
	registry.secrets = make([]bool, len(defs))
	for i := range defs {
		registry.secrets[i] = defs[i].Is(Secret)
	}
}

// TextOf returns the text or bytes of e, which lie in arena or among the interned strings.
func TextOf(e Entry, arena []byte) (text []byte, constant string, isConst bool) {
	if e.Len == interned {
		return nil, Str(e.Val).String(), true
	}
	return arena[e.Val : e.Val+uint64(e.Len)], "", false
}

// AddrOf returns the address of e.
func AddrOf(e Entry, arena []byte) netip.Addr {
	if e.Len == 16 {
		return netip.AddrFrom16([16]byte(arena[e.Val : e.Val+16]))
	}
	var v [4]byte
	binary.BigEndian.PutUint32(v[:], uint32(e.Val))
	return netip.AddrFrom4(v)
}

// FloatOf returns the floating point number of e.
func FloatOf(e Entry) float64 { return math.Float64frombits(e.Val) }
