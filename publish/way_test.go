// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"strings"
	"testing"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/idxmgmt"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

// TestInputNamesIndexAndPipeline follows the names into what libbeat's Elasticsearch output reads, in each form of events.
func TestInputNamesIndexAndPipeline(t *testing.T) {
	for name, c := range map[string]struct {
		yml  string
		disk bool
		form form
	}{
		"whole":                   {yml: `{}`},
		"whole, and the output's": {yml: `output.elasticsearch: {hosts: [a], index: theirs, pipeline: theirs}`},
		"views through the disk":  {yml: `queue.disk.max_size: 1GB`, disk: true, form: asViews},
		"maps":                    {yml: `processors: [{add_tags: {tags: [a]}}]`, form: asMaps},
		"maps through the disk":   {yml: `{queue.disk.max_size: 1GB, processors: [{add_tags: {tags: [a]}}]}`, disk: true, form: asMaps},
		"maps, and the output's":  {yml: `output.elasticsearch: {hosts: [a], indices: [{index: theirs, when.equals.network.type: ipv4}], pipelines: [{pipeline: theirs}]}`, form: asMaps},
	} {
		for _, w := range []struct{ index, pipeline string }{{"espbeat-lab", "geo"}, {"espbeat-lab", ""}, {"", "geo"}, {"", ""}} {
			t.Run(name+" "+w.index+" "+w.pipeline, func(t *testing.T) {
				root := yml(t, c.yml)
				s, err := Processing("1.2.3", nil)(info, nopLog(), root)
				if err != nil {
					t.Fatal(err)
				}
				normalize := false
				chain, err := s.Create(beat.ProcessingConfig{EventNormalization: &normalize}, false)
				if err != nil {
					t.Fatal(err)
				}
				var f flight
				of := newMetadata(w.index, w.pipeline, nil)
				f.load(&fakeBatch{n: 1}, 1, &of)
				f.docs = append(f.docs, packet(7))
				f.reserve()
				fields, meta := f.event(0, f.docs[0])
				e := &beat.Event{Timestamp: packet(7).time, Fields: fields, Meta: meta}
				if e, err = chain.Run(e); err != nil {
					t.Fatal(err)
				}
				if got := formOf(e.Fields); got != c.form {
					t.Errorf("%s, want %s", got, c.form)
				}
				if c.disk {
					back := throughDisk(t, *e)
					e = &back
				}
				index, pipeline := w.index, w.pipeline
				if index == "" {
					index = "ours"
				}
				if pipeline == "" && root.HasField("output") {
					pipeline = "theirs"
				}
				if got := indexOf(t, e); got != index {
					t.Errorf("index %q, want %q", got, index)
				}
				if got, _ := e.Meta["pipeline"].(string); got != pipeline {
					t.Errorf("pipeline %q, want %q", got, pipeline)
				}
			})
		}
	}
}

// indexOf is where libbeat sends an event, when the output's index is "ours".
func indexOf(t *testing.T, e *beat.Event) string {
	t.Helper()
	s, err := idxmgmt.MakeDefaultSupport(nil, nopLog())(nopLog(), info, yml(t, `{}`))
	if err != nil {
		t.Fatal(err)
	}
	sel, err := s.BuildSelector(yml(t, `index: ours`))
	if err != nil {
		t.Fatal(err)
	}
	name, err := sel.Select(e)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestIndexOfTheDay(t *testing.T) {
	w, err := newWay(Way{Index: "packets-%{+yyyy-MM-dd}"}, nopLog())
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	east := time.FixedZone("", 3*3600)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2015, 7, 31, 2, 59, 59, 999999999, east), "packets-2015-07-30"}, // a day of UTC
		{time.Date(2015, 7, 31, 3, 0, 0, 0, east), "packets-2015-07-31"},
		{time.Date(1925, 5, 7, 1, 12, 31, 0, time.UTC), "packets-1925-05-07"},
	} {
		meta := mapstr.M{}
		w.put(meta, c.at)
		if got := indexOf(t, &beat.Event{Timestamp: c.at, Meta: meta}); got != c.want {
			t.Errorf("%v: index %s, want %s", c.at, got, c.want)
		}
	}
	for index, want := range map[string]string{"a-%{[source.ip]}": "depends on fields of the document, use its time alone", "a-%{+yyyy": "index \"a-%{+yyyy\""} {
		if _, err := newWay(Way{Index: index}, nopLog()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", index, err)
		}
	}
}

func TestNamesCostNothing(t *testing.T) {
	meta, at := mapstr.M{}, packet(7).time
	for _, w := range []metadata{newMetadata("", "", nil), newMetadata("espbeat-lab", "geo", mapstr.M{"input_id": "a"})} {
		if n := testing.AllocsPerRun(100, func() { clear(meta); w.put(meta, at) }); n != 0 {
			t.Errorf("%v allocations an event with %v", n, w)
		}
	}
	if w := newMetadata("", "", nil); len(meta) != 3 || w.index != nil || w.pipeline != nil {
		t.Errorf("metadata %v", meta)
	}
}
