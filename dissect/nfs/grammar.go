// SPDX-License-Identifier: Apache-2.0

package nfs

import (
	"math"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/rpc"
)

// What procedures and operations have is written as a letter an item:
//
//	h file handle, n name of a file, e name in a directory, p path, O offset of 8 bytes, o of 4, c count of 4, d data that are counted
//	1 4 bytes, 2 8 bytes, 4 16 bytes, 5 20 bytes, x opaque data, b bitmap, a attributes of version 4
//	A optional attributes of version 3, W those before and after of version 3, H an optional handle of version 3, S attributes to be set of version 3
//	D R V entries of a directory: of version 3, with attributes, of version 4; E those of version 2
//	P G arguments and results of OPEN, C type of CREATE, L owner of LOCK, T identifiers of state, U their statuses
//	! what is not followed
const attributesV3 = 84

// argumentsV3 and resultsV3 are by procedure (RFC 1813, 3.3), as far as there is something of use.
var (
	argumentsV3 = [...]string{"", "h", "h", "hn", "h", "h", "hOc", "hOc", "hn", "hn", "hnSp", "hn", "hn", "hn", "hnhn", "hhn", "h", "h", "h", "h", "h", "hOc"}
	resultsV3   = [...]string{3: "h", 5: "Ap", 6: "Ac", 7: "Wc", 8: "H", 9: "H", 10: "H", 11: "H", 16: "A2D", 17: "A2R"}
	argumentsV2 = [...]string{"", "h", "h", "", "hn", "h", "hoc", "", "h1o1d", "hn", "hn", "hnhn", "hhn", "hnp", "hn", "hn", "h", "h"}
	resultsV2   = [...]string{4: "h", 5: "p", 9: "h", 14: "h", 16: "E"}
)

func arguments(m *rpc.Call) string {
	if m.Version == version2 {
		return at(argumentsV2[:], m.Procedure)
	}
	return at(argumentsV3[:], m.Procedure)
}

func results(m *rpc.Call) string {
	if m.Version == version2 {
		return at(resultsV2[:], m.Procedure)
	}
	return at(resultsV3[:], m.Procedure)
}

func at(table []string, n uint32) string {
	if int64(n) < int64(len(table)) {
		return table[n]
	}
	return ""
}

// read reads what the letters say.
func (r *reader) read(letters string) {
	for i := 0; i < len(letters) && !r.Failed && !r.stopped; i++ {
		r.item(letters[i])
	}
}

func (r *reader) item(letter byte) {
	switch letter {
	case 'h':
		r.handle()
	case 'n':
		r.name()
	case 'e':
		r.entry()
	case 'p':
		common.FilePath(r.P.Out, r.Opaque(maxName))
	case 'O':
		if n := r.U64(); !r.Failed && n <= math.MaxInt64 {
			r.P.Out.Uint(fOffset, n)
		}
	case 'o':
		r.Uint32(fOffset)
	case 'c':
		r.Uint32(fCount)
	case 'd':
		if n := r.OpaqueLength(); !r.Failed {
			r.P.Out.Uint(fCount, uint64(n))
		}
	case '1':
		r.Skip(4)
	case '2':
		r.Skip(8)
	case '4':
		r.Skip(16)
	case '5':
		r.Skip(20)
	case 'x':
		r.OpaqueLength()
	case 'b':
		r.array(4)
	case 'a':
		r.read("bx")
	case 'T':
		r.array(16)
	case 'U':
		r.array(4)
	case '!':
		r.stopped = true
	default:
		r.structure(letter)
	}
}

// structure reads what has parts that depend on others.
func (r *reader) structure(letter byte) {
	switch letter {
	case 'A':
		r.optional(attributesV3)
	case 'W':
		r.optional(24) // size, and times of change
		r.optional(attributesV3)
	case 'H':
		if r.U32() == 1 {
			r.handle()
		}
	case 'S':
		const serverTime, clientTime = 1, 2
		for _, n := range [...]int{4, 4, 4, 8} { // mode, user, group, size
			r.optional(n)
		}
		for range 2 { // times of access and change
			if r.U32() == clientTime {
				r.Skip(8)
			}
		}
	case 'D':
		r.list("2e2")
	case 'R':
		r.list("2e2AH")
	case 'V':
		r.list("2ea")
	case 'E':
		r.list("1e1")
	case 'P':
		r.open()
	case 'G':
		r.delegation()
	case 'C':
		const block, character, link = 3, 4, 5
		switch r.U32() {
		case block, character:
			r.Skip(8)
		case link:
			r.OpaqueLength()
		}
	case 'L':
		if r.U32() == 1 { // an owner that is new
			r.read("1412x")
			return
		}
		r.read("41")
	}
}

// optional passes over n bytes that are there when the number before them is 1.
func (r *reader) optional(n int) {
	if r.U32() == 1 {
		r.Skip(n)
	}
}

// array passes over items of that many bytes, behind their number.
func (r *reader) array(size int) {
	if n := r.U32(); n <= common.MaxItems {
		r.Skip(int(n) * size)
	} else if !r.Failed {
		r.P.Bad()
		r.Failed = true
	}
}

// list reads the entries of a directory. Each has 1 before it, and the last 0 behind it; then it says whether that was all.
func (r *reader) list(letters string) {
	n := 0
	for ; n < common.MaxItems && !r.Failed && r.U32() == 1; n++ {
		r.read(letters)
	}
	if r.stopped = n == common.MaxItems; !r.stopped {
		r.Skip(4)
	}
}
