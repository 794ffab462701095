// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"

	"github.com/espbeat/espbeat/tools/bench/gen"
	"github.com/espbeat/espbeat/tools/elastic"
	"github.com/espbeat/espbeat/tools/ship"
)

// budget is what a figure may be at most: bytes a packet, or, with of, a part of another figure.
type budget struct {
	figure figure
	most   float64
	of     *figure
}

var budgets = []budget{
	{figure{gen.Mixed, "minimal", ship.Stored.Name}, 80, nil},
	{figure{gen.Mixed, "standard", ship.Stored.Name}, 170, nil},
	{figure{gen.Mixed, "standard", ship.Synthetic.Name}, 100, nil},
	{figure{gen.Mixed, "standard", ship.Stored.Name}, 0.2, &figure{gen.Mixed, espcap, ""}},
}

// report writes the tables, and tells whether a budget is missed.
func report(info elastic.Info, profiles []string, stores []ship.Store, all []*workloadSizes) (text string, missed bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "Bytes a packet on the disk of %s: a data stream of one shard without replicas, `best_compression`, merged to one segment; index mode and "+
		"source as the column says. Documents are those that espbeat ships.\n", info)
	measured := map[figure]float64{}
	for _, w := range all {
		w.write(&b, profiles, stores)
		for f, n := range w.perPacket {
			measured[f] = n
		}
	}
	table, missed := judge(measured)
	if table != "" {
		b.WriteString("\n### Budgets\n\n" + table)
	}
	return b.String(), missed
}

// write writes the table of one workload.
func (w *workloadSizes) write(b *strings.Builder, profiles []string, stores []ship.Store) {
	fmt.Fprintf(b, "\n### %s, %d packets\n\n| |", w.kind, w.packets)
	for _, s := range stores {
		fmt.Fprintf(b, " %s |", s.Name)
	}
	rule := "\n|---|" + strings.Repeat("---|", len(stores)) + "\n"
	b.WriteString(rule)
	for _, p := range profiles {
		fmt.Fprintf(b, "| profile `%s` |", p)
		for _, s := range stores {
			fmt.Fprintf(b, " %.1f |", w.perPacket[figure{w.kind, p, s.Name}])
		}
		b.WriteByte('\n')
	}
	rest := strings.Repeat(" – |", len(stores)-1)
	if n, ok := w.perPacket[figure{w.kind, espcap, ""}]; ok {
		fmt.Fprintf(b, "| Espcap's index, %d packets | %.1f |%s\n", w.few, n, rest)
	}
	per := func(bytes int64) float64 { return float64(bytes) / float64(w.packets) }
	fmt.Fprintf(b, "| the capture, gzip level 6 | %.1f |%s\n| the capture | %.1f |%s\n", per(w.zipped), rest, per(w.capture), rest)
	if w.refused > 0 {
		fmt.Fprintf(b, "\nElasticsearch refuses %d of Espcap's %d documents, the first of them because: %s.\n", w.refused, w.few, w.reason)
	}
}

// judge writes the table of budgets whose figures were measured; none gives no table.
func judge(measured map[figure]float64) (table string, missed bool) {
	var rows strings.Builder
	for _, g := range budgets {
		n, ok := measured[g.figure]
		what, unit := fmt.Sprintf("%s, profile `%s`, %s", g.figure.workload, g.figure.profile, g.figure.store), "%.1f"
		if g.of != nil {
			whole, there := measured[*g.of]
			n, ok = n/whole, ok && there
			what, unit = what+", as a part of Espcap's index", "%.3f"
		}
		if !ok {
			continue
		}
		verdict := "reached"
		if n > g.most {
			verdict, missed = "**missed**", true
		}
		fmt.Fprintf(&rows, "| %s | "+unit+" | %g | %s |\n", what, n, g.most, verdict)
	}
	if rows.Len() == 0 {
		return "", false
	}
	return "| | bytes a packet | at most | |\n|---|---|---|---|\n" + rows.String(), missed
}
