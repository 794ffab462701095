// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/cfgfile"
	"github.com/elastic/beats/v7/libbeat/common/reload"
	"github.com/elastic/beats/v7/libbeat/management/status"
	conf "github.com/elastic/elastic-agent-libs/config"

	"github.com/espbeat/espbeat/agent"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/publish/lookup"
)

// managed tells whether Elastic Agent gives inputs and output.
func managed(b *beat.Beat) bool { return b.Manager != nil && b.Manager.Enabled() }

// CanBeManaged is an error in a build that Elastic Agent cannot run.
func CanBeManaged() error {
	if !agent.Available {
		return errors.New("management.enabled: true: this build has no manager of Elastic Agent, use one that was built without the tag oss")
	}
	return nil
}

// Licences are those, beside Apache-2.0, of what this build links.
const Licences = agent.Licences

// checkManaged finds what does not go together with Elastic Agent.
func (e *Beater) checkManaged() error {
	switch {
	case len(e.cfg.Inputs) > 0:
		return errors.New("espbeat.inputs: set, but Elastic Agent gives the inputs: remove it, or run without management.enabled")
	case e.cfg.InputFiles() != nil:
		return errors.New("espbeat.config.inputs: set, but Elastic Agent gives the inputs: remove it, or run without management.enabled")
	}
	return nil
}

// manage lets Elastic Agent start and stop inputs until ctx ends. end is to be called when all inputs have ended.
func (e *Beater) manage(ctx context.Context, b *beat.Beat, ins *inputs) (end func(), err error) {
	b.Registry.MustRegisterInput(cfgfile.NewRunnerList("inputs", &streams{ins}, b.Publisher, e.log))
	for _, a := range actions(ins) {
		b.Manager.RegisterAction(a)
	}
	for _, d := range diagnose(ins) {
		b.Manager.RegisterDiagnosticHook(d.Name, d.Description, d.Filename, d.ContentType, d.Callback)
	}
	if err := b.Manager.Start(); err != nil {
		return nil, fmt.Errorf("start the connection to Elastic Agent: %w", err)
	}
	ins.running.Go(func() { ins.watchRejected(ctx) })
	return b.Manager.Stop, nil
}

// lead takes over what the Beat has to know of the output that Elastic Agent gives. It comes before any input.
func (e *Beater) lead(b *beat.Beat, update *reload.ConfigWithMeta) error {
	if err := e.opts.Output.Reload(update); err != nil || update == nil || update.Config == nil {
		return err
	}
	var output conf.Namespace
	if err := output.Unpack(update.Config); err != nil {
		return fmt.Errorf("read the output: %w", err)
	}
	if e.opts.own != nil {
		e.opts.own.lead(output.Name(), output.Config())
		ctx, cancel := context.WithTimeout(context.Background(), resolveFor)
		defer cancel()
		e.opts.own.resolve(ctx)
	}
	if output.Name() != "elasticsearch" || e.marks == nil || e.looker != nil {
		return nil
	}
	ask, err := lookup.New(output.Config(), b.Info.Beat, e.log)
	if err != nil {
		return fmt.Errorf("prepare to look up what earlier runs have stored: %w", err)
	}
	e.looker, e.closeLooker = ask, ask.Close
	return nil
}

// resolveFor bounds how long the start of inputs waits for the output's names; they are looked up again later.
const resolveFor = 5 * time.Second

// streams makes inputs of the streams of a policy.
type streams struct{ *inputs }

// Create is part of cfgfile.RunnerFactory.
func (s *streams) Create(p beat.PipelineConnector, c *conf.C) (cfgfile.Runner, error) {
	return s.CreateWithReporter(p, c, nil)
}

// CreateWithReporter is part of cfgfile.RunnerFactoryWithStatusReporter. An error makes the whole unit fail: what may mend itself is none.
func (s *streams) CreateWithReporter(_ beat.PipelineConnector, c *conf.C, to status.StatusReporter) (cfgfile.Runner, error) {
	stream, err := s.parse(c)
	if err != nil {
		return nil, err
	}
	health := newHealth(to)
	switch stream.Type {
	case config.TypeFlow:
		return &flowStream{stream, health}, nil
	case config.TypeLedger:
		return newLedgerStream(s.inputs, stream, health)
	}
	return s.create(job{Input: *stream.Packets, stream: &stream, health: health})
}

// CheckConfig is part of cfgfile.RunnerFactory.
func (s *streams) CheckConfig(c *conf.C) error {
	_, err := s.parse(c)
	return err
}

func (s *streams) parse(c *conf.C) (config.Stream, error) {
	stream, err := config.ParseStream(c, s.beater.cfg)
	if err == nil && stream.Packets != nil {
		var setting string
		if setting, err = checkFilters(*stream.Packets); err != nil {
			err = fmt.Errorf("streams.%s.%s: %w", stream.ID, setting, err)
		}
	}
	return stream, err
}

// flowStream stands for the documents of flows, which the inputs of packets publish.
type flowStream struct {
	config.Stream
	health *health
}

// String is part of cfgfile.Runner.
func (f *flowStream) String() string { return "documents of flows " + f.ID }

// Start is part of cfgfile.Runner.
func (f *flowStream) Start() {
	f.health.begin()
	if len(f.Of) == 0 {
		f.health.set("packets", errors.New("the input has no stream of packets, whose flows these documents are of: enable the data stream espbeat.packet"))
	}
}

// Stop is part of cfgfile.Runner.
func (f *flowStream) Stop() { f.health.end() }

// rejectedEvery is how often rejections are looked for; an input is degraded by them until a look finds no more.
const rejectedEvery = 30 * time.Second

// watchRejected tells of documents that the output rejects: they are acknowledged, and lost.
func (s *inputs) watchRejected(ctx context.Context) {
	tick := time.NewTicker(rejectedEvery)
	defer tick.Stop()
	var was uint64
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		stored := s.ledger.Stored()
		is := stored.Rejected + stored.DeadLetter
		var err error
		if is > was {
			err = fmt.Errorf("the output rejected %d documents in the last %s: the log has its reasons", is-was, rejectedEvery)
		}
		was = is
		for _, r := range s.runners() {
			r.way.line.health.set("output", err)
		}
	}
}

// runners are the inputs that are open.
func (s *inputs) runners() []*runner {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*runner, 0, len(s.open))
	for r := range s.open {
		all = append(all, r)
	}
	return all
}

var _ cfgfile.RunnerFactoryWithStatusReporter = (*streams)(nil)
