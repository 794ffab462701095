// SPDX-License-Identifier: Apache-2.0

// Package beater is the Beater: it builds the line from the configuration, starts
// and stops it, and reports.
package beater

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/common/reload"
	conf "github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/progress"
	"github.com/espbeat/espbeat/publish"
	marks "github.com/espbeat/espbeat/publish/progress"
	"github.com/espbeat/espbeat/store"
)

// Options of the Beater, beside its configuration.
type Options struct {
	// Release is espbeat's own version.
	Release string
	Outcome *Outcome
	// Report tells people at a terminal what went wrong, and the ledger; nil logs both.
	Report func(string)
	// Progress shows how far files have been read, until its context ends; nil says it every 30 seconds, as Report does.
	Progress func(context.Context, *progress.Counters)

	// Forget: the run leaves nothing behind, and so reads every file from its start.
	Forget bool

	// Output is the one that Elastic Agent gives, which the processing of events looks at, too.
	Output *publish.Output

	second *second     // nil where no input asks for tshark
	own    *own        // whose connections are left out of captures; nil leaves none out
	store  *store.Ring // where the packets of live inputs are kept; nil keeps none
	// patient: what cannot be opened at the start may be there later.
	patient bool
}

// Beater implements beat.Beater.
type Beater struct {
	opts Options
	cfg  config.Config
	log  *logp.Logger
	done chan struct{}
	once sync.Once
	// flows are what the inputs remember, for the metrics.
	flows *flows
	// marks remember how far files are acknowledged, looker what the output has; nil for runs that leave nothing behind, and for
	// outputs that cannot be asked.
	marks       *marks.Store
	looker      looker
	closeLooker func() error
	index       string // that the output names
	// read is how far files have been.
	read *progress.Counters
}

// New returns libbeat's way to make the Beater.
func New(opts Options) beat.Creator {
	return func(b *beat.Beat, c *conf.C) (beat.Beater, error) {
		cfg, err := config.Parse(c)
		if err != nil {
			return nil, err
		}
		log := b.Info.Logger.Named("espbeat")
		if files := cfg.InputFiles(); files != nil && !cfg.Reloads() {
			if err := LoadInputs(&cfg, inputFiles(b, files), log); err != nil {
				return nil, err
			}
		}
		// At a stop libbeat closes the pipeline, after a second, before it tells the
		// Beater. What was read is to be published first: Run decides how long that takes.
		b.Publisher = unclosed{b.Publisher}
		b.OverwritePipelinesCallback = func(output *conf.C) error { return setUpPipelines(&cfg, output, b.Info.Logger) }
		e := &Beater{opts: opts, cfg: cfg, log: log, done: make(chan struct{}), read: &progress.Counters{}}
		if e.opts.Outcome == nil {
			e.opts.Outcome = NewOutcome()
		}
		if managed(b) {
			b.OutputConfigReloader = reload.ReloadableFunc(func(update *reload.ConfigWithMeta) error { return e.lead(b, update) })
			return e, e.checkManaged()
		}
		return e, nil
	}
}

// unclosed hides the pipeline's Close from libbeat.
type unclosed struct{ beat.PipelineConnector }

// closePipeline stops the output's workers, which may be connecting still.
func closePipeline(p beat.PipelineConnector) {
	if u, ok := p.(unclosed); ok {
		if c, ok := u.PipelineConnector.(io.Closer); ok {
			_ = c.Close()
		}
	}
}

// Stop implements beat.Beater.
func (e *Beater) Stop() { e.once.Do(func() { close(e.done) }) }

// Run implements beat.Beater. It ends by itself when all inputs have ended, none can come, and all
// that they published is acknowledged. What went wrong stands in the Outcome.
func (e *Beater) Run(b *beat.Beat) error {
	on := e.cfg.Enabled()
	if len(on) == 0 && !e.cfg.Reloads() && !managed(b) {
		return errors.New("espbeat.inputs: []: nothing to read, add an input")
	}
	if e.cfg.ExcludeOwn && !e.cfg.Finite() {
		e.opts.own = ownOf(b)
		e.opts.own.resolve(context.Background())
	}
	ledger := publish.NewLedger(b.Monitoring.StatsRegistry())
	pub := publish.New(b.Publisher, ledger, publish.Options{
		Encoders: e.cfg.Publish.Encoders, MaxBytes: int64(e.cfg.Publish.MaxBytes), Log: e.log,
	})

	e.flows = &flows{}
	ledger.WithFlows(e.flows.read)
	ledger.WithProgress(e.read)

	if err := e.remember(b, on); err != nil {
		return err
	}
	defer e.forget()
	e.opts.second = e.secondOf(b, ledger)
	defer e.opts.second.close()
	closeStore, err := e.openStore(b, ledger)
	if err != nil {
		return err
	}
	defer closeStore()

	reading, stopReading := context.WithCancel(context.Background())
	defer stopReading()
	handing, giveUp := context.WithCancel(context.Background())
	defer giveUp()
	ins := &inputs{beater: e, pub: pub, ledger: ledger, reading: reading, handing: handing, open: map[*runner]bool{}}
	defer ins.close(b.Publisher)
	var static []*runner
	for _, in := range on {
		r, err := ins.create(job{Input: in})
		if err != nil {
			return err
		}
		static = append(static, r)
	}
	if err := dropPrivileges(&e.cfg); err != nil {
		return err
	}
	ended := make(chan struct{})
	defer close(ended)
	go e.watchStop(stopReading, giveUp, ended)
	if e.cfg.Publish.Timeout > 0 {
		go e.watchProgress(ledger, ended)
	}

	if e.opts.own != nil {
		go e.opts.own.run(reading)
	}
	showing, hide := context.WithCancel(handing)
	defer hide()
	var shown sync.WaitGroup
	if e.cfg.Finite() {
		shown.Go(func() { e.showProgress(showing) })
	}
	for _, r := range static {
		r.Start()
	}
	if files := e.cfg.InputFiles(); e.cfg.Reloads() {
		ins.running.Go(func() { newReloader(ins, inputFiles(b, files), files.Reload.Period).run(reading) })
	}
	if managed(b) {
		end, err := e.manage(reading, b, ins)
		if err != nil {
			return err
		}
		defer end()
	}
	ins.running.Wait()
	hide()
	shown.Wait()
	e.settle(ledger)
	return nil
}

// watchStop ends reading when the Beat is stopped, and waiting some time after.
func (e *Beater) watchStop(stopReading, giveUp func(), ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-e.opts.Outcome.Aborted():
		stopReading()
		giveUp()
		return
	case <-e.done:
	}
	stopReading()
	select {
	case <-ended:
	case <-e.opts.Outcome.Aborted():
	case <-time.After(e.cfg.ShutdownTimeout):
	}
	giveUp()
}

// logLag is how far the reader of libbeat's log may be behind.
const logLag = 2 * time.Second

// settle closes the ledger: what was not stored makes the run fail.
func (e *Beater) settle(ledger *publish.Ledger) {
	c, s := ledger.Totals(), ledger.Stored()
	if n := s.Rejected + s.DeadLetter; n > 0 {
		why := ""
		if e.opts.Report != nil { // then the log is read for it
			why = e.opts.Outcome.Reason(logLag)
		}
		if why == "" {
			why = "its reasons are in the log"
		}
		e.fail(fmt.Errorf("%d packets were rejected by the output: %s", n, why))
	}
	// After another failure the ledger says it: only a stop needs words.
	if n := c.InFlight + c.Shutdown; n+c.FlowsPending > 0 && e.opts.Outcome.Err() == nil {
		what := fmt.Sprintf("%d packets that were read", n)
		if c.FlowsPending > 0 {
			what += fmt.Sprintf(" and %d documents of flows", c.FlowsPending)
		}
		e.fail(fmt.Errorf("stopped before the output had acknowledged %s: read them again, or raise espbeat.shutdown_timeout (%s)", what, e.cfg.ShutdownTimeout))
	}
	e.say(ledger.String())
}

// say tells people at a terminal, or the log.
func (e *Beater) say(text string) {
	if e.opts.Report != nil {
		e.opts.Report(text)
		return
	}
	e.log.Info(text)
}

// fail makes the run fail, and says so at once.
func (e *Beater) fail(err error) {
	e.opts.Outcome.Fail(err)
	e.complain(err)
}

// complain says what is wrong, where the run may go on well.
func (e *Beater) complain(err error) {
	if e.opts.Report != nil {
		e.opts.Report(err.Error())
		return
	}
	e.log.Error(err)
}
