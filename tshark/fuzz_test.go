// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/tshark/ek"
)

// FuzzAnswer: a line of tshark is an answer about a packet, an error, or neither; a packet gets layers or stays as it was.
func FuzzAnswer(f *testing.F) {
	const line = `{"timestamp":"1000","layers":{"frame":{"frame_frame_time_epoch":"1.0","frame_frame_number":"1"},"data":{"data":"x"}}}`
	f.Add([]byte(line))
	f.Add([]byte(`{"index":{"_index":"packets-1970-01-01","_type":"doc"}}`))
	f.Add([]byte(strings.Replace(line, `"x"`, `"`+strings.Repeat("00", ek.MinLimit)+`"`, 1)))
	f.Add([]byte(`{"frame_frame_number":"`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var a answer
		ok, err := a.read(line)
		if ok && err != nil {
			t.Fatalf("an answer and %v", err)
		}
		if !ok {
			return
		}
		p := Packet{Number: 77, Packet: capture.Packet{Time: 1e9}}
		if err := a.give(&p, ek.MinLimit); (err == nil) != (len(p.Layers) > 0) {
			t.Fatalf("%v, and layers %q", err, p.Layers)
		}
	})
}
