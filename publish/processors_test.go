// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/esleg/eslegclient"
	"github.com/elastic/beats/v7/libbeat/processors"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/elastic/elastic-agent-libs/mapstr"
	"github.com/elastic/elastic-agent-libs/monitoring"
)

// local makes the processors of an input.
func local(t *testing.T, list string) shared {
	t.Helper()
	var c struct {
		Processors processors.PluginConfig `config:"processors"`
	}
	if err := yml(t, "processors: "+list).Unpack(&c); err != nil {
		t.Fatal(err)
	}
	p, err := processors.New(c.Processors, nopLog())
	if err != nil {
		t.Fatal(err)
	}
	return shared{p}
}

// TestInputsProcessors has processors of an input see what those of the Beat would, and documents of other inputs stay whole.
func TestInputsProcessors(t *testing.T) {
	for name, c := range map[string]struct {
		list    string
		dropped bool
	}{
		"add a field":              {list: `[{add_fields: {target: "", fields: {lab: yes}, when.equals.network.transport: tcp}}]`},
		"add to what libbeat adds": {list: `[{add_fields: {target: host, fields: {zone: dmz}}}]`},
		"rename":                   {list: `[{rename: {fields: [{from: source.ip, to: src}]}}]`},
		"drop fields":              {list: `[{drop_fields: {fields: [tcp.flags], when.range.source.port.gt: 1024}}]`},
		"drop the event":           {list: `[{drop_event.when.network.source.ip: private}]`, dropped: true},
		"drop another":             {list: `[{drop_event.when.equals.network.transport: udp}]`},
	} {
		for queue, root := range map[string]string{"memory": `{}`, "disk": `queue.disk.max_size: 1GB`} {
			t.Run(name+", "+queue, func(t *testing.T) {
				fields := wholeOf(packet(7))
				got := process(t, yml(t, root), beat.ProcessingConfig{Processor: local(t, c.list)}, fields)
				want := process(t, yml(t, root), beat.ProcessingConfig{Processor: local(t, c.list)}, mapsOf(packet(7)))
				if !reflect.DeepEqual(got, want) {
					t.Errorf("views give %v\nmaps give  %v", text(got), text(want))
				}
				if (got["dropped"] == true) != c.dropped {
					t.Errorf("dropped: %v", got["dropped"])
				}
				if f := formOf(fields); !c.dropped && f != asMaps {
					t.Errorf("events are %s", f)
				}
			})
		}
	}
	fields := wholeOf(packet(7))
	process(t, yml(t, `{}`), beat.ProcessingConfig{Processor: local(t, `[]`)}, fields)
	if f := formOf(fields); f != asWhole {
		t.Errorf("events of an input without processors are %s", f)
	}
}

// TestNoKeyTwice: what an input's processors add to an object that libbeat adds to, too, is in one place.
func TestNoKeyTwice(t *testing.T) {
	s, err := Processing("1.2.3", nil)(info, nopLog(), yml(t, `{}`))
	if err != nil {
		t.Fatal(err)
	}
	off := false
	chain, err := s.Create(beat.ProcessingConfig{EventNormalization: &off, Processor: local(t, `[{add_fields: {target: host, fields: {zone: dmz}}}]`)}, false)
	if err != nil {
		t.Fatal(err)
	}
	e, err := chain.Run(&beat.Event{Timestamp: packet(7).time, Fields: wholeOf(packet(7)), Meta: mapstr.M{"_id": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := eslegclient.NewJSONEncoder(&buf, false).Marshal(e); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(buf.String(), `"host":{`); n != 1 {
		t.Errorf("%d objects called host in %s", n, buf.Bytes())
	}
}

func TestBareInputHasNothingOfLibbeat(t *testing.T) {
	for _, root := range []string{`{}`, `queue.disk.max_size: 1GB`, `processors: [{add_tags: {tags: [a]}}]`} {
		with := process(t, yml(t, root), beat.ProcessingConfig{}, wholeOf(packet(7)))
		without := process(t, yml(t, root), beat.ProcessingConfig{Private: private{bare: true}}, wholeOf(packet(7)))
		for _, k := range []string{"agent", "host", "ecs"} {
			if with[k] == nil || without[k] != nil {
				t.Errorf("%s: %s is %v, and %v of a bare input", root, k, with[k], without[k])
			}
		}
	}
}

// closing is a processor that counts how often it is closed.
type closing struct{ n *int }

func (closing) String() string                         { return "closing" }
func (closing) Run(e *beat.Event) (*beat.Event, error) { return e, nil }
func (c closing) Close() error                         { *c.n++; return nil }

// TestProcessorsAreClosedWithTheInput: each client closes what it was given, while the others go on.
func TestProcessorsAreClosedWithTheInput(t *testing.T) {
	closed := 0
	processors.RegisterPlugin("test_closing", func(*config.C, *logp.Logger) (beat.Processor, error) { return closing{&closed}, nil })
	var c struct {
		Processors processors.PluginConfig `config:"processors"`
	}
	if err := yml(t, `processors: [{test_closing: ~}]`).Unpack(&c); err != nil {
		t.Fatal(err)
	}
	in, err := New(newPipeline(), NewLedger(monitoring.NewRegistry()), Options{Encoders: 2, MaxBytes: 1 << 20}).
		Open(InputOptions{ID: "a", Way: Way{Processors: c.Processors}, NewEncoder: func() Encoder { return fakeEncoder{} }})
	if err != nil {
		t.Fatal(err)
	}
	list := shared{in.ways[0].processors}
	for _, p := range list.All() {
		_ = processors.Close(p)
	}
	if _ = list.Close(); closed != 0 {
		t.Errorf("closed %d times by clients", closed)
	}
	if in.Close(); closed != 1 {
		t.Errorf("closed %d times with the input", closed)
	}
}

func TestProcessorThatIsNoneIsAnError(t *testing.T) {
	for list, want := range map[string]string{`[{drop_evnt: ~}]`: "drop_evnt does not exist", `[{rename.fields: 1}]`: "rename"} {
		var c struct {
			Processors processors.PluginConfig `config:"processors"`
		}
		if err := yml(t, "processors: "+list).Unpack(&c); err != nil {
			t.Fatal(err)
		}
		_, err := New(newPipeline(), NewLedger(monitoring.NewRegistry()), Options{MaxBytes: 1 << 20}).Open(InputOptions{ID: "a", Way: Way{Processors: c.Processors}})
		if err == nil || !strings.Contains(err.Error(), "processors: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v", err)
		}
	}
}
