// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"

	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
)

// stream is a data stream of the package: what its documents may hold, in any profile, since a policy chooses one.
type stream struct {
	name string
	// only names the fields that documents have, not those that they do not have; a name that ends in a dot is all below it. Without only
	// they have all.
	only, not []string
	// constant tells that event.dataset is the data stream's in every document.
	constant bool
}

// dataset is the stream's, in data_stream.dataset and in the names of its indices.
func (s *stream) dataset() string { return "espbeat." + s.name }

// streams are those of the package, as espbeat fills them.
var streams = []*stream{
	{
		name: "packet", constant: true,
		not: []string{"event.action", "event.start", "event.end", "source.packets", "destination.packets", "destination.bytes",
			"flow.final", "flow.end_reason", "packet.lost.", "espbeat."},
	},
	{
		name: "flow", constant: true,
		only: []string{"event.", "source.", "destination.", "client.", "server.", "network.", "related.ip", "observer.", "ecs.", "flow.id", "flow.final",
			"flow.end_reason", "tunnel.", "packet.state"},
		not: []string{"event.sequence"},
	},
	{
		name: "ledger",
		only: []string{"event.", "observer.", "ecs.", "packet.lost.", "espbeat."},
		not:  []string{"event.sequence"},
	},
}

// holds tells whether documents of the stream may have the field.
func (s *stream) holds(d *field.Def) bool {
	return (s.only == nil || names(s.only, d.Name)) && !names(s.not, d.Name)
}

func names(list []string, name string) bool {
	return slices.ContainsFunc(list, func(n string) bool {
		return n == name || strings.HasSuffix(n, ".") && strings.HasPrefix(name, n)
	})
}

// mapped is one field of a stream's index template.
type mapped struct {
	field.Def
	kind  string // its type in Elasticsearch
	ecs   bool   // by reference to the Elastic Common Schema
	value string // of a constant_keyword
}

// base are the fields that Fleet wants every data stream to have. A package must map @timestamp as date: docs/fleet-index.md has what makes it
// date_nanos.
func (s *stream) base() []mapped {
	constant := func(name, value, description string) mapped {
		return mapped{field.Def{Name: name, Description: description}, "constant_keyword", false, value}
	}
	m := []mapped{
		{field.Def{Name: "@timestamp", Description: "Capture time of the packet; of a flow and of a notice when it ended"}, "date", false, ""},
		constant("data_stream.type", "", "Always logs"),
		constant("data_stream.dataset", "", "Always "+s.dataset()),
		constant("data_stream.namespace", "", "Namespace of the policy"),
		constant("event.module", "espbeat", "Always espbeat"),
	}
	if s.constant {
		m = append(m, constant("event.dataset", s.dataset(), "Always "+s.dataset()))
	}
	return m
}

// shipper are the fields that Elastic Agent and libbeat add to every document, and those of the user.
func (s *stream) shipper() []mapped {
	var m []mapped
	for _, d := range schema.Libbeat {
		if d.Name != "@timestamp" {
			m = append(m, mappedAs(d))
		}
	}
	keyword := func(name, description string) mapped {
		return mapped{field.Def{Name: name, Description: description}, "keyword", false, ""}
	}
	flattened := func(name, description string) mapped {
		return mapped{field.Def{Name: name, Description: description}, "flattened", false, ""}
	}
	return append(m,
		keyword("elastic_agent.id", "Elastic Agent that espbeat runs under"),
		keyword("elastic_agent.version", "Version of Elastic Agent"),
		mapped{field.Def{Name: "elastic_agent.snapshot", Description: "Whether Elastic Agent is a snapshot"}, "boolean", false, ""},
		flattened("fields", "Fields of the policy"),
		flattened("labels", "Labels that processors add"))
}

// mostFields is how many Elastic's rules allow a data stream.
const mostFields = 2048

// own are the fields that espbeat writes, as far as they fit, and those left over.
func (s *stream) own() (in, left []mapped) {
	var all []mapped
	for _, d := range field.Defs() {
		if d.Type == field.Object || !s.holds(&d) || s.constant && d.Name == "event.dataset" {
			continue // an array of objects is there by its members
		}
		all = append(all, mappedAs(d))
	}
	return fit(all, mostFields-len(s.base())-len(s.shipper()))
}

// fit takes as many fields as may be, those that are searched by most first: with an index, then with doc values alone, then those of documents of
// profile full only. Their order stays.
func fit(all []mapped, most int) (in, left []mapped) {
	var ranks [3]int
	for _, m := range all {
		ranks[m.rank()]++
	}
	room := [3]int{}
	for r := range ranks {
		room[r] = min(ranks[r], most)
		most -= room[r]
	}
	for _, m := range all {
		if r := m.rank(); room[r] > 0 {
			room[r]--
			in = append(in, m)
		} else {
			left = append(left, m)
		}
	}
	return in, left
}

// rank is 0 for the fields that are searched by most.
func (m *mapped) rank() int {
	switch {
	case !m.In(field.Standard):
		return 2
	case m.Is(field.Rare):
		return 1
	}
	return 0
}

// mappedAs is how a field is mapped: as ECS has it, which knows long integers only, but for times, which ECS cuts to milliseconds.
func mappedAs(d field.Def) mapped {
	m := mapped{d, schema.TypeName(d.Type), d.Is(field.ECS) && d.Type != field.Date, ""}
	if m.ecs && (m.kind == "integer" || m.kind == "short") {
		m.kind = "long"
	}
	return m
}

// all are the stream's fields.
func (s *stream) all() []mapped {
	own, _ := s.own()
	return slices.Concat(s.base(), s.shipper(), own)
}
