// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/cfgfile"
	"github.com/elastic/beats/v7/libbeat/common"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/publish"
)

// inputs are those of a run, as they come and go.
type inputs struct {
	beater *Beater
	pub    *publish.Publisher
	ledger *publish.Ledger
	// reading ends when the run is to stop, handing when it waits no longer for what was read.
	reading, handing context.Context
	// running are the inputs that are read or wait for acknowledgements, and what may start more of them.
	running sync.WaitGroup

	mu   sync.Mutex
	open map[string]*runner // by id
}

// create opens an input, which is read once it is started. It is the one place where inputs are opened.
func (s *inputs) create(in config.Input) (*runner, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[in.ID] != nil {
		return nil, &common.ErrInputNotFinished{State: "input " + in.ID + ", of which not everything is acknowledged"}
	}
	w, err := s.beater.open(s.pub, in)
	if err != nil {
		return nil, fmt.Errorf("start input %s: %w", in.ID, err)
	}
	r := &runner{id: in.ID, way: w, of: s, ended: make(chan struct{})}
	r.reading, r.stopReading = context.WithCancel(s.reading)
	s.open[in.ID] = r
	return r, nil
}

// close ends what is open still, and the pipeline: what is not acknowledged by now is not.
func (s *inputs) close(pipeline beat.PipelineConnector) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.open {
		r.stopReading()
		if !r.started {
			r.way.line.close()
		}
		r.way.stop()
	}
	closePipeline(pipeline) // before waiting: a Publish may wait for room in the queue
	for _, r := range s.open {
		r.way.wait()
	}
	clear(s.open)
}

// runner is one input of a run.
type runner struct {
	id          string
	way         *way
	of          *inputs
	reading     context.Context
	stopReading context.CancelFunc
	started     bool          // then its line closes what it has opened
	ended       chan struct{} // closed when all that was published is acknowledged
}

// String is part of cfgfile.Runner.
func (r *runner) String() string { return "input " + r.id }

// Start reads the input in the background: to its end, until Stop, or until the run ends.
func (r *runner) Start() {
	log := r.of.beater.log
	log.Infof("%s starts", r)
	r.started = true
	r.of.running.Go(func() {
		r.way.line.run(r.reading, r.of.handing)
		log.Infof("%s has ended, waiting for the output to acknowledge what it published", r)
		if r.way.drain(r.of.handing) == nil {
			r.finish()
		}
	})
}

// finish closes an input of which nothing is on its way any more.
func (r *runner) finish() {
	r.stopReading()
	r.way.stop()
	r.way.wait()
	r.of.ledger.Retire(r.id)
	r.of.mu.Lock()
	defer r.of.mu.Unlock()
	delete(r.of.open, r.id)
	close(r.ended)
}

// Stop ends reading, and waits for the acknowledgement of what was read. What takes longer than a stop of the whole run may take goes on
// in the background: the inputs that take its place are not to wait for the output.
func (r *runner) Stop() {
	r.stopReading()
	select {
	case <-r.ended:
	case <-r.of.handing.Done():
	case <-time.After(r.of.beater.cfg.ShutdownTimeout):
		r.of.beater.log.Warnf("%s is stopped; the output has not acknowledged all that it published yet", r)
	}
}

var _ cfgfile.Runner = (*runner)(nil)
