// SPDX-License-Identifier: Apache-2.0

//go:build unix

package e2e

import (
	"testing"

	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"

	"github.com/espbeat/espbeat/publish/lookup"
)

// TestLookupSeesAllBackingIndices has all packets after a rollover, and some of them before it, too.
func TestLookupSeesAllBackingIndices(t *testing.T) {
	s := server(t)
	index, elsewhere := stream(t, s), stream(t, s)
	send := func(index string, args ...string) ledger {
		return run(t, append(args, "--file", demo(), "--node", s.URL, "--index", index)...).exits(0).ledger()
	}
	// The ids are the capture's, whatever the index.
	send(elsewhere)
	s.Refresh(elsewhere)
	var ids []string
	for _, h := range s.Search(elsewhere, map[string]any{"size": 2000, "_source": false}).Hits {
		ids = append(ids, h.ID)
	}
	if len(ids) != demoPackets {
		t.Fatalf("%d ids, want %d", len(ids), demoPackets)
	}

	out, err := config.NewConfigFrom(map[string]any{"hosts": []string{s.URL}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := lookup.New(out, "espbeat", logp.NewNopLogger())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	stored := func() int {
		t.Helper()
		got, err := l.Stored(t.Context(), index, append([]string{"nosuch"}, ids...))
		if err != nil || got["nosuch"] {
			t.Fatalf("%v, nosuch %v", err, got["nosuch"])
		}
		n := 0
		for _, id := range ids {
			if got[id] {
				n++
			}
		}
		return n
	}
	rollOver := func() {
		t.Helper()
		if status, m := s.Do("POST", "/"+index+"/_rollover", nil); status != 200 || m["rolled_over"] != true {
			t.Fatalf("rollover: status %d: %v", status, m)
		}
	}

	if n := stored(); n != 0 {
		t.Errorf("%d packets in a data stream that does not exist", n)
	}
	send(index, "--count", "100")
	rollOver()
	if n := stored(); n != 100 {
		t.Errorf("%d packets found, want 100", n)
	}
	// All are created once more, which is what the lookup is for.
	if l := send(index); l["documents stored"] != demoPackets {
		t.Fatalf("ledger %v", l)
	}
	if n := stored(); n != demoPackets { // not refreshed by anybody else
		t.Errorf("%d packets found, want %d", n, demoPackets)
	}
	rollOver()
	if n := stored(); n != demoPackets {
		t.Errorf("%d packets found after another rollover, want %d", n, demoPackets)
	}
}
