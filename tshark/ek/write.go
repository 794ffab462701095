// SPDX-License-Identifier: Apache-2.0

package ek

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// member returns the first member of i with the key, 0 for none.
func (t *tree) member(i int32, key string) int32 {
	for m := t.values[i].child; m != 0; m = t.values[m].next {
		if k := t.keyed(&t.values[m]); len(k) == len(key)+2 && string(k[1:len(k)-1]) == key {
			return m
		}
	}
	return 0
}

// string returns what is between the quotes of a member of i, "" when it has none or it is no string.
func (t *tree) string(i int32, key string) string {
	m := t.member(i, key)
	if m == 0 {
		return ""
	}
	return string(bytes.Trim(t.span(m), `"`))
}

func (t *tree) span(i int32) []byte { return t.line[t.values[i].start:t.values[i].end] }

// info reads the layer frame.
func (t *tree) info() (Info, error) {
	layers := t.member(0, "layers")
	if layers == 0 {
		return Info{}, errors.New("no layers")
	}
	frame := t.member(layers, "frame")
	if frame == 0 {
		return Info{}, errors.New("no layer frame: tshark has to write all layers, without -e, -j and -J")
	}
	number, err := strconv.ParseUint(t.string(frame, "frame_frame_number"), 10, 64)
	if err != nil {
		return Info{}, fmt.Errorf("frame.number: %w", err)
	}
	at, ok := epoch(t.string(frame, "frame_frame_time_epoch"))
	if !ok {
		ms, _ := strconv.ParseInt(t.string(0, "timestamp"), 10, 64) // of a packet without a time it is 0
		at = time.UnixMilli(ms).UTC()
	}
	return Info{Number: number, Time: at}, nil
}

// epoch reads a time in seconds, as tshark 4 writes it, or in the form of ISO 8601, as later ones do.
func epoch(s string) (time.Time, bool) {
	if d, err := time.ParseDuration(s + "s"); err == nil {
		return time.Unix(0, int64(d)).UTC(), true
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	return at.UTC(), err == nil
}

// write appends the document, and returns how many values it lacks.
func (t *tree) write(dst []byte, limit int) ([]byte, int, error) {
	base := len(dst)
	dst = t.append(dst, 0)
	if len(dst)-base <= limit {
		return dst, 0, nil
	}
	return t.cut(dst, base, limit)
}

// append appends value i.
func (t *tree) append(dst []byte, i int32) []byte {
	v := &t.values[i]
	switch {
	case v.out:
		return append(dst, "null"...)
	case !v.changed:
		return append(dst, t.span(i)...)
	case v.kind == array:
		dst = append(dst, '[')
		return append(t.appendElements(dst, i, len(dst)), ']')
	}
	dst = append(dst, '{')
	start := len(dst)
	for m := v.child; m != 0; m = t.values[m].next {
		w := &t.values[m]
		if w.repeated {
			continue
		}
		dst = append(append(comma(dst, start), t.keyed(w)...), ':')
		if w.same == 0 {
			dst = t.append(dst, m)
			continue
		}
		dst = append(dst, '[')
		first := len(dst)
		for s := m; s != 0; s = t.values[s].same {
			if t.values[s].kind == array && !t.values[s].out {
				dst = t.appendElements(dst, s, first)
			} else {
				dst = t.append(comma(dst, first), s)
			}
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

// appendElements appends the elements of array i to an array that begins at first.
func (t *tree) appendElements(dst []byte, i int32, first int) []byte {
	for e := t.values[i].child; e != 0; e = t.values[e].next {
		dst = t.append(comma(dst, first), e)
	}
	return dst
}

// comma appends one unless what is to come is the first one of a list that begins at first.
func comma(dst []byte, first int) []byte {
	if len(dst) > first {
		return append(dst, ',')
	}
	return dst
}
