// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"fmt"
	"strings"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/beat/events"
	"github.com/elastic/beats/v7/libbeat/common/acker"
	"github.com/elastic/beats/v7/libbeat/common/fmtstr"
	"github.com/elastic/beats/v7/libbeat/processors"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

// Way is where documents go, and what is done to them on the way.
type Way struct {
	Tags   []string
	Fields map[string]any
	// Index and Pipeline name where the documents go and the ingest pipeline that they take there, instead of the output's own. Empty leaves that to
	// the output. An index may be a format string of the packet's time, in UTC, as in packets-%{+yyyy-MM-dd}.
	Index, Pipeline string
	// Processors are the configuration of libbeat's processors that the documents go through before the Beat's own.
	Processors processors.PluginConfig
	// Dataset is what the documents themselves say in event.dataset; "" when they differ in it.
	Dataset string
}

// way is a Way that is ready for clients.
type way struct {
	metadata
	tags   []string
	fields mapstr.M
	// constants are those of the processors that set nothing else: they are encoded once, and documents stay as they are.
	constants mapstr.M
	// processors are those of all clients, so that what they keep, such as the rate of a limit, is the way's.
	processors *processors.Processors
}

func newWay(w Way, log *logp.Logger) (*way, error) {
	f := foldIn(w)
	ps, err := processors.New(f.rest, log)
	if err != nil {
		what, _, _ := strings.Cut(err.Error(), " Valid actions:") // a long list in any order
		return nil, fmt.Errorf("processors: %s", what)
	}
	m := newMetadata(w.Index, w.Pipeline, f.meta)
	if m.dated, err = dated(w.Index); err != nil {
		_ = ps.Close()
		return nil, err
	}
	return &way{metadata: m, tags: w.Tags, fields: f.fields, constants: f.constants, processors: ps}, nil
}

// dated compiles an index that is a format string, nil for a name.
func dated(index string) (*fmtstr.EventFormatString, error) {
	if !strings.Contains(index, "%{") {
		return nil, nil
	}
	f, err := fmtstr.CompileEvent(index)
	if err != nil {
		return nil, fmt.Errorf("index %q: %w", index, err)
	}
	if f.NumFields() > 0 {
		return nil, fmt.Errorf("index %q: depends on fields of the document, use its time alone, as in packets-%%{+yyyy-MM-dd}", index)
	}
	return f, nil
}

// close is for when all clients are closed.
func (w *way) close() { _ = w.processors.Close() }

// connect makes a client of the pipeline; acknowledged counts its events.
func (w *way) connect(in *Input, id string, without bool, acknowledged func(acked, total int), events beat.ClientListener) (beat.Client, error) {
	normalize := false
	client, err := in.pub.pipeline.ConnectWith(beat.ClientConfig{
		// In any other mode libbeat drops a batch after some retries and acknowledges it.
		PublishMode: beat.GuaranteedSend,
		Processing: beat.ProcessingConfig{
			EventNormalization: &normalize,
			EventMetadata:      mapstr.EventMetadata{Tags: w.tags, Fields: w.fields},
			Processor:          shared{w.processors},
			Private:            private{bare: without, constants: w.constants},
		},
		// Counts events that processors filter, in their place.
		EventListener:  acker.TrackingCounter(acknowledged),
		ClientListener: events,
	})
	if err != nil {
		return nil, fmt.Errorf("connect input %s to the pipeline: %w", id, err)
	}
	return client, nil
}

// metadata are the same in all events of a way: names that stand in for the output's own, and constants of processors. They are kept as
// libbeat wants them, so that an event allocates nothing for them.
type metadata struct {
	index, pipeline any
	dated           *fmtstr.EventFormatString // of the index, nil for a static name
	more            mapstr.M
}

func newMetadata(index, pipeline string, more mapstr.M) metadata {
	m := metadata{more: more}
	if index != "" {
		m.index = index
	}
	if pipeline != "" {
		m.pipeline = pipeline
	}
	return m
}

// put adds them to an event of a time.
func (m *metadata) put(meta mapstr.M, at time.Time) {
	index := m.index
	if m.dated != nil {
		index, _ = m.dated.Run(&beat.Event{Timestamp: at.UTC()}) // what can fail are fields, of which it has none
	}
	if index != nil {
		meta[events.FieldMetaRawIndex] = index
	}
	if m.pipeline != nil {
		meta[events.FieldMetaPipeline] = m.pipeline
	}
	for k, v := range m.more {
		meta[k] = v
	}
}

// shared gives the processors of a way to each of its clients. A client closes what it was given; they are closed with the input.
type shared struct{ *processors.Processors }

// All is part of beat.ProcessorList.
func (s shared) All() []beat.Processor {
	all := s.Processors.All()
	for i, p := range all {
		all[i] = unclosed{p}
	}
	return all
}

// Close is part of beat.ProcessorList.
func (shared) Close() error { return nil }

// unclosed hides a processor's Close.
type unclosed struct{ beat.Processor }

var _ beat.ProcessorList = shared{}
