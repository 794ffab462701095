// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/elastic/beats/v7/libbeat/beat"
	jsoncodec "github.com/elastic/beats/v7/libbeat/outputs/codec/json"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/elastic/elastic-agent-libs/mapstr"
	"github.com/elastic/elastic-agent-libs/monitoring"

	"github.com/espbeat/espbeat/progress"
	"github.com/espbeat/espbeat/publish"
	marks "github.com/espbeat/espbeat/publish/progress"
)

// shelf is a pipeline that keeps documents by id, and acknowledges each at once.
type shelf struct {
	mu   sync.Mutex
	docs map[string]mapstr.M
	want int
	full chan struct{} // closed with the document that makes them as many as are wanted
}

func (s *shelf) Connect() (beat.Client, error) { return s.ConnectWith(beat.ClientConfig{}) }

func (s *shelf) ConnectWith(cfg beat.ClientConfig) (beat.Client, error) {
	return &placing{to: s, cfg: cfg, codec: jsoncodec.New("9", jsoncodec.Config{})}, nil
}

// placing is a client of a shelf.
type placing struct {
	to    *shelf
	cfg   beat.ClientConfig
	codec *jsoncodec.Encoder
}

func (p *placing) Close() error { return nil }

func (p *placing) PublishAll(es []beat.Event) {
	for _, e := range es {
		p.Publish(e)
	}
}

func (p *placing) Publish(e beat.Event) {
	id := e.Meta["_id"].(string)
	e.Meta = nil
	text, err := p.codec.Encode("i", &e)
	if err != nil {
		panic(err)
	}
	var doc mapstr.M
	if err := json.Unmarshal(text, &doc); err != nil {
		panic(err)
	}
	p.to.mu.Lock()
	p.to.docs[id] = doc
	if len(p.to.docs) == p.to.want {
		close(p.to.full)
	}
	p.to.mu.Unlock()
	p.cfg.EventListener.AddEvent(e, true)
	if p.cfg.ClientListener != nil {
		p.cfg.ClientListener.Published()
	}
	p.cfg.EventListener.ACKEvents(1)
}

// readOn reads a capture, in a run of its own, until so many documents are there.
func readOn(t *testing.T, input, data string, window int64, want int) (map[string]mapstr.M, publish.Counts) {
	t.Helper()
	store, err := marks.Open(marks.Options{Folder: data, Window: window})
	if err != nil {
		t.Fatal(err)
	}
	s := &shelf{docs: map[string]mapstr.M{}, want: want, full: make(chan struct{})}
	e := &Beater{
		cfg: parsed(t, "{index.profile: full, inputs: ["+input+"]}"), log: logp.NewNopLogger(),
		flows: &flows{}, marks: store, read: &progress.Counters{}, opts: Options{Outcome: NewOutcome(), Report: func(string) {}},
	}
	ledger := publish.NewLedger(monitoring.NewRegistry())
	ins := &inputs{
		beater: e, pub: publish.New(s, ledger, publish.Options{Encoders: 2, MaxBytes: 16 << 20}), ledger: ledger,
		reading: t.Context(), handing: t.Context(), open: map[*runner]bool{},
	}
	r, err := ins.create(job{Input: e.cfg.Inputs[0]})
	if err != nil {
		t.Fatal(err)
	}
	r.Start()
	select {
	case <-s.full:
	case <-r.ended:
	}
	r.Stop()
	ins.running.Wait()
	if err := e.opts.Outcome.Err(); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return s.docs, ledger.Totals()
}

// flowOf takes what a document says of its flow, and of its state, out of it.
func flowOf(d mapstr.M) (flow, state any) {
	flow = d["flow"]
	state, _ = d.GetValue("packet.state")
	for _, key := range []string{"flow", "packet.state", "udp.stream"} {
		_ = d.Delete(key)
	}
	return flow, state
}

// TestLongCaptureIsNotReadFromItsStartAgain interrupts the reading of captures, and goes on. The documents are those of an undisturbed run; of
// a watched capture that is longer than the window, but for what spans packets.
func TestLongCaptureIsNotReadFromItsStartAgain(t *testing.T) {
	const packets, first, record = 5000, 3000, 16 + 42
	dir := t.TempDir()
	path := filepath.Join(dir, "a.pcap")
	writePackets(t, path, 100, packets, func(i int) byte { return byte(i % 3) })
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	watched := fmt.Sprintf("{id: a, type: file, watch: true, scan_interval: 100ms, paths: [%q]}", path)
	finite := fmt.Sprintf("{id: a, type: file, paths: [%q]}", path)
	want, _ := readOn(t, finite, t.TempDir(), 0, packets)
	for name, c := range map[string]struct {
		input   string
		window  int64
		partial bool
	}{
		"watched":                       {watched, 1500 * record, true},
		"watched, shorter than a batch": {watched, 10 * record, true},
		"watched, within the window":    {watched, 1 << 20, false},
		"finite":                        {finite, 1500 * record, false},
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			if err := os.WriteFile(path, whole[:24+first*record], 0o600); err != nil {
				t.Fatal(err)
			}
			docs, _ := readOn(t, c.input, data, c.window, first)
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			rest, counts := readOn(t, c.input, data, c.window, packets-first)
			if counts.Seen != packets || counts.Resumed != first || counts.Acknowledged != packets-first || counts.InFlight != 0 {
				t.Errorf("ledger %+v", counts)
			}
			if len(docs) != first || len(rest) != packets-first {
				t.Fatalf("%d and %d documents", len(docs), len(rest))
			}
			maps.Copy(docs, rest)
			for _, id := range slices.Sorted(maps.Keys(want)) {
				w, got := want[id].Clone(), docs[id].Clone()
				wantFlow, _ := flowOf(w)
				flow, state := flowOf(got)
				_, resumed := rest[id]
				if (state == "partial") != (resumed && c.partial) {
					t.Fatalf("%s is of state %v", id, state)
				}
				if !reflect.DeepEqual(got, w) {
					t.Fatalf("%s is %v, want %v", id, got, w)
				}
				if !(resumed && c.partial) && !reflect.DeepEqual(flow, wantFlow) {
					t.Fatalf("%s: flow %v, want %v", id, flow, wantFlow)
				}
				if most := float64(c.window/record+packets-first)/3 + 1; resumed && c.partial && flow.(mapstr.M)["index"].(float64) > most {
					t.Fatalf("%s: flow %v: more was read than a window before", id, flow)
				}
			}
		})
	}
}
