// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tests/internal/es"
)

// TestFloodIsAccountedFor sends more than the output takes, which also rejects some: what the interface received is in the ledger to the
// packet, and so is what became of each.
func TestFloodIsAccountedFor(t *testing.T) {
	for _, engine := range []string{"af_packet", "pcap"} {
		t.Run(engine, func(t *testing.T) {
			w := newWire(t)
			s := es.NewSink(t, es.SinkOptions{Delay: 100 * time.Millisecond, Reject: func(d es.Doc) es.Rejection {
				if strings.HasSuffix(d.ID, "0") {
					return es.Rejection{Status: 400, Type: "document_parsing_exception", Reason: "some are rejected"}
				}
				return es.Rejection{}
			}})
			before := w.received()
			p := cmdline{args: []string{"--nic", wireIn, "--node", s.URL, "-E", "espbeat.inputs.0.engine=" + engine, "-E", "espbeat.inputs.0.buffer_size=1MiB",
				"-E", "espbeat.publish.max_bytes=4MiB", "-E", "espbeat.shutdown_timeout=2m"}}.start(t)
			w.captured()
			const packets = 100_000 // more than the memory for those that wait
			for n := range packets {
				w.send(frame(uint32(n%5000), uint16(n), 1400)) //nolint:gosec // wraps
			}
			taken(t, s, "some packets", func(st es.Stats) bool { return st.Docs > 0 })
			p.signal(os.Interrupt)
			r := p.wait()
			received := w.received() - before
			l := r.ledger()
			if l["packets seen"] != received {
				t.Errorf("%d packets seen, the interface received %d", l["packets seen"], received)
			}
			if l["dropped by kernel"]+l["dropped, no memory"] == 0 {
				t.Errorf("nothing was overrun: ledger %v", l)
			}
			if l["acknowledged"]+l["of lost packets"] != l.outcomes() || l["rejected"] == 0 {
				t.Errorf("%d packets and %d documents of lost packets acknowledged, of which %d are accounted for: ledger %v", l["acknowledged"], l["of lost packets"], l.outcomes(), l)
			}
			if st := s.Stats(); st.Docs != l["documents stored"] {
				t.Errorf("%d documents arrived, %d are said to be stored", st.Docs, l["documents stored"])
			}
			t.Logf("ledger %v", l)
		})
	}
}
