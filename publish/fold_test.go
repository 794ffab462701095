// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"reflect"
	"testing"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/common/reload"
	"github.com/elastic/beats/v7/libbeat/processors"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

// injected is what Elastic Agent puts before the processors of a stream.
const injected = `
  {add_fields: {target: "@metadata", fields: {input_id: in1}}},
  {add_fields: {target: data_stream, fields: {type: logs, dataset: espbeat.packet, namespace: default}}},
  {add_fields: {target: event, fields: {dataset: espbeat.packet}}},
  {add_fields: {target: "@metadata", fields: {stream_id: s1}}},
  {add_fields: {target: elastic_agent, fields: {id: a-1, snapshot: false, version: 9.3.0}}},
  {add_fields: {target: agent, fields: {id: a-1}}}`

// What processors set is the same whether they run or their constants are folded in; and only what sets nothing else is folded.
func TestFoldedProcessorsSetTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		list string
		rest int
	}{
		"nothing":                 {list: `[]`},
		"Elastic Agent's":         {list: `[` + injected + `]`},
		"with a user's":           {list: `[` + injected + `, {add_fields: {fields: {site: lab}}}, {add_fields: {target: "", fields: {project: {name: x, count: 3, list: [a, 1.5, true]}}}}]`},
		"a dotted target":         {list: `[{add_fields: {target: cloud.account, fields: {id: "7"}}}, {add_fields: {target: cloud, fields: {region: eu}}}]`},
		"another dataset":         {list: `[{add_fields: {target: event, fields: {dataset: mine}}}]`, rest: 1},
		"more of event":           {list: `[{add_fields: {target: event, fields: {dataset: espbeat.packet, module: espbeat}}}]`, rest: 1},
		"what documents have":     {list: `[{add_fields: {target: labels, fields: {a: b}}}, {add_fields: {target: "", fields: {other: 1, network: {name: lan}}}}]`, rest: 1},
		"a condition":             {list: `[{add_fields: {target: labels, fields: {a: b}, when: {equals: {network.type: ipv6}}}}, {add_fields: {target: labels, fields: {c: d}}}]`, rest: 2},
		"behind another":          {list: `[{add_tags: {tags: [x]}}, {add_fields: {target: labels, fields: {a: b}}}]`, rest: 2},
		"tags":                    {list: `[{add_fields: {target: "", fields: {tags: [x]}}}]`, rest: 1},
		"where an output sends":   {list: `[{add_fields: {target: "@metadata", fields: {raw_index: elsewhere}}}]`, rest: 1},
		"metadata that is none":   {list: `[{add_fields: {target: "", fields: {"@metadata": 1}}}]`, rest: 1},
		"a host and agent's name": {list: `[{add_fields: {target: host, fields: {zone: dmz}}}, {add_fields: {target: agent, fields: {name: n}}}]`},
	} {
		t.Run(name, func(t *testing.T) {
			var list struct {
				Processors processors.PluginConfig `config:"processors"`
			}
			if err := yml(t, "processors: "+c.list).Unpack(&list); err != nil {
				t.Fatal(err)
			}
			w, err := newWay(Way{Processors: list.Processors, Dataset: "espbeat.packet", Fields: map[string]any{"of": "input"}, Index: "i"}, nopLog())
			if err != nil {
				t.Fatal(err)
			}
			defer w.close()
			if n := len(w.processors.All()); n != c.rest {
				t.Errorf("%d processors are left, want %d", n, c.rest)
			}
			got, form := throughWay(t, w)
			if (form == asMaps) != (c.rest > 0) {
				t.Errorf("events are %q", form)
			}
			all, err := processors.New(list.Processors, nopLog())
			if err != nil {
				t.Fatal(err)
			}
			want, _ := throughWay(t, &way{metadata: newMetadata("i", "", nil), fields: mapstr.M{"of": "input"}, processors: all})
			if !reflect.DeepEqual(got, want) {
				t.Errorf("folded %v\nrun    %v", text(got), text(want))
			}
		})
	}
}

// throughWay is an event as the output encodes it, after the processing of a client, and the form that its documents had before.
func throughWay(t *testing.T, w *way) (map[string]any, form) {
	t.Helper()
	p := newPipeline()
	in := &Input{pub: New(p, nil, Options{})}
	if _, err := w.connect(in, "a", false, func(int, int) {}, nil); err != nil {
		t.Fatal(err)
	}
	s, err := Processing("1.2.3", nil)(info, nopLog(), yml(t, `{}`))
	if err != nil {
		t.Fatal(err)
	}
	chain, err := s.Create(p.clients[0].cfg.Processing, false)
	if err != nil {
		t.Fatal(err)
	}
	fields, meta := wholeOf(packet(7)), mapstr.M{"_id": "x"}
	w.put(meta, packet(7).time)
	e, err := chain.Run(&beat.Event{Timestamp: packet(7).time, Fields: fields, Meta: meta})
	if err != nil {
		t.Fatal(err)
	}
	v := encoded(t, e)
	v["@metadata"] = e.Meta
	return v, formOf(e.Fields)
}

// The output that Elastic Agent gives decides on the form of the events of later clients, as one in the configuration does.
func TestManagedOutput(t *testing.T) {
	for output, want := range map[string]form{
		`elasticsearch: {hosts: [a], pipeline: theirs}`:                                      asWhole,
		`elasticsearch: {hosts: [a], indices: [{index: b, when.equals.network.type: ipv4}]}`: asMaps,
	} {
		o := &Output{}
		s, err := Processing("1.2.3", o)(info, nopLog(), yml(t, `{}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Reload(&reload.ConfigWithMeta{Config: yml(t, output)}); err != nil {
			t.Fatal(err)
		}
		off := false
		chain, err := s.Create(beat.ProcessingConfig{EventNormalization: &off}, false)
		if err != nil {
			t.Fatal(err)
		}
		e, err := chain.Run(&beat.Event{Timestamp: packet(7).time, Fields: wholeOf(packet(7)), Meta: mapstr.M{"_id": "x"}})
		if err != nil {
			t.Fatal(err)
		}
		if f := formOf(e.Fields); f != want {
			t.Errorf("%s: events are %q, want %q", output, f, want)
		}
		if p, _ := e.Meta["pipeline"].(string); want == asWhole && p != "theirs" {
			t.Errorf("pipeline %q", p)
		}
		if err := o.Reload(&reload.ConfigWithMeta{Config: yml(t, `elasticsearch: {hosts: [a]}`)}); err == nil {
			t.Error("another output is taken although events keep their form")
		}
	}
	o := &Output{}
	for range 2 { // which need the same
		if err := o.Reload(&reload.ConfigWithMeta{Config: yml(t, `kafka: {hosts: [a], topic: t}`)}); err != nil {
			t.Error(err)
		}
	}
	if err := o.Reload(nil); err != nil {
		t.Error(err)
	}
}
