// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"bytes"
	"fmt"
	"strconv"
)

// answer is what tshark says of one packet: one line of `-T ek`, which is
// {"timestamp":"<milliseconds>","layers":{"frame":{…,"frame_frame_number":"<number>",…},…}}.
type answer struct {
	number       uint64 // in the capture that the process reads
	milliseconds int64  // since the epoch
	layers       []byte // the object, valid until the next read
	digits       []byte // of number, within layers
	at           int
}

var (
	timestampKey = []byte(`{"timestamp":"`)
	layersKey    = []byte(`","layers":`)
	numberKey    = []byte(`"frame_frame_number":"`)
)

// read takes a line apart. It reports false for one that is no answer: those of the bulk interface's actions, and empty ones.
func (a *answer) read(line []byte, _ int) (bool, error) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || bytes.HasPrefix(line, []byte(`{"index":`)) {
		return false, nil
	}
	rest, ok := bytes.CutPrefix(line, timestampKey)
	ms, layers, found := bytes.Cut(rest, layersKey)
	layers, closed := bytes.CutSuffix(layers, []byte(`}`))
	if !ok || !found || !closed {
		return false, fmt.Errorf("a line that is no document: %.80q", line)
	}
	var err error
	if a.milliseconds, err = strconv.ParseInt(string(ms), 10, 64); err != nil {
		return false, fmt.Errorf("a document of time %.40q", ms)
	}
	// A quote within a string is escaped, so that no value has the key.
	if a.at = bytes.Index(layers, numberKey); a.at < 0 {
		return false, fmt.Errorf("a document without frame_frame_number: %.80q", line)
	}
	a.at += len(numberKey)
	digits, _, _ := bytes.Cut(layers[a.at:], []byte(`"`))
	if a.number, err = strconv.ParseUint(string(digits), 10, 64); err != nil {
		return false, fmt.Errorf("a document of packet %.40q", digits)
	}
	a.layers, a.digits = layers, digits
	return true, nil
}

// layersOf are the layers, with the number that the packet has in its source.
func (a *answer) layersOf(p *Packet) []byte {
	out := make([]byte, 0, len(a.layers)+20)
	out = append(out, a.layers[:a.at]...)
	out = strconv.AppendUint(out, p.Number, 10)
	return append(out, a.layers[a.at+len(a.digits):]...)
}
