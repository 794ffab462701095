// SPDX-License-Identifier: Apache-2.0

// Package ek makes what `tshark -T ek` writes storable. tshark writes two lines a packet: an action of Elasticsearch's bulk API, and the
// packet as {"timestamp":"…","layers":{…}}. It groups the fields of a layer by field and place in its tree, and names them by field alone, so that an
// object has a key several times, which Elasticsearch refuses and most readers take the last one of. Here the values of such a key become one array, in
// their order; everything else stays as tshark writes it.
//
// Limits: where a document would be larger than a limit, values are left out, the largest first, and listed under the key Mark.
package ek

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"
	"unicode/utf8"
)

// Info tells to which packet a document belongs.
type Info struct {
	// Number is frame.number: tshark counts the packets that it reads from 1.
	Number uint64
	// Time is frame.time_epoch in UTC, and `timestamp`, in milliseconds, for a packet without one.
	Time time.Time
	// LeftOut counts the values that the document lacks.
	LeftOut int
}

// Day is the packet's day in UTC, as the name of its index has it: 2006-01-02.
func (i Info) Day() string { return i.Time.Format(time.DateOnly) }

// IsPacket tells the line of a packet from the action before it.
func IsPacket(line []byte) bool { return !bytes.HasPrefix(line, []byte(`{"index"`)) }

var trees = sync.Pool{New: func() any { return newTree() }}

// Document appends the packet of one line of `tshark -T ek` to dst as JSON, without a line end. It has at most limit bytes; a limit below MinLimit is MinLimit.
// With an error, which names the place in the line, dst is as it was.
func Document(dst, line []byte, limit int) ([]byte, Info, error) {
	t := trees.Get().(*tree)
	defer t.release()
	line = bytes.TrimRight(line, "\r\n")
	var err error
	if utf8.Valid(line) {
		err = t.read(line)
	} else {
		err = errUnclean
	}
	if errors.Is(err, errUnclean) {
		err = t.read(clean(line))
	}
	var info Info
	if err == nil {
		info, err = t.info()
	}
	if err == nil {
		dst, info.LeftOut, err = t.write(dst, max(limit, MinLimit))
	}
	if err != nil {
		return dst, Info{}, fmt.Errorf("packet of tshark -T ek: %w", err)
	}
	return dst, info, nil
}

// clean returns a copy of line that is UTF-8 without control characters in its strings. tshark takes what a packet has for UTF-8 in some strings: each byte that
// is none becomes U+FFFD, as in every other reader. It escapes control characters, but in times beyond the year 9999, which are what lay in its memory.
func clean(line []byte) []byte {
	out := make([]byte, 0, len(line)+len(line)/8)
	inside := false
	for i := 0; i < len(line); {
		r, n := utf8.DecodeRune(line[i:])
		switch {
		case r == '"':
			inside = !inside
		case r == '\\' && i+1 < len(line) && line[i+1] < utf8.RuneSelf:
			n = 2
			out = append(out, '\\')
			r = rune(line[i+1])
		case r < ' ' && inside:
			out = fmt.Appendf(out, `\u%04x`, r)
			i += n
			continue
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	return out
}
