// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"

	"github.com/espbeat/espbeat/tools/kibana/dashboards"
)

// Every panel asks for fields that the stream of its documents has.
func TestDashboardsAskForFieldsOfTheirStream(t *testing.T) {
	streamOfKind := map[dashboards.Kind]string{dashboards.Packet: "packet", dashboards.Flow: "flow", dashboards.Gap: "ledger", dashboards.Ledger: "ledger"}
	types := map[dashboards.Kind]map[string]string{}
	for kind, name := range streamOfKind {
		s, err := streamOf(name)
		if err != nil {
			t.Fatal(err)
		}
		types[kind] = mapping(s)
	}
	for _, d := range dashboards.All() {
		for _, r := range d.Rows {
			for _, p := range r.Panels {
				for _, name := range p.FieldsOf() {
					if types[p.Of][name] == "" {
						t.Errorf("%s/%s: documents of %s have no field %s", d.ID, p.ID, p.Of, name)
					}
				}
			}
		}
		for _, c := range d.Controls {
			if types[dashboards.Packet][c.Field] == "" {
				t.Errorf("%s: packets have no field %s", d.ID, c.Field)
			}
		}
	}
	for _, s := range dashboards.Searches() {
		for _, name := range s.Fields {
			if types[s.Of][name] == "" {
				t.Errorf("search %s: documents of %s have no field %s", s.ID, s.Of, name)
			}
		}
	}
}
