// SPDX-License-Identifier: Apache-2.0

package engine_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

func TestPayload(t *testing.T) {
	datagram := enginetest.UDP(1, 2, 5000, 6000, "hello, world")
	quote := append(append([]byte(nil), datagram[:23]...), 1) // the IP header of an ICMP message
	quote = append(append(quote, datagram[24:34]...), 3, 3, 0, 0, 0, 0, 0, 0)
	quote = append(quote, datagram[14:]...)
	quote[16], quote[17] = 0, byte(len(quote)-14)
	arp := append(append(make([]byte, 12), 8, 6), "an ARP request of some bytes"...)
	for name, c := range map[string]struct {
		frame []byte
		bytes int
		want  string
	}{
		"UDP":            {datagram, 100, "hello, world"},
		"the first ones": {datagram, 5, "hello"},
		"none":           {datagram, 0, ""},
		"TCP":            {enginetest.TCP(1, 2, 40000, 40001, push, 1, 1, "segment"), 100, "segment"},
		"TCP without":    {enginetest.TCP(1, 2, 40000, 40001, push, 1, 1, ""), 100, ""},
		"of ICMP itself": {quote, 4, "\x03\x03\x00\x00"},
		"no IP":          {arp, 100, ""},
	} {
		t.Run(name, func(t *testing.T) {
			e := engine.New(&enginetest.Source{Packets: enginetest.Ethernet(c.frame), PerBatch: 1}, all.Registry(), engine.Options{Payload: c.bytes})
			var b engine.Batch
			if err := e.Next(&b); err != nil {
				t.Fatal(err)
			}
			id, _ := field.Lookup("packet.payload")
			var got []string
			for _, f := range b.Fields(&b.Records[0]) {
				if f.ID == id {
					got = append(got, string(field.AppendText(nil, field.Wildcard, f, b.Arena())))
				}
			}
			if text := strings.Join(got, "|"); text != hex.EncodeToString([]byte(c.want)) {
				t.Errorf("%q, want %q", text, hex.EncodeToString([]byte(c.want)))
			}
		})
	}
}
