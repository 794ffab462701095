// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/espbeat/espbeat/tshark/ek"
)

// answer is what tshark says of one packet: one line of `-T ek`.
type answer struct {
	number uint64 // in the capture that the process reads
	line   []byte // valid until the next read
	at     int    // of number's digits in line
	digits int
	buf    []byte // that is used again
}

// numberKey is before the packet's number. A quote within a string is escaped, so that no value has it.
var numberKey = []byte(`"frame_frame_number":"`)

// read finds out which packet a line is about. It reports false when it is about none.
func (a *answer) read(line []byte) (bool, error) {
	if line = bytes.TrimSpace(line); len(line) == 0 || !ek.IsPacket(line) {
		return false, nil
	}
	key := bytes.Index(line, numberKey)
	if key < 0 {
		return false, fmt.Errorf("a line without a packet's number: %.80q", line)
	}
	a.line, a.at = line, key+len(numberKey)
	a.digits = max(bytes.IndexByte(line[a.at:], '"'), 0)
	var err error
	if a.number, err = strconv.ParseUint(string(line[a.at:a.at+a.digits]), 10, 64); err != nil {
		return false, fmt.Errorf("a line whose packet's number is %.40q", line[a.at:a.at+a.digits])
	}
	return true, nil
}

// Members of a document.
var (
	layersKey = []byte(`","layers":`)
	markKey   = []byte(`,"` + ek.Mark + `":{"bytes":`)
)

// give makes the answer p's, under the number that p has in its source. limit bounds it, bytes; chosen may be nil.
func (a *answer) give(p *Packet, limit int, chosen *typed) error {
	line := a.line
	if p.Number != a.number {
		a.buf = append(a.buf[:0], line[:a.at]...)
		a.buf = strconv.AppendUint(a.buf, p.Number, 10)
		a.buf = append(a.buf, line[a.at+a.digits:]...)
		line = a.buf
	}
	doc, info, err := ek.Document(make([]byte, 0, min(len(line), limit)), line, limit)
	if err != nil {
		return err
	}
	if is, want := info.Time.UnixMilli(), p.Time/1e6; is != want {
		return fmt.Errorf("the line about packet %d gives its time as %d ms instead of %d", p.Number, is, want)
	}
	from := bytes.Index(doc, layersKey)
	if from < 0 {
		return fmt.Errorf("a document without layers: %.80q", doc)
	}
	layers, mark := doc[from+len(layersKey):len(doc)-1], []byte(nil)
	if info.LeftOut > 0 {
		at := bytes.LastIndex(layers, markKey)
		if at < 0 {
			return fmt.Errorf("a document without the mark of what was left out: %.80q", doc)
		}
		layers, mark = layers[:at], layers[at+len(markKey)-len(`{"bytes":`):]
	}
	var values []byte
	if chosen != nil {
		if values, err = chosen.fields.Gather(nil, layers); err != nil {
			return fmt.Errorf("the line about packet %d: %w", p.Number, err)
		}
	}
	p.Layers, p.Mark, p.Typed = layers, mark, values
	return nil
}

// without is what stands for the layers of a packet that tshark has no answer about.
func (p *Packet) without(fate Fate, why string) {
	p.Layers, p.Mark, p.Fate = fmt.Appendf(nil, `{"frame":{"frame_frame_time_epoch":"%d.%09d","frame_frame_number":"%d","frame_frame_len":"%d","frame_frame_cap_len":"%d","frame_frame_comment":%q}}`,
		p.Time/1e9, p.Time%1e9, p.Number, p.Length, len(p.Data), why), nil, fate
}
