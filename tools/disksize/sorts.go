// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/espbeat/espbeat/tools/bench/gen"
	"github.com/espbeat/espbeat/tools/searchbench/searches"
	"github.com/espbeat/espbeat/tools/ship"
)

// sortKeys are the index sort keys that are compared.
var sortKeys = [][]string{
	{"host.name", "@timestamp"},
	{"flow.id", "@timestamp"},
	{"source.ip", "destination.ip", "@timestamp"},
}

// Searches of each kind for every sort key.
const sortWarm, sortRuns = 5, 20

// sorted is what one sort key costs and gives.
type sorted struct {
	size     ship.Size
	searches []searches.Result
}

// sorts measures the sort keys with the first of the profiles and of the stores that were asked for, on the mixed workload.
func (d *disksize) sorts() (string, error) {
	if len(d.profiles) != 1 || len(d.stores) != 1 {
		return "", errors.New("-sort compares one kind of index: give -profile and -store one name each")
	}
	info, err := d.server.Info()
	if err != nil {
		return "", err
	}
	file, err := d.workload(gen.Mixed, d.packets)
	if err != nil {
		return "", err
	}
	var all []sorted
	for i, key := range slices.Concat(sortKeys[:1], sortKeys) {
		v := ship.Variant{Profile: d.profiles[0], Store: d.stores[0], Sort: key}
		progress("%d packets: %s", d.packets, v)
		err := d.ship.Index(file, int(d.packets), v, func(index string, s ship.Size) error {
			found, err := searches.Run(d.server, index, sortWarm, sortRuns)
			if i > 0 { // the first round only warms the server up
				all = append(all, sorted{s, found})
			}
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d packets of the mixed workload, profile `%s`, %s, on %s. Searches: median of %d in ms.\n\n",
		d.packets, d.profiles[0], d.stores[0].Name, info, sortRuns) + sortTable(sortKeys, all), nil
}

// sortTable has a column a sort key.
func sortTable(keys [][]string, all []sorted) string {
	var b strings.Builder
	row := func(name string, cell func(sorted) string) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, s := range all {
			fmt.Fprintf(&b, " %s |", cell(s))
		}
		b.WriteByte('\n')
	}
	b.WriteString("| sorted by |")
	for _, key := range keys {
		fmt.Fprintf(&b, " `%s` |", strings.Join(key, ", "))
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(keys)) + "\n")
	row("bytes a packet", func(s sorted) string { return fmt.Sprintf("%.1f", s.size.PerPacket()) })
	row("packets indexed a second", func(s sorted) string { return fmt.Sprintf("%.0f", s.size.Rate()) })
	for i, r := range all[0].searches {
		row(r.Name, func(s sorted) string { return searches.Milliseconds(s.searches[i].Percentile(50)) })
	}
	return b.String()
}
