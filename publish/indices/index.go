// SPDX-License-Identifier: Apache-2.0

// Package indices sets up what Elasticsearch has to know of packet documents: the index template, the lifecycle policy, the data
// stream and the ingest pipelines. It compares before it writes, says what it changes, and writes nothing that is there already.
package indices

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/elastic/beats/v7/libbeat/beat"
	"github.com/elastic/beats/v7/libbeat/esleg/eslegclient"
	"github.com/elastic/beats/v7/libbeat/idxmgmt"
	"github.com/elastic/beats/v7/libbeat/idxmgmt/lifecycle"
	"github.com/elastic/beats/v7/libbeat/outputs"
	"github.com/elastic/beats/v7/libbeat/outputs/elasticsearch"
	"github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"
	"github.com/elastic/elastic-agent-libs/paths"
)

// Index is where documents of a format go, and what the server must know of them.
type Index struct {
	// Name of the data stream, or of the plain index; also of the template.
	Name string
	// Plain: an index, not a data stream, without a lifecycle, and stored as the server pleases.
	Plain bool
	// Template is the "template" part of the index template: settings and mappings.
	Template map[string]any
	// Mode and Source are what the user asks for: auto, or a value of Storage.
	Mode, Source string
}

// Options of Management.
type Options struct {
	// Default tells the index of the configured format.
	Default func(root *config.C) (Index, error)
	// NoLifecycle leaves ILM out of the template (export template --noilm).
	NoLifecycle func() bool
	// NoRollover leaves a data stream as it is when its template changed (setup --no-rollover).
	NoRollover func() bool
	// Pipelines are the ingest pipelines that an output may name.
	Pipelines func(root *config.C) []Pipeline
	// Out is where setup says what it does.
	Out io.Writer
}

// Management is libbeat's index management with our own template. libbeat's generator cannot say dynamic: false at the root,
// keeps no integer, and brings all of ECS.
func Management(o Options) idxmgmt.SupportFactory {
	return func(log *logp.Logger, info beat.Info, root *config.C) (idxmgmt.Supporter, error) {
		// libbeat takes these where no policy_file is set, whichever handler it makes later.
		lifecycle.DefaultILMPolicy, lifecycle.DefaultDSLPolicy = ilmPolicy(), streamLifecycle()
		ix, err := o.Default(root)
		if err != nil {
			return nil, err
		}
		named, err := nameTemplate(root, &ix)
		if err != nil {
			return nil, err
		}
		ilm := lifecycle.SupportFactory(lifecycle.DefaultSupport)
		if ix.Plain || o.NoLifecycle() {
			ilm = lifecycle.NoopSupport
		}
		inner, err := idxmgmt.MakeDefaultSupport(ilm, log)(log, info, named)
		if err != nil {
			return nil, err
		}
		s := &indices{Supporter: inner, index: ix, opts: o, root: root, info: info, log: log.Named("index-management")}
		if _, err := elasticsearch.RegisterConnectCallback(s.connected); err != nil {
			return nil, fmt.Errorf("have the output set the index up when it connects: %w", err)
		}
		return s, nil
	}
}

// nameTemplate settles the names: what the output's index is called decides the template's name and pattern, unless they are set.
func nameTemplate(root *config.C, ix *Index) (*config.C, error) {
	if custom := text(root, "output.elasticsearch.index"); custom != "" {
		ix.Name = strings.ToLower(custom)
	}
	static, _, dynamic := strings.Cut(ix.Name, "%{")
	name, pattern := ix.Name, ix.Name
	if dynamic {
		name = strings.TrimRight(static, "-_.")
		pattern = static + "*"
		if name == "" {
			return nil, fmt.Errorf("output.elasticsearch.index: %q: begins with a format string, so no template can match it: put a fixed part first", ix.Name)
		}
	}
	set := map[string]any{}
	if text(root, "setup.template.name") == "" {
		set["setup.template.name"] = name
	}
	if text(root, "setup.template.pattern") == "" {
		set["setup.template.pattern"] = pattern
	}
	added, err := config.NewConfigFrom(set)
	if err != nil {
		return nil, fmt.Errorf("name the index template: %w", err)
	}
	return config.MergeConfigs(root, added)
}

// text is the value of a key of c, "" when it is not there.
func text(c *config.C, key string) string {
	s, err := c.String(key, -1)
	if err != nil {
		return ""
	}
	return s
}

// fixed tells a fixed name from a format string, which names many indices.
func fixed(name string) bool { return !strings.Contains(name, "%{") }

type indices struct {
	idxmgmt.Supporter
	index Index
	opts  Options
	root  *config.C
	info  beat.Info
	log   *logp.Logger
	// running keeps the workers of an output from setting the same things up at once.
	running sync.Mutex
	warned  sync.Once
}

// Enabled implements idxmgmt.Supporter. libbeat would register its own callback, which hands its connection to nobody; ours is
// connected.
func (s *indices) Enabled() bool { return false }

// BuildSelector implements idxmgmt.Supporter: without a configured index it is ours, not libbeat's name with the whole version in
// it, which an upgrade would split.
func (s *indices) BuildSelector(cfg *config.C) (outputs.IndexSelector, error) {
	if cfg.HasField("index") {
		return s.Supporter.BuildSelector(cfg)
	}
	added, err := config.NewConfigFrom(map[string]any{"index": s.index.Name})
	if err != nil {
		return nil, fmt.Errorf("name the index: %w", err)
	}
	named, err := config.MergeConfigs(cfg, added)
	if err != nil {
		return nil, fmt.Errorf("name the index: %w", err)
	}
	return s.Supporter.BuildSelector(named)
}

// Manager implements idxmgmt.Supporter: it is called by setup and export.
func (s *indices) Manager(libbeats idxmgmt.ClientHandler, assets idxmgmt.Asseter) idxmgmt.Manager {
	if !libbeats.IsElasticsearch() {
		return s.Supporter.Manager(&exporter{ClientHandler: libbeats, indices: s}, assets)
	}
	h := &handler{ClientHandler: libbeats, indices: s, say: func(f string, a ...any) { fmt.Fprintf(s.opts.Out, f+"\n", a...) }}
	// libbeat keeps its own connection to itself.
	h.connect = sync.OnceValues(func() (Client, error) { return dial(s.root, s.info, s.log) })
	return s.Supporter.Manager(h, assets)
}

// connected is called whenever the output has connected. What is there already stays as it is.
func (s *indices) connected(conn *eslegclient.Connection, _ *logp.Logger) error {
	s.running.Lock()
	defer s.running.Unlock()
	if s.Supporter.Enabled() {
		if err := s.setUpForRun(conn); err != nil {
			return err
		}
	}
	return s.pipelineForRun(conn)
}

func (s *indices) setUpForRun(c Client) error {
	var raw lifecycle.RawConfig
	if err := s.root.Unpack(&raw); err != nil {
		return fmt.Errorf("read setup.ilm and setup.dsl: %w", err)
	}
	libbeats, err := idxmgmt.NewESClientHandler(c, s.info, paths.Paths, raw)
	if err != nil {
		return err
	}
	h := &handler{ClientHandler: libbeats, indices: s, running: true, say: s.log.Infof}
	h.connect = func() (Client, error) { return c, nil }
	return s.Supporter.Manager(h, idxmgmt.BeatsAssets(nil)).Setup(idxmgmt.LoadModeEnabled, idxmgmt.LoadModeEnabled)
}
