// SPDX-License-Identifier: Apache-2.0

package main

// memoryTarget is the most that the peak of the larger file may be, as a ratio to that of the smaller.
const memoryTarget = 1.10

// growth is the peak memory of one way at two sizes.
type growth struct {
	name         string
	small, large []usage
}

// memory compares the peak memory of a large file with that of a small one.
func (b *bench) memory() error {
	small, err := b.workload(b.small)
	if err != nil {
		return err
	}
	large, err := b.workload(b.large)
	if err != nil {
		return err
	}
	ways := []func(string) *contestant{b.printing, b.sinking}
	gs := make([]growth, len(ways))
	for i := range b.rounds {
		for k, way := range ways {
			g := &gs[k]
			g.name = way(small).name
			b.report.progress("memory, round %d of %d: %s", i+1, b.rounds, g.name)
			u, err := b.contest(way(small), b.small)
			if err != nil {
				return err
			}
			g.small = append(g.small, u)
			if u, err = b.contest(way(large), b.large); err != nil {
				return err
			}
			g.large = append(g.large, u)
		}
	}
	b.report.memory(gs, int(b.small), int(b.large))
	return nil
}
