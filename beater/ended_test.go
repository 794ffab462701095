// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/document"
	"github.com/espbeat/espbeat/engine"
	"github.com/espbeat/espbeat/engine/enginetest"
	marks "github.com/espbeat/espbeat/publish/progress"
)

func TestFlowsArePrinted(t *testing.T) {
	a := filepath.Join(t.TempDir(), "a.pcap")
	writePackets(t, a, 1, 6, func(i int) byte { return byte(i % 2) })
	cfg := parsed(t, "{flow.summary: true, inputs: [{type: file, paths: ["+a+"]}]}")
	out, _, err := runPrint(t, cfg, "ecs")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 8 {
		t.Fatalf("%d lines:\n%s", len(lines), out)
	}
	for _, l := range lines[6:] {
		var d struct {
			Event   struct{ Dataset string }
			Network struct{ Packets int }
			Flow    struct {
				End string `json:"end_reason"`
			}
		}
		if err := json.Unmarshal([]byte(l), &d); err != nil || d.Event.Dataset != document.FlowDataset || d.Network.Packets != 3 || d.Flow.End != "forced_end" {
			t.Errorf("%v: %s", err, l)
		}
	}
	if out, _, err := runPrint(t, cfg, "summary"); err != nil || strings.Count(out, "\n") != 6 {
		t.Errorf("%v\n%s", err, out)
	}
}

// keeper is a feed that keeps the numbers of packets and flows.
type keeper struct {
	noFeed
	packets, flows []uint64
}

func (k *keeper) take(_ context.Context, b *batch) error {
	for i := range b.Records {
		k.packets = append(k.packets, b.Records[i].Number)
	}
	for i := range b.Flows {
		k.flows = append(k.flows, b.Flows[i].Number)
	}
	return nil
}

// The flows that are open when the input ends have ended, the least recently seen first, unless a later run may read on.
func TestOpenFlowsAtTheEnd(t *testing.T) {
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for name, c := range map[string]struct {
		reading    context.Context
		identified bool
		count      uint64
		err        error
		want       []uint64
	}{
		"a file":              {t.Context(), true, 0, io.EOF, []uint64{2, 1}},
		"a broken file":       {t.Context(), true, 0, &capture.BreakError{}, []uint64{2, 1}},
		"a file that fails":   {t.Context(), true, 0, errors.New("input/output error"), nil},
		"a stopped file":      {stopped, true, 0, io.EOF, nil},
		"a part of a file":    {t.Context(), true, 3, io.EOF, nil},
		"a stopped interface": {stopped, false, 0, io.EOF, []uint64{2, 1}},
		"a count of packets":  {t.Context(), false, 3, io.EOF, []uint64{2, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			frames := enginetest.Ethernet(enginetest.UDP(1, 2, 3, 4, ""), enginetest.UDP(1, 2, 5, 6, ""), enginetest.UDP(1, 2, 3, 4, ""))
			k := &keeper{}
			l := &line{cfg: config.Default(), in: config.Input{Format: config.FormatECS}, feed: func(document.Options, *resume) (feed, error) { return k, nil }}
			l.cfg.Flow.Summary = true
			s := &source{Source: &enginetest.Source{Packets: frames, Err: c.err}, identified: c.identified}
			_, _ = l.read(c.reading, t.Context(), s, nil, c.count)
			if !slices.Equal(k.flows, c.want) || len(k.packets) != 3 {
				t.Errorf("flows %v, want %v; packets %v", k.flows, c.want, k.packets)
			}
		})
	}
}

// A capture is not done, and its mark does not pass packets, before the flows that ended with them are acknowledged.
func TestProgressWaitsForFlows(t *testing.T) {
	store, err := marks.Open(marks.Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	finished := 0
	begin := func() *resume {
		r := resumeAt(store, &source{name: "a.pcap", identified: true, size: 100}, "1.0")
		r.finished = func() { finished++ }
		r.begin("index")
		return r
	}
	at := func(what string, r *resume, number uint64, done bool) {
		t.Helper()
		if e, _ := store.Get(r.key); e.Number != number || e.Done != done || finished != map[bool]int{true: 1}[done] {
			t.Errorf("%s: packet %d, done %v, finished %d times", what, e.Number, e.Done, finished)
		}
	}
	r := begin()
	first := r.sent(10, 0)
	flows := r.sentFlows() // of the next batch
	second := r.sent(20, 0)
	r.acknowledged(second)
	at("the first batch is not acknowledged", r, 0, false)
	r.acknowledged(first)
	at("its flows are not acknowledged", r, 10, false)
	r.flowsAcknowledged(flows)
	at("all are", r, 20, false)

	last := r.sentFlows() // that the end of the capture ends
	r.end(20, 0, 100)
	at("the last flows are not acknowledged", r, 20, false)
	r.flowsAcknowledged(last)
	at("everything is", r, 20, true)
}

// fakeLooker has some ids.
type fakeLooker map[string]bool

func (f fakeLooker) Stored(context.Context, string, []string) (map[string]bool, error) { return f, nil }

func TestKnownFlowsAreLeftOut(t *testing.T) {
	id, flows := captureID{1}, document.FlowCaptureID(captureID{1})
	k := &known{capture: id, flows: flows, enough: 100, looker: fakeLooker{string(document.AppendID(nil, id, 2)): true, string(document.AppendID(nil, flows, 1)): true}}
	b := &engine.Batch{Records: []engine.Record{{Number: 1}, {Number: 2}}}
	e := &ended{flows: []*engine.Flow{{Number: 1}, {Number: 2}}}
	n, err := k.leaveOut(t.Context(), b)
	if ferr := k.leaveOutFlows(t.Context(), e); err != nil || ferr != nil || n != 1 || len(b.Records) != 1 || b.Records[0].Number != 1 || len(e.flows) != 1 || e.flows[0].Number != 2 || k.missing != 1 {
		t.Errorf("%d packets, %v: %v and %v stay, %d missing", n, err, b.Records, e.flows, k.missing)
	}
}
