// SPDX-License-Identifier: Apache-2.0

package progress

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// at is the mark after packet n of a capture whose records have 100 bytes.
func at(n int) Mark { return Mark{Number: uint64(n), Offset: 24 + 100*int64(n)} }

func TestMarkIsTheLastBeforeWhichAllIsAcknowledged(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		tr := NewTracker(at(7))
		type way struct {
			token Token
			end   int
			done  bool
		}
		var ways []way
		want := 7
		open := func() []int {
			var l []int
			for i, w := range ways {
				if !w.done {
					l = append(l, i)
				}
			}
			return l
		}
		for len(ways) < 60 || len(open()) > 0 {
			if on := open(); len(ways) == 60 || len(on) > 0 && rng.IntN(2) == 0 {
				i := on[rng.IntN(len(on))]
				ways[i].done = true
				before := want
				for _, w := range ways {
					if !w.done {
						break
					}
					want = w.end
				}
				mark, moved := tr.Done(ways[i].token)
				if mark != at(want) || moved != (want != before) || tr.Mark() != mark {
					t.Fatalf("round %d: mark %v, moved %v, want %v, before %v", round, mark, moved, at(want), at(before))
				}
				continue
			}
			end := 8 + 10*len(ways)
			ways = append(ways, way{token: tr.Add(at(end)), end: end})
		}
	}
}

func TestTrackerFromManyGoroutines(t *testing.T) {
	tr := NewTracker(Mark{})
	tokens := make(chan Token, 16)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var held []Token // out of order
			for token := range tokens {
				if held = append(held, token); len(held) == 3 {
					slices.Reverse(held)
					for _, h := range held {
						tr.Done(h)
					}
					held = held[:0]
				}
			}
			for _, h := range held {
				tr.Done(h)
			}
		})
	}
	const batches = 5000
	for i := range batches {
		tokens <- tr.Add(at(i + 1))
	}
	close(tokens)
	wg.Wait()
	if tr.Mark() != at(batches) {
		t.Errorf("mark %v", tr.Mark())
	}
}

func TestTrackerKeepsWhatIsOnItsWay(t *testing.T) {
	tr := NewTracker(Mark{})
	stuck := tr.Add(at(1))
	n := 1
	batch := func() {
		var tokens [8]Token
		for i := range tokens {
			n++
			tokens[i] = tr.Add(at(n))
		}
		for i := range tokens {
			tr.Done(tokens[(i*3)%len(tokens)])
		}
	}
	batch()
	if allocs := testing.AllocsPerRun(1000, batch); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	if len(tr.slots) != 1+1+8 {
		t.Errorf("%d slots for 9 batches on their way", len(tr.slots))
	}
	if mark, moved := tr.Done(stuck); mark != at(n) || !moved {
		t.Errorf("mark %v, want %v", mark, at(n))
	}
}

func BenchmarkTracker(b *testing.B) {
	tr := NewTracker(Mark{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			tr.Done(tr.Add(Mark{}))
		}
	})
}
