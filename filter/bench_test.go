// SPDX-License-Identifier: Apache-2.0

package filter_test

import (
	"testing"

	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/filter"
)

// BenchmarkMatch asks a record of a TCP packet, as an input does, beside the making of its document.
func BenchmarkMatch(b *testing.B) {
	packets := enginetest.Ethernet(enginetest.TCP(1, 2, 40000, 80, 0x18, 1, 1, "payload"))
	var batch engine.Batch
	if err := engine.New(&enginetest.Source{Packets: packets, PerBatch: 1}, registry, engine.Options{}).Next(&batch); err != nil {
		b.Fatal(err)
	}
	r := &batch.Records[0]
	b.Run("document", func(b *testing.B) {
		e, text := document.NewEncoder(document.Options{}), []byte(nil)
		b.ReportAllocs()
		for b.Loop() {
			text = e.Append(text[:0], &batch, r)
		}
	})
	for _, text := range []string{"tcp", "tcp.port == 443", "ip.addr == 198.51.100.0/24 && tcp.flags.syn == 1", `http.host contains "example" || dns.qry.name matches "example"`} {
		f, err := filter.Compile(text, filter.Options{Layers: layers, Profile: field.Full})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			fields := document.NewFields(document.Options{})
			b.ReportAllocs()
			for b.Loop() {
				fields.Of(&batch, r)
				f.Match(fields)
			}
		})
	}
}
