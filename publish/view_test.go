// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"testing"

	structform "github.com/elastic/go-structform"
	sfjson "github.com/elastic/go-structform/json"

	"github.com/elastic/beats/v7/libbeat/beat"
	jsoncodec "github.com/elastic/beats/v7/libbeat/outputs/codec/json"
	"github.com/elastic/beats/v7/libbeat/publisher"
	lbqueue "github.com/elastic/beats/v7/libbeat/publisher/queue"
	"github.com/elastic/beats/v7/libbeat/publisher/queue/diskqueue"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

func TestLayoutIsTheOneThatBufferReads(t *testing.T) {
	if extType == nil {
		t.Fatal("go-structform changed: views take the slow path; check bufferAt against it")
	}
	var b bytes.Buffer
	if bufferOf(structform.EnsureExtVisitor(sfjson.NewVisitor(&b))) != &b {
		t.Error("not the buffer that the visitor writes to")
	}
	if bufferOf(structform.EnsureExtVisitor(sfjson.NewVisitor(io.Discard))) != nil {
		t.Error("a buffer where the visitor has none")
	}
}

// TestEveryEncoderGivesTheSame compares views with maps through each encoder that
// outputs and queues use.
func TestEveryEncoderGivesTheSame(t *testing.T) {
	d := packet(3)
	shared := mapstr.M{"agent": mapstr.M{"id": "x", "n": mapstr.M{"a": 1}}, "host": mapstr.M{"name": "y"}}
	views := func() *beat.Event {
		e := &beat.Event{Timestamp: d.time, Fields: wholeOf(d)}
		e.Fields["agent"] = &whole{newConstants(shared)}
		return e
	}
	maps := &beat.Event{Timestamp: d.time, Fields: mapsOf(d)}
	maps.Fields.DeepUpdate(shared)
	want := encoded(t, maps)

	for name, enc := range map[string]func() map[string]any{
		"elasticsearch": func() map[string]any { return encoded(t, views()) },
		"structural": func() map[string]any {
			was := extType
			extType = nil
			defer func() { extType = was }()
			return encoded(t, views())
		},
		"split": func() map[string]any {
			e := views()
			split(e)
			return encoded(t, e)
		},
		"codec": func() map[string]any {
			b, err := jsoncodec.New("9.3.0", jsoncodec.Config{Pretty: true}).Encode("x", views())
			if err != nil {
				t.Fatal(err)
			}
			var v map[string]any
			if err := json.Unmarshal(b, &v); err != nil {
				t.Fatal(err)
			}
			delete(v, "@metadata")
			return v
		},
		"disk queue": func() map[string]any {
			v := views()
			split(v)
			e := throughDisk(t, *v)
			return encoded(t, &e)
		},
		"clone": func() map[string]any { return encoded(t, views().Clone()) },
		"materialized": func() map[string]any {
			e := views()
			materialize(e)
			return encoded(t, e)
		},
		"debug log": func() map[string]any {
			v := map[string]any{"@timestamp": want["@timestamp"]}
			for _, f := range views().Fields {
				b, err := json.Marshal(f)
				if err != nil {
					t.Fatal(err)
				}
				if err := json.Unmarshal(b, &v); err != nil {
					t.Fatal(err)
				}
			}
			return v
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := enc(); !reflect.DeepEqual(got, want) {
				t.Errorf("got %s\nwant %s", text(got), text(want))
			}
		})
	}
}

// throughDisk takes an event through libbeat's disk queue.
func throughDisk(t *testing.T, e beat.Event) beat.Event {
	t.Helper()
	s, err := diskqueue.SettingsForUserConfig(config.MustNewConfigFrom(mapstr.M{"max_size": "100MB", "path": t.TempDir()}))
	if err != nil {
		t.Fatal(err)
	}
	q, err := diskqueue.NewQueue(nopLog(), lbqueue.NewQueueObserver(nil), s, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close(true)
	if _, ok := q.Producer(lbqueue.ProducerConfig{}).Publish(publisher.Event{Content: e}); !ok {
		t.Fatal("the disk queue takes no views")
	}
	b, err := q.Get(1)
	if err != nil {
		t.Fatal(err)
	}
	return b.Entry(0).(publisher.Event).Content
}
