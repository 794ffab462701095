// SPDX-License-Identifier: Apache-2.0

package tshark

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/espbeat/espbeat/tshark/ek"
)

func TestFaults(t *testing.T) {
	mark := func() string { return filepath.Join(t.TempDir(), "once") }
	for name, c := range map[string]struct {
		packet  string
		timeout time.Duration
		fate    Fate
		want    Stats
		says    string
	}{
		"a packet that ends tshark":  {"die", long, Quarantined, Stats{Packets: 2, Quarantined: 1, Restarts: 3}, "tshark ends at packet 2 again and again (exit status 3)"},
		"a packet that it hangs at":  {"hang", time.Second, Quarantined, Stats{Packets: 2, Quarantined: 1, Restarts: 3, Timeouts: 3}, "tshark ends at packet 2 again and again (nothing for 1s)"},
		"hanging once":               {"hang-once " + mark(), time.Second, Dissected, Stats{Packets: 3, Restarts: 1, Timeouts: 1}, "tshark ended at packet 2 (nothing for 1s)"},
		"a packet without a word":    {"skip", long, Skipped, Stats{Packets: 2, Skipped: 1}, ""},
		"an answer of another time":  {"lie-once " + mark(), long, Dissected, Stats{Packets: 3, Restarts: 1}, "gives its time as"},
		"a line that is no document": {"babble-once " + mark(), long, Dissected, Stats{Packets: 3, Restarts: 1}, "a line without a packet's number"},
	} {
		t.Run(name, func(t *testing.T) {
			aside := filepath.Join(t.TempDir(), "aside.pcapng")
			p, said := find(t, Options{Path: install(t, "stub-tshark"), Timeout: c.timeout, Quarantine: aside})
			all := texts("one", c.packet, "three")
			if err := dissect(t, p, 3, nil, all); err != nil {
				t.Fatal(err)
			}
			for i, a := range all {
				fate, holds := Dissected, `"data":{"data":"`+string(a.Data)
				if i == 1 && c.fate != Dissected {
					fate, holds = c.fate, fmt.Sprintf(`{"frame":{"frame_frame_time_epoch":"1000000000.001000000","frame_frame_number":"2","frame_frame_len":"%d"`, a.Length)
				}
				if a.Fate != fate || !strings.Contains(string(a.Layers), holds) {
					t.Errorf("packet %d: fate %d, %s", i+1, a.Fate, a.Layers)
				}
			}
			if st := p.Stats(); st != c.want {
				t.Errorf("%+v, want %+v", st, c.want)
			}
			if !strings.Contains(said.String(), c.says) {
				t.Errorf("%q is not said:\n%s", c.says, said)
			}
			if c.fate != Quarantined {
				return
			}
			kept, _ := read(t, aside)
			if len(kept) != 1 || string(kept[0].Data) != c.packet || kept[0].Time != all[1].Time || len(kept[0].Comments) != 1 || !strings.HasPrefix(kept[0].Comments[0], "packet 2 of a test ended tshark: ") {
				t.Errorf("in quarantine: %+v", kept)
			}
		})
	}
}

// TestSkippedAtTheEnd: what tshark has not said a word of when it is asked to end goes to another one, and is known then to have no answer.
func TestSkippedAtTheEnd(t *testing.T) {
	p, _ := find(t, Options{Path: install(t, "stub-tshark"), Timeout: time.Second})
	all := texts("one", "skip")
	if err := dissect(t, p, 2, nil, all); err != nil {
		t.Fatal(err)
	}
	if all[1].Fate != Quarantined || all[0].Fate != Dissected {
		t.Errorf("%+v", all)
	}
}

// TestLargeDocument: what is left out of a large document is marked.
func TestLargeDocument(t *testing.T) {
	p, _ := find(t, Options{Path: install(t, "stub-tshark")})
	p.opt.MaxDocument = ek.MinLimit
	all := texts("small", strings.Repeat("x", 2*ek.MinLimit))
	if err := dissect(t, p, 2, nil, all); err != nil {
		t.Fatal(err)
	}
	if all[0].Mark != nil || !strings.HasPrefix(string(all[1].Mark), `{"bytes":`) || !json.Valid(all[1].Mark) || !json.Valid(all[1].Layers) || !strings.Contains(string(all[1].Layers), `"data":null`) {
		t.Errorf("%s\n%s", all[1].Layers, all[1].Mark)
	}
}

// TestNothingWorks: where no packet is dissected the packets are not the reason.
func TestNothingWorks(t *testing.T) {
	p, _ := find(t, Options{Path: install(t, "stub-refuses")})
	var bodies []string
	for range 100 {
		bodies = append(bodies, "x")
	}
	err := dissect(t, p, 10, nil, texts(bodies...))
	if err == nil || !strings.Contains(err.Error(), "a test: tshark ends at each packet (exit status 2 (network type 4711 unknown))") {
		t.Error(err)
	}
}

// TestStop: neither Send nor Wait nor Close waits for a process that hangs.
func TestStop(t *testing.T) {
	p, _ := find(t, Options{Path: install(t, "stub-tshark")})
	d := p.Open("a test")
	ctx, cancel := context.WithCancel(t.Context())
	all := texts("hang", "two")
	b := &Batch{Packets: all}
	if err := d.Send(ctx, b); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := d.Wait(ctx, b); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	d.Close()
	if err := d.Wait(t.Context(), b); !errors.Is(err, errClosed) {
		t.Error(err)
	}
}
