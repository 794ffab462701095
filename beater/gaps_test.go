// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/document"
)

// lossy is a live source that yields nothing and loses what the test says.
type lossy struct {
	kernel, pool atomic.Uint64
	read         atomic.Uint64 // how often
	name         string
	closed       chan struct{}
	once         sync.Once
}

func newLossy(name string) *lossy { return &lossy{name: name, closed: make(chan struct{})} }

func (l *lossy) Next(*capture.Batch) error { <-l.closed; return io.EOF }
func (l *lossy) Interfaces() []capture.Interface {
	return []capture.Interface{{Name: l.name}}
}
func (l *lossy) Stats() capture.Stats {
	l.read.Add(1)
	return capture.Stats{KernelDropped: l.kernel.Load(), PoolDropped: l.pool.Load()}
}
func (l *lossy) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// noFeed takes nothing, and need not.
type noFeed struct{ records batch }

func (f *noFeed) batch() *batch                      { return &f.records }
func (f *noFeed) take(context.Context, *batch) error { return nil }
func (f *noFeed) skip(uint64)                        {}
func (f *noFeed) unknown(uint64)                     {}
func (f *noFeed) resumed(uint64)                     {}
func (f *noFeed) shed(_, _, _ uint64)                {}
func (f *noFeed) flush(bool) error                   { return nil }
func (f *noFeed) drop(*batch)                        {}

// told is what a gap document says.
type told struct {
	Time  time.Time `json:"@timestamp"`
	Event struct {
		Dataset    string
		Start, End time.Time
		Duration   int64
	}
	Observer struct {
		Ingress struct{ Interface struct{ Name string } }
	}
	Packet struct{ Lost struct{ Kernel, Pool uint64 } }
	id     string
}

func TestLossesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, second, b := newLossy("eth0"), newLossy("eth0"), newLossy("eth1")
		docs := make(chan told, 10)
		start := time.Now()
		l := &line{in: config.Input{Type: config.TypeLive}, release: "1.0", live: fixed(
			&source{Source: a, name: "eth0"}, &source{Source: second, name: "eth0"}, &source{Source: b, name: "eth1"}),
			feed: func(document.Options, *resume) (feed, error) {
				return &noFeed{}, nil
			},
			notice: func(_ context.Context, d *document.Document) error {
				x := told{id: d.ID()}
				if err := json.Unmarshal(d.JSON(), &x); err != nil {
					t.Error(err)
				}
				docs <- x
				return nil
			},
			fail: func(err error) { t.Error(err) },
		}
		health := &reporter{}
		l.tell(newHealth(health))
		l.health.begin()
		is := func(want string) {
			t.Helper()
			synctest.Wait()
			if last := health.last(); !strings.HasPrefix(last, want) {
				t.Errorf("the input is %q, want %q", last, want)
			}
		}
		reading, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { l.run(reading, t.Context()); close(done) }()
		expect := func(name string, kernel, pool uint64, from, to time.Duration) {
			t.Helper()
			synctest.Wait()
			if len(docs) != 1 {
				t.Fatalf("%d documents of lost packets, want 1", len(docs))
			}
			d := <-docs
			if d.Event.Dataset != document.GapDataset || d.Observer.Ingress.Interface.Name != name || d.Packet.Lost.Kernel != kernel || d.Packet.Lost.Pool != pool {
				t.Errorf("%+v", d)
			}
			if !d.Event.Start.Equal(start.Add(from)) || !d.Event.End.Equal(start.Add(to)) || d.Event.Duration != int64(to-from) || !d.Time.Equal(d.Event.End) {
				t.Errorf("from %s to %s", d.Event.Start.Sub(start), d.Event.End.Sub(start))
			}
		}
		time.Sleep(25 * time.Second) // nothing is lost
		a.kernel.Add(3)
		second.kernel.Add(4)
		second.pool.Add(1)
		time.Sleep(5*time.Second - 1)
		synctest.Wait()
		if len(docs) != 0 {
			t.Fatalf("too soon: %+v", <-docs)
		}
		time.Sleep(time.Nanosecond)
		expect("eth0", 7, 1, 20*time.Second, 30*time.Second)
		is("Degraded interface eth0: 7 packets were dropped by the kernel and 1 for want of memory in 10s: raise buffer_size")
		b.pool.Add(2)
		time.Sleep(10 * time.Second)
		expect("eth1", 0, 2, 30*time.Second, 40*time.Second)
		is("Degraded interface eth1: 0 packets")
		time.Sleep(61 * time.Second)
		is("Running")
		a.kernel.Add(5)
		time.Sleep(time.Second)
		stop()
		<-done
		expect("eth0", 5, 0, 100*time.Second, 102*time.Second)
	})
}

// The kernel's counters have 32 bits: they are read also where nobody takes documents of lost packets.
func TestLossesAreReadAlways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newLossy("eth0")
		ended := make(chan struct{})
		done := make(chan struct{})
		go func() {
			(&line{}).watchGaps(t.Context(), []*source{{Source: a, name: "eth0"}}, ended)
			close(done)
		}()
		time.Sleep(10*gapEvery + 1)
		if n := a.read.Load(); n != 10 {
			t.Errorf("read %d times in %s", n, 10*gapEvery)
		}
		close(ended)
		<-done
	})
}

// Documents of lost packets have ids that no packet has, and that differ by interface.
func TestIdsOfGaps(t *testing.T) {
	a, b := newLossy("eth0"), newLossy("eth1")
	l := &line{}
	ids := map[string]bool{string(document.AppendID(nil, captureID{1}, 1)): true, string(document.AppendID(nil, captureID{1}, 2)): true}
	all := []*gaps{
		l.gapsOf([]*source{{Source: a, name: "eth0", id: captureID{1}}}, time.Now()),
		l.gapsOf([]*source{{Source: b, name: "eth1", id: captureID{1}}}, time.Now()),
	}
	for range 2 {
		a.kernel.Add(1)
		b.kernel.Add(1)
		for _, g := range all {
			d, lost := g.next(time.Now())
			if lost == nil || !strings.Contains(lost.Error(), "dropped") {
				t.Errorf("error %v", lost)
			}
			id := d.ID()
			if ids[id] {
				t.Errorf("the id %s twice", id)
			}
			ids[id] = true
		}
	}
	if d, lost := all[0].next(time.Now()); d != nil || lost != nil {
		t.Error("told twice")
	}
}

var _ capture.Source = (*lossy)(nil)
