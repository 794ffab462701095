// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	stdbinary "encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/espbeat/espbeat/store"
	"github.com/espbeat/espbeat/tests/internal/es"
)

// Documents of a live capture say where their packets are in the capture store, which is a folder of captures as any other.
func TestLiveStore(t *testing.T) {
	namespace(t)
	s := es.NewSink(t, es.SinkOptions{})
	dir := filepath.Join(t.TempDir(), "store")
	p := cmdline{args: []string{"--nic", "lo", "--node", s.URL, "-E", "espbeat.store.enabled=true", "-E", "espbeat.store.path=" + dir}}.start(t)
	capturing(t, func() bool { return s.Stats().Docs > 0 || ended(p) })
	x := send(t)
	x.arrives(t, s)
	p.signal(os.Interrupt)
	r := p.wait().exits(0)
	all := shippedDocs(t, s)
	if l := r.ledger(); l["acknowledged"] != len(all) || l["not in the store"] != 0 {
		t.Errorf("%d documents arrived; ledger %v", len(all), l)
	}
	root, err := store.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	reader := store.NewReader(root)
	defer reader.Close()
	id, err := os.ReadFile(filepath.Join(dir, "id"))
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if !hasText("packet.capture.id", string(id))(d) || !has("packet.capture.file")(d) || !has("packet.capture.offset")(d) {
			t.Fatalf("the document says not where its packet is: %v", d)
		}
		when, err := time.Parse(time.RFC3339Nano, d.at("@timestamp")[0].(string))
		if err != nil {
			t.Fatal(err)
		}
		k, err := reader.Packet(t.Context(), store.Place{
			File: d.at("packet.capture.file")[0].(string), Offset: int64(d.at("packet.capture.offset")[0].(float64)),
			Time: when.UnixNano(), Length: int(d.at("network.bytes")[0].(float64)),
		})
		if err != nil {
			t.Fatalf("%v: %v", err, d)
		}
		if !has("source.port")(d) || !hasText("network.type", "ipv4")(d) || has("icmp.type")(d) {
			continue
		}
		const ports = 14 + 20
		src, dst := stdbinary.BigEndian.Uint16(k.Data[ports:]), stdbinary.BigEndian.Uint16(k.Data[ports+2:])
		if !hasNumber("source.port", float64(src))(d) || !hasNumber("destination.port", float64(dst))(d) {
			t.Fatalf("there is another packet, from %d to %d: %v", src, dst, d)
		}
	}
	x.check(t, all)
	again := parse(t, run(t, "--dir", dir, "--format", "ecs").exits(0).out)
	if len(again) != len(all) {
		t.Errorf("%d packets are in the store, %d have documents", len(again), len(all))
	}
	x.check(t, again)
}

// A run that leaves nothing behind must be told where packets are to stay.
func TestStoreOfARunThatLeavesNothing(t *testing.T) {
	s := es.NewSink(t, es.SinkOptions{})
	for _, path := range []string{"", "here"} {
		run(t, "--nic", "lo", "--node", s.URL, "-E", "espbeat.store.enabled=true", "-E", "espbeat.store.path="+path).exits(1).
			complains("espbeat.store.path", "give the whole path of the directory")
	}
}
