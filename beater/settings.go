// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"fmt"
	"os"

	"github.com/elastic/beats/v7/libbeat/cmd/instance"
	conf "github.com/elastic/elastic-agent-libs/config"
	"github.com/elastic/elastic-agent-libs/logp"

	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/field"
	"github.com/espbeat/espbeat/field/schema"
	"github.com/espbeat/espbeat/publish"
	"github.com/espbeat/espbeat/publish/espcap"
	"github.com/espbeat/espbeat/publish/indices"
	"github.com/espbeat/espbeat/tshark/ek"
)

// DataStream is where packets are, unless an output says otherwise. It has the major version of the Elastic stack only, so that an upgrade splits
// nothing.
const DataStream = "espbeat-9"

const (
	// stackVersion is that of the Elastic stack that this libbeat belongs to.
	stackVersion = "9.3.0"
	liteIndex    = "packets_lite"
)

// fieldsLimit is the index setting for mapped fields; what we map is asserted to be below, with room for a user's own.
func fieldsLimit(p field.Profile) int {
	if p == field.Full { // who wants every field pays for their number
		return 4000
	}
	return 2500
}

// SettingsOptions of Settings.
type SettingsOptions struct {
	// Release is espbeat's own version.
	Release string
	// Output is that of Options.
	Output *publish.Output
	// NoLifecycle tells whether ILM stays out of the exported template.
	NoLifecycle func() bool
	// NoRollover tells whether setup leaves the data stream as it is.
	NoRollover func() bool
}

// NewOutput is the output that Elastic Agent is to give.
func NewOutput() *publish.Output { return &publish.Output{} }

// Settings are libbeat's, for all of its commands.
func Settings(o SettingsOptions) instance.Settings {
	return instance.Settings{
		Name:          "espbeat",
		IndexPrefix:   "espbeat",
		Version:       stackVersion,
		HasDashboards: true,
		Processing:    publish.Processing(o.Release, o.Output),
		IndexManagement: indices.Management(indices.Options{
			Default: func(root *conf.C) (indices.Index, error) {
				cfg, err := parse(root)
				if err != nil {
					return indices.Index{}, err
				}
				return indexOf(cfg.Format, &cfg), nil
			},
			NoLifecycle: o.NoLifecycle,
			NoRollover:  o.NoRollover,
			Pipelines: func(root *conf.C) []indices.Pipeline {
				cfg, err := parse(root)
				if err != nil {
					return nil // the Beater says so
				}
				return pipelines(&cfg)
			},
			Out: os.Stdout,
		}),
	}
}

// pipelines are the ingest pipelines that setup loads. Those that make ECS documents are left as another configuration has set them up where the format
// has none.
func pipelines(cfg *config.Config) []indices.Pipeline {
	if cfg.Format != config.FormatECS {
		return []indices.Pipeline{indices.Lite()}
	}
	return []indices.Pipeline{indices.GeoIP(), indices.Lite(), {Name: espcap.Name, Body: espcap.Pipeline(profileOf(cfg))}}
}

// setUpPipelines is what setup --pipelines does.
func setUpPipelines(cfg *config.Config, output *conf.C, log *logp.Logger) error {
	c, err := indices.Dial(output, "espbeat", log)
	if err != nil {
		return err
	}
	return indices.LoadPipelines(c, pipelines(cfg), func(f string, a ...any) { fmt.Printf(f+"\n", a...) })
}

// parse reads our section of libbeat's configuration.
func parse(root *conf.C) (config.Config, error) {
	if !root.HasField("espbeat") {
		return config.Parse(nil)
	}
	own, err := root.Child("espbeat", -1)
	if err != nil {
		return config.Config{}, fmt.Errorf("espbeat: not a section of settings: %w", err)
	}
	return config.Parse(own)
}

// profileOf is what documents hold. In compat mode it is everything, as all that Wireshark knows is compared.
func profileOf(cfg *config.Config) field.Profile {
	if cfg.Dissect.Wireshark() {
		return field.Full
	}
	p, _ := field.ProfileOf(cfg.Index.Profile) // validated
	return p
}

// indexOf is where the documents of a format go.
func indexOf(format string, cfg *config.Config) indices.Index {
	switch format {
	case config.FormatEK:
		return indices.Index{Name: ek.Index, Plain: true, Template: ek.Template(cfg.Index.Profile == config.Full)}
	case config.FormatLite:
		return indices.Index{Name: liteIndex, Plain: true, Template: map[string]any{"mappings": map[string]any{
			"dynamic": false,
			// libbeat sends @timestamp with every document; the format has four fields.
			"_source": map[string]any{"excludes": []string{"@timestamp"}},
			"properties": map[string]any{
				"@timestamp": map[string]any{"type": "date_nanos"},
				"srcip":      map[string]any{"type": "ip"},
				"srcport":    map[string]any{"type": "integer"},
				"dstip":      map[string]any{"type": "ip"},
				"dstport":    map[string]any{"type": "integer"},
			},
		}}}
	}
	mapping := schema.Mapping(profileOf(cfg))
	if cfg.Dissector.Tshark.When != "" {
		mapping["properties"].(map[string]any)["layers"] = layersMapping()
	}
	return indices.Index{Name: DataStream, Mode: cfg.Index.Mode, Source: cfg.Index.Source, Template: map[string]any{
		"mappings": indices.WithGeoIP(mapping),
		"settings": map[string]any{"index": map[string]any{
			"mapping":          map[string]any{"total_fields": map[string]any{"limit": fieldsLimit(profileOf(cfg))}},
			"refresh_interval": "5s",
		}},
	}}
}
