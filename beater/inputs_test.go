// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/elastic/beats/v7/libbeat/common"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/elastic/elastic-agent-libs/monitoring"

	"github.com/espbeat/espbeat/progress"
	"github.com/espbeat/espbeat/publish"
)

// run is what inputs need to come and go, over an output that acknowledges when it is told to.
type run struct {
	*inputs
	output *hashes
	said   []string
	giveUp context.CancelFunc
}

func newRun(t *testing.T, yml string) *run {
	t.Helper()
	r := &run{output: &hashes{seed: maphash.MakeSeed(), docs: map[string]uint64{}, arrived: make(chan ack, 1000)}}
	e := &Beater{cfg: parsed(t, yml), log: logp.NewNopLogger(), flows: &flows{}, read: &progress.Counters{},
		opts: Options{Outcome: NewOutcome(), Report: func(s string) { r.said = append(r.said, s) }}}
	ledger := publish.NewLedger(monitoring.NewRegistry())
	r.inputs = &inputs{beater: e, pub: publish.New(r.output, ledger, publish.Options{Encoders: 1, MaxBytes: 4 << 20}), ledger: ledger,
		reading: t.Context(), open: map[*runner]bool{}}
	r.handing, r.giveUp = context.WithCancel(t.Context())
	t.Cleanup(func() {
		r.giveUp()
		r.running.Wait()
		r.close(r.output)
	})
	return r
}

// start starts the i-th input.
func (r *run) start(t *testing.T, i int) *runner {
	t.Helper()
	in, err := r.create(job{Input: r.beater.cfg.Inputs[i]})
	if err != nil {
		t.Fatal(err)
	}
	in.Start()
	return in
}

// of is the input of an id that is open.
func (r *run) of(id string) *runner {
	for _, in := range r.runners() {
		if in.id == id {
			return in
		}
	}
	return nil
}

// hold waits for n documents, which are not acknowledged yet.
func (r *run) hold(t *testing.T, n int) (held []ack) {
	t.Helper()
	for range n {
		select {
		case a := <-r.output.arrived:
			held = append(held, a)
		case <-time.After(time.Minute):
			t.Fatalf("%d documents came, want %d", len(held), n)
		}
	}
	return held
}

func acknowledge(held []ack) {
	for _, a := range held {
		a.listener.ACKEvents(a.n)
	}
}

func TestInputThatEndsIsClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcap")
	writeCapture(t, path, 1, 3)
	r := newRun(t, fmt.Sprintf(`inputs: [{id: a, type: file, paths: [%q]}]`, path))
	in := r.start(t, 0)
	acknowledge(r.hold(t, 3))
	<-in.ended
	in.Stop() // has nothing to do
	if again := r.start(t, 0); again == in {
		t.Error("an input starts twice")
	}
	acknowledge(r.hold(t, 3))
	r.running.Wait()
	if c := r.ledger.Totals(); c.Acknowledged != 6 || c.Seen != 6 || len(r.open) != 0 {
		t.Errorf("%+v, %d inputs are open", c, len(r.open))
	}
}

// TestStopDoesNotWaitForAnOutputThatIsAway: it goes on in the background, and until then no input has its id.
func TestStopDoesNotWaitForAnOutputThatIsAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcap")
	writeCapture(t, path, 1, 3)
	r := newRun(t, fmt.Sprintf(`{shutdown_timeout: 1ms, inputs: [{id: a, type: file, paths: [%[1]q]}, {id: b, type: file, paths: [%[1]q]}]}`, path))
	in := r.start(t, 0)
	held := r.hold(t, 3)
	in.Stop()
	if _, err := r.create(job{Input: r.beater.cfg.Inputs[0]}); !errors.As(err, new(*common.ErrInputNotFinished)) {
		t.Errorf("an input of the same id: %v", err)
	}
	r.start(t, 1)
	acknowledge(append(held, r.hold(t, 3)...))
	r.running.Wait()
	if c := r.ledger.Totals(); c.Acknowledged != 6 || c.InFlight != 0 {
		t.Errorf("%+v", c)
	}
	r.start(t, 0)
	acknowledge(r.hold(t, 3))
}

func TestWhatIsNotAcknowledgedAtTheEndOfTheRunIsNot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcap")
	writeCapture(t, path, 1, 3)
	r := newRun(t, fmt.Sprintf(`{shutdown_timeout: 1h, inputs: [{id: a, type: file, paths: [%q]}]}`, path))
	in := r.start(t, 0)
	held := r.hold(t, 3)
	r.giveUp()
	in.Stop()
	r.running.Wait()
	r.close(r.output)
	acknowledge(held)
	if c := r.ledger.Totals(); c.InFlight != 3 || c.Acknowledged != 0 {
		t.Errorf("%+v", c)
	}
}

// files writes files of inputs and returns a reloader of them.
func (r *run) files(t *testing.T, texts map[string]string) (load func() bool, dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range texts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l := newReloader(r.inputs, filepath.Join(dir, "*.yml"), time.Hour)
	return func() bool {
		found, err := filepath.Glob(l.path)
		if err != nil {
			t.Fatal(err)
		}
		return l.load(found)
	}, dir
}

// TestErrorsOfReloading says everything once, with file, key and what helps, and starts what can be started.
func TestErrorsOfReloading(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.pcap")
	writeCapture(t, path, 1, 3)
	right := fmt.Sprintf("- {id: right, type: file, paths: [%q]}\n", path)
	for name, c := range map[string]struct {
		text, want string
		again      bool // although no file changes
	}{
		"no YAML":           {text: `- {id: a`, want: `b.yml: `},
		"no list":           {text: `id: a`, want: `b.yml: id: no list of inputs, begin each with -`},
		"setting":           {text: `- {type: file, paths: [a], after: burn}`, want: `b.yml: 0.after: "burn": no such action, use keep`},
		"filter":            {text: `- {type: file, paths: [a], filter: "tcp and"}`, want: `b.yml: 0.filter: compile filter "tcp and"`},
		"display filter":    {text: `- {type: file, paths: [a], display_filter: "tcp.nosuch"}`, want: `b.yml: 0.display_filter: display filter "tcp.nosuch": "tcp.nosuch" (byte 1)`},
		"id of another":     {text: `- {id: right, type: file, paths: [a]}`, want: `b.yml: 0.id: "right": already the id of `},
		"id of espbeat.yml": {text: `- {id: static, type: file, paths: [a]}`, want: `b.yml: 0.id: "static": already the id of espbeat.inputs.0`},
		"processor":         {text: `- {id: p, type: file, paths: [a], processors: [{nosuch: ~}]}`, want: `b.yml: 0: start input p: processors: the processor action nosuch`, again: true},
		"interface":         {text: `- {id: l, type: live, interfaces: [nosuch0]}`, want: `b.yml: 0: start input l: `, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRun(t, `inputs: [{id: static, type: file, paths: [x]}]`)
			load, dir := r.files(t, map[string]string{"a.yml": right, "b.yml": c.text})
			for range 3 {
				if again := load(); again != c.again {
					t.Errorf("again: %v", again)
				}
			}
			acknowledge(r.hold(t, 3))
			if len(r.said) != 1 || !strings.Contains(r.said[0], c.want) {
				t.Errorf("said %q, want one with %q", r.said, c.want)
			}
			if err := os.WriteFile(filepath.Join(dir, "b.yml"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if load() || len(r.said) != 1 {
				t.Errorf("after it was mended: %q", r.said)
			}
			if err := r.beater.opts.Outcome.Err(); err != nil {
				t.Errorf("the run fails: %v", err)
			}
		})
	}
}

func TestBrokenFileKeepsItsInputs(t *testing.T) {
	dir := t.TempDir()
	text := fmt.Sprintf("- {id: w, type: file, watch: true, paths: [%q]}\n", dir)
	r := newRun(t, `{}`)
	load, files := r.files(t, map[string]string{"a.yml": text})
	load()
	was := r.of("w")
	for _, broken := range []string{"- {", "- {id: w, type: file}", text + "- {id: w, type: file, paths: [a]}"} {
		if err := os.WriteFile(filepath.Join(files, "a.yml"), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		if load(); was == nil || r.of("w") != was {
			t.Errorf("%s: the input is %v, was %v", broken, r.of("w"), was)
		}
	}
	if err := os.Remove(filepath.Join(files, "a.yml")); err != nil {
		t.Fatal(err)
	}
	if load(); len(r.open) != 0 {
		t.Errorf("%d inputs are open without a file", len(r.open))
	}
}
