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
	open map[*runner]bool
}

// job is an input that is to be opened.
type job struct {
	config.Input
	stream *config.Stream // of Elastic Agent, that the input is of; nil elsewhere
	health *health        // nil where nobody asks
}

// create opens an input, which is read once it is started. It is the one place where inputs are opened.
func (s *inputs) create(j job) (*runner, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range s.open {
		if r.id == j.ID && !r.yields() {
			return nil, &common.ErrInputNotFinished{State: "input " + j.ID + ", of which not everything is acknowledged"}
		}
	}
	w, err := s.beater.open(s.pub, j)
	if err != nil {
		return nil, fmt.Errorf("start input %s: %w", j.ID, err)
	}
	r := &runner{id: j.ID, way: w, of: s, read: make(chan struct{}), ended: make(chan struct{})}
	r.reading, r.stopReading = context.WithCancel(s.reading)
	s.open[r] = true
	return r, nil
}

// close ends what is open still, and the pipeline: what is not acknowledged by now is not.
func (s *inputs) close(pipeline beat.PipelineConnector) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range s.open {
		r.stopReading()
		if !r.started {
			r.way.line.close()
		}
		r.way.stop()
	}
	closePipeline(pipeline) // before waiting: a Publish may wait for room in the queue
	for r := range s.open {
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
	read        chan struct{} // closed when reading has ended, and what was read is published
	ended       chan struct{} // closed when all of it is acknowledged
}

// String is part of cfgfile.Runner.
func (r *runner) String() string { return "input " + r.id }

// Start reads the input in the background: to its end, until Stop, or until the run ends.
func (r *runner) Start() {
	log, health := r.of.beater.log, r.way.line.health
	log.Infof("%s starts", r)
	r.started = true
	r.of.running.Go(func() {
		health.begin()
		r.way.line.run(r.reading, r.of.handing)
		log.Infof("%s has ended, waiting for the output to acknowledge what it published", r)
		r.of.ledger.Retire(r.id)
		close(r.read)
		if r.way.drain(r.of.handing) == nil {
			r.finish()
		}
	})
}

// yields reports whether another input of the same id may begin: nothing of a live input is read again, and so nobody asks how far it is
// acknowledged.
func (r *runner) yields() bool {
	select {
	case <-r.read:
		return r.way.line.in.Type == config.TypeLive
	default:
		return false
	}
}

// finish closes an input of which nothing is on its way any more.
func (r *runner) finish() {
	r.stopReading()
	r.way.stop()
	r.way.wait()
	r.of.mu.Lock()
	defer r.of.mu.Unlock()
	delete(r.of.open, r)
	close(r.ended)
}

// Stop ends reading, and waits for the acknowledgement of what was read where the input that takes its place needs it. What takes longer than a
// stop of the whole run may take goes on in the background: the inputs that take its place are not to wait for the output.
func (r *runner) Stop() {
	r.stopReading()
	end := r.ended
	if r.way.line.in.Type == config.TypeLive {
		end = r.read
	}
	select {
	case <-end:
	case <-r.of.handing.Done():
	case <-time.After(r.of.beater.cfg.ShutdownTimeout):
		r.of.beater.log.Warnf("%s is stopped; the output has not acknowledged all that it published yet", r)
	}
	r.way.line.health.end()
}

var _ cfgfile.Runner = (*runner)(nil)
