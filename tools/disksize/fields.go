// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/espbeat/espbeat/tools/bench/gen"
	"github.com/espbeat/espbeat/tools/ship"
)

// costly is how many fields -fields prints.
const costly = 40

// cost is the bytes that one field takes in an index, by structure.
type cost struct {
	name                                              string
	total, docValues, inverted, points, source, other int64
}

// fieldUsage is an entry of the disk usage API, bytes.
type fieldUsage struct {
	Total    int64 `json:"total_in_bytes"`
	Inverted struct {
		Total int64 `json:"total_in_bytes"`
	} `json:"inverted_index"`
	Stored    int64 `json:"stored_fields_in_bytes"`
	DocValues int64 `json:"doc_values_in_bytes"`
	Points    int64 `json:"points_in_bytes"`
	Norms     int64 `json:"norms_in_bytes"`
	Vectors   int64 `json:"term_vectors_in_bytes"`
	KNN       int64 `json:"knn_vectors_in_bytes"`
	Bloom     int64 `json:"bloom_filter_in_bytes"`
}

// costs prints the costliest fields of the mixed workload for every profile and store that was asked for.
func (d *disksize) costs(out io.Writer) error {
	file, err := d.workload(gen.Mixed, d.packets)
	if err != nil {
		return err
	}
	for _, profile := range d.profiles {
		for _, store := range d.stores {
			v := ship.Variant{Profile: profile, Store: store}
			progress("%d packets: %s", d.packets, v)
			err := d.ship.Index(file, int(d.packets), v, func(index string, s ship.Size) error {
				all, err := d.diskUsage(index)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "%s: %d packets, %.1f bytes a packet\n\n", v, s.Documents, s.PerPacket())
				writeCosts(out, all, s.Documents, costly)
				_, err = fmt.Fprintln(out)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// diskUsage asks which fields take the bytes of an index, costliest first. The sum row comes first.
func (d *disksize) diskUsage(index string) ([]cost, error) {
	type usage struct {
		All    *fieldUsage `json:"all_fields"`
		Fields map[string]fieldUsage
	}
	var answer map[string]*usage
	if err := d.server.Do(http.MethodPost, "/"+index+"/_disk_usage?run_expensive_tasks=true", nil, &answer); err != nil {
		return nil, fmt.Errorf("disk usage of %s: %w", index, err)
	}
	var all []cost
	for _, u := range answer { // the indices of the data stream, one, and _shards
		if u == nil || u.All == nil {
			continue
		}
		all = append(all, costOf("all fields", *u.All))
		for name, f := range u.Fields {
			all = append(all, costOf(name, f))
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("disk usage of %s: the server names no fields", index)
	}
	slices.SortFunc(all[1:], func(a, b cost) int { return cmp.Or(cmp.Compare(b.total, a.total), cmp.Compare(a.name, b.name)) })
	return all, nil
}

func costOf(name string, f fieldUsage) cost {
	return cost{name, f.Total, f.DocValues, f.Inverted.Total, f.Points, f.Stored, f.Norms + f.Vectors + f.KNN + f.Bloom}
}

// writeCosts writes the costliest fields, bytes a packet.
func writeCosts(w io.Writer, all []cost, packets, most int) {
	per := func(bytes int64) float64 { return float64(bytes) / float64(packets) }
	fmt.Fprintf(w, "| field | bytes a packet | doc values | inverted index | points | stored fields | other |\n|---|---|---|---|---|---|---|\n")
	var rest cost
	for i, c := range all {
		if i > most {
			rest.name = fmt.Sprintf("%d more fields", i-most)
			rest.total, rest.docValues, rest.inverted = rest.total+c.total, rest.docValues+c.docValues, rest.inverted+c.inverted
			rest.points, rest.source, rest.other = rest.points+c.points, rest.source+c.source, rest.other+c.other
			if i < len(all)-1 {
				continue
			}
			c = rest
		}
		fmt.Fprintf(w, "| %s | %.2f | %.2f | %.2f | %.2f | %.2f | %.2f |\n", c.name, per(c.total), per(c.docValues), per(c.inverted), per(c.points), per(c.source), per(c.other))
	}
}
