// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"fmt"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/common/acker"
	"github.com/elastic/beats/v7/libbeat/processors"
	"github.com/elastic/elastic-agent-libs/mapstr"
)

// connect makes a client of the pipeline; acknowledged counts its events.
func (in *Input) connect(o *InputOptions, acknowledged func(acked, total int), events beat.ClientListener) (beat.Client, error) {
	normalize := false
	client, err := in.pub.pipeline.ConnectWith(beat.ClientConfig{
		// In any other mode libbeat drops a batch after some retries and acknowledges it.
		PublishMode: beat.GuaranteedSend,
		Processing: beat.ProcessingConfig{
			EventNormalization: &normalize,
			EventMetadata:      mapstr.EventMetadata{Tags: o.Tags, Fields: mapstr.M(o.Fields)},
			Processor:          shared{in.processors},
			Private:            bare(o.Bare),
		},
		// Counts events that processors filter, in their place.
		EventListener:  acker.TrackingCounter(acknowledged),
		ClientListener: events,
	})
	if err != nil {
		return nil, fmt.Errorf("connect input %s to the pipeline: %w", o.ID, err)
	}
	return client, nil
}

// disconnect closes the clients.
func (in *Input) disconnect() {
	for _, w := range in.workers {
		_ = w.client.Close()
	}
	if in.notices.client != nil {
		_ = in.notices.client.Close()
	}
}

// shared gives the processors of an input to each of its clients. A client closes what it was given; they are closed with the input.
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
