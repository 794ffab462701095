// SPDX-License-Identifier: Apache-2.0

package publish

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/outputs/outil"
	"github.com/elastic/beats/v7/libbeat/processors"
	"github.com/elastic/beats/v7/libbeat/publisher/processing"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/elastic/elastic-agent-libs/mapstr"

	"github.com/espbeat/espbeat/document"
)

// Processing is libbeat's event processing for events made of views: they stay
// views unless the configuration has something that looks inside an event.
//
// Every event gets agent, host and ecs, unless its input is bare; release is
// espbeat's own version. Under Elastic Agent managed is the output, nil otherwise.
func Processing(release string, managed *Output) processing.SupportFactory {
	return func(info beat.Info, log *logp.Logger, root *config.C) (processing.Supporter, error) {
		why, err := looksInside(root)
		if err != nil {
			return nil, err
		}
		s := &support{why: why, apart: diskQueue(root), managed: managed, log: log}
		s.Supporter, err = processing.MakeDefaultSupport(false, nil, &builtins{of: s, fields: builtin(info, release)})(info, log, root)
		if err != nil {
			return nil, err
		}
		s.pipeline, err = pipelineSelector(root, log)
		return s, err
	}
}

// private are the settings of a client that are ours.
type private struct {
	bare      bool     // leaves the builtin fields out
	constants mapstr.M // further ones, which win
}

// builtins are fields that libbeat adds to every event, in the form that the events of a client have.
type builtins struct {
	of     *support
	fields mapstr.M
}

// BuiltinFields is libbeat's way to ask for fields of all clients.
func (*builtins) BuiltinFields(beat.Info) mapstr.M { return nil }

// ClientFields is libbeat's way to ask for those of one client.
func (b *builtins) ClientFields(_ beat.Info, cfg beat.ProcessingConfig) mapstr.M {
	own, _ := cfg.Private.(private)
	fields := mapstr.M{}
	if !own.bare {
		fields = b.fields.Clone()
	}
	fields.DeepUpdate(own.constants)
	if len(fields) == 0 {
		return nil
	}
	c := newConstants(fields)
	e := &beat.Event{Fields: mapstr.M{c.Key(0): &whole{c}}}
	if form, _ := b.of.form(cfg); form != nil {
		form(e)
	}
	return e.Fields
}

// builtin is what libbeat's WithECS, WithHost and WithAgentMeta add, and espbeat's
// release: libbeat's version is the Elastic stack's.
func builtin(info beat.Info, release string) mapstr.M {
	name := info.Name
	if name == "" {
		name = info.Hostname
	}
	return mapstr.M{
		"agent": mapstr.M{
			"ephemeral_id": info.EphemeralID.String(),
			"id":           info.ID.String(),
			"name":         name,
			"type":         info.Beat,
			"version":      info.Version,
			"build":        mapstr.M{"original": release},
		},
		"ecs":  mapstr.M{"version": document.ECSVersion}, // libbeat's own is 8.0.0,
		"host": mapstr.M{"name": name},
	}
}

// diskQueue tells whether events are kept in a queue on disk.
func diskQueue(root *config.C) bool {
	var g struct {
		Queue  map[string]any            `config:"queue"`
		Output map[string]map[string]any `config:"output"`
	}
	if root.Unpack(&g) != nil { // an output that is no section: libbeat says so better
		return false
	}
	if g.Queue["disk"] != nil {
		return true
	}
	for _, output := range g.Output {
		if queue, ok := output["queue"].(map[string]any); ok && queue["disk"] != nil {
			return true
		}
	}
	return false
}

// own are the top-level keys that libbeat adds as real values: looking at them
// does not need the packet's fields.
var own = map[string]bool{"agent": true, "host": true, "ecs": true, "fields": true, "tags": true, "beat": true, "@metadata": true, "@timestamp": true}

// fieldRef finds the field names in a format string.
var fieldRef = regexp.MustCompile(`%\{\[([^\].:]+)`)

// looksInside says what in the configuration needs an event's fields as maps, or "".
func looksInside(root *config.C) (string, error) {
	var g struct {
		mapstr.EventMetadata `config:",inline"`
		Processors           []*config.C `config:"processors"`
		TimeSeries           bool        `config:"timeseries.enabled"`
	}
	if err := root.Unpack(&g); err != nil {
		return "", fmt.Errorf("read processors and fields: %w", err)
	}
	switch {
	case len(g.Processors) > 0:
		return "processors", nil
	case g.FieldsUnderRoot && len(g.Fields) > 0:
		return "fields_under_root", nil
	case g.TimeSeries:
		return "timeseries", nil
	}
	var o struct {
		Output map[string]any `config:"output"`
	}
	if root.Unpack(&o) != nil {
		// It may refer to what is yet to come into the keystore, by the command that runs. Whoever makes an output of it says what is wrong.
		return "the output, which cannot be read", nil
	}
	return refersToFields(o.Output), nil
}

// refersToFields finds conditions, hashes and format strings over packet fields in
// the settings of an output.
func refersToFields(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if k == "when" {
				return "a condition in the output"
			}
			if m, ok := e.(map[string]any); ok && k == "hash" && m["hash"] != nil {
				return "the Kafka partition hash"
			}
			if why := refersToFields(e); why != "" {
				return why
			}
		}
	case []any:
		for _, e := range v {
			if why := refersToFields(e); why != "" {
				return why
			}
		}
	case string:
		for _, m := range fieldRef.FindAllStringSubmatch(v, -1) {
			if !own[m[1]] {
				return fmt.Sprintf("the format string %q", v)
			}
		}
	}
	return ""
}

// pipelineSelector is the ingest pipeline that the output configures. libbeat
// ignores it for an event that has metadata, as all of ours have (_id).
func pipelineSelector(root *config.C, log *logp.Logger) (*outil.Selector, error) {
	if ok, _ := root.Has("output.elasticsearch", -1); !ok {
		return nil, nil
	}
	es, err := root.Child("output.elasticsearch", -1)
	if err != nil || !es.HasField("pipeline") && !es.HasField("pipelines") {
		return nil, nil //nolint:nilerr // not a section: the output says so better
	}
	sel, err := outil.BuildSelectorFromConfig(es, outil.Settings{
		Key: "pipeline", MultiKey: "pipelines", EnableSingleOnly: true, Case: outil.SelectorLowerCase,
	}, log)
	if err != nil {
		return nil, fmt.Errorf("output.elasticsearch.pipeline: %w", err)
	}
	return &sel, nil
}

type support struct {
	processing.Supporter
	why      string // all events are maps
	apart    bool   // events that are none hold a view a member
	pipeline *outil.Selector
	managed  *Output
	log      *logp.Logger
}

// Create implements processing.Supporter.
func (s *support) Create(cfg beat.ProcessingConfig, drop bool) (beat.Processor, error) {
	next, err := s.Supporter.Create(cfg, drop)
	if err != nil {
		return nil, err
	}
	form, why := s.form(cfg)
	if why != "" {
		s.log.Debugf("events are built as maps because of %s", why)
	}
	pipeline := s.pipeline
	if pipeline == nil {
		_, pipeline = s.managed.needs()
	}
	if form == nil && pipeline == nil {
		return next, nil
	}
	return &chain{next: next, form: form, pipeline: pipeline}, nil
}

// form is what becomes of whole objects in the events of a client, nil leaves them; and, of maps, why.
func (s *support) form(cfg beat.ProcessingConfig) (form func(*beat.Event), why string) {
	if why = s.why; why == "" {
		why, _ = s.managed.needs()
	}
	if why == "" {
		why = clientLooksInside(cfg)
	}
	switch {
	case why != "":
		return materialize, why
	case s.apart:
		return split, ""
	}
	return nil, ""
}

// clientLooksInside is looksInside for the settings of one pipeline client.
func clientLooksInside(cfg beat.ProcessingConfig) string {
	switch {
	case cfg.EventNormalization != nil && *cfg.EventNormalization:
		return "event normalization"
	case cfg.Processor != nil && len(cfg.Processor.All()) > 0:
		return "the input's processors"
	case cfg.EventMetadata.FieldsUnderRoot && len(cfg.EventMetadata.Fields) > 0:
		return "the input's fields_under_root"
	case cfg.DynamicFields != nil:
		return "dynamic fields"
	}
	for k := range cfg.Fields {
		if top, _, _ := strings.Cut(k, "."); !own[top] {
			return "the input's fields"
		}
	}
	return ""
}

// chain is libbeat's processing with what ours needs around it.
type chain struct {
	next     beat.Processor
	form     func(*beat.Event) // of support
	pipeline *outil.Selector
}

func (c *chain) String() string { return "espbeat, " + c.next.String() }

// Close implements processors.Closer.
func (c *chain) Close() error { return processors.Close(c.next) }

// Run implements beat.Processor.
func (c *chain) Run(e *beat.Event) (*beat.Event, error) {
	if c.form != nil {
		c.form(e)
	}
	e, err := c.next.Run(e)
	if e == nil || c.pipeline == nil || e.Meta == nil {
		return e, err
	}
	if _, set := e.Meta["pipeline"]; set {
		return e, err
	}
	name, perr := c.pipeline.Select(e)
	if perr != nil {
		return e, fmt.Errorf("choose the ingest pipeline: %w", perr)
	}
	if name != "" {
		e.Meta["pipeline"] = name
	}
	return e, err
}
