// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"testing"

	"github.com/espbeat/espbeat/dissect/all"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	"github.com/espbeat/espbeat/field"
)

// BenchmarkEncode makes the documents of TCP packets; its time is that of one document.
func BenchmarkEncode(b *testing.B) {
	packets := enginetest.Ethernet(
		enginetest.TCP(1, 2, 40000, 40001, 0x02, 99, 0, ""), enginetest.TCP(2, 1, 40001, 40000, 0x12, 500, 0, ""),
		enginetest.TCP(1, 2, 40000, 40001, 0x18, 100, 501, "payload"), enginetest.TCP(1, 2, 40000, 40001, 0x14, 107, 501, ""))
	var batch engine.Batch
	if err := engine.New(&enginetest.Source{Packets: packets, PerBatch: len(packets)}, all.Registry(), engine.Options{}).Next(&batch); err != nil {
		b.Fatal(err)
	}
	for name, profile := range map[string]field.Profile{"minimal": field.Minimal, "standard": field.Standard, "full": field.Full} {
		b.Run(name, func(b *testing.B) {
			enc := document.NewEncoder(document.Options{Profile: profile})
			var m document.Memory
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%64 == 0 {
					m.Reset()
				}
				enc.Encode(&m, &batch, &batch.Records[i%len(batch.Records)])
			}
		})
	}
}
