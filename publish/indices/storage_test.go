// SPDX-License-Identifier: Apache-2.0

package indices

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/elastic/elastic-agent-libs/logp/logptest"
)

func TestStorageIsDetected(t *testing.T) {
	for name, c := range map[string]struct {
		server func(*cluster)
		mode   string
		source string
		want   Storage
		asks   []string
		err    string
	}{
		"9 basic":              {func(c *cluster) {}, auto, auto, Storage{logsdb, stored}, []string{"GET /", "GET /_license"}, ""},
		"9 enterprise":         {func(c *cluster) { c.license = "enterprise" }, auto, auto, Storage{logsdb, synthetic}, nil, ""},
		"9 trial":              {func(c *cluster) { c.license = "trial" }, auto, auto, Storage{logsdb, synthetic}, nil, ""},
		"9 platinum":           {func(c *cluster) { c.license = "platinum" }, auto, auto, Storage{logsdb, stored}, nil, ""},
		"9 trial that ended":   {func(c *cluster) { c.license, c.expired = "trial", true }, auto, auto, Storage{logsdb, stored}, nil, ""},
		"8.10":                 {func(c *cluster) { c.version, c.license = "8.10.4", "enterprise" }, auto, auto, safe, []string{"GET /"}, ""},
		"8.16":                 {func(c *cluster) { c.version = "8.16.9" }, auto, auto, safe, nil, ""},
		"8.17":                 {func(c *cluster) { c.version = "8.17.0" }, auto, auto, Storage{logsdb, stored}, nil, ""},
		"snapshot":             {func(c *cluster) { c.version = "9.4.0-SNAPSHOT" }, auto, auto, Storage{logsdb, stored}, nil, ""},
		"serverless":           {func(c *cluster) { c.flavor, c.version, c.license = "serverless", "8.11.0", "" }, auto, auto, Storage{logsdb, synthetic}, []string{"GET /"}, ""},
		"no licence":           {func(c *cluster) { c.license = "" }, auto, auto, safe, nil, "GET /_license: status 404"},
		"licence forbidden":    {func(c *cluster) { c.refuse = 403 }, auto, auto, safe, nil, "status 403"},
		"OpenSearch":           {func(c *cluster) { c.distribution, c.version = "opensearch", "2.19.0" }, auto, auto, safe, nil, "the server is opensearch"},
		"no version":           {func(c *cluster) { c.version = "?" }, auto, auto, safe, nil, `version "?"`},
		"standard":             {func(c *cluster) {}, standard, auto, safe, []string{}, ""},
		"all set":              {func(c *cluster) { c.license = "" }, logsdb, synthetic, Storage{logsdb, synthetic}, []string{}, ""},
		"mode set":             {func(c *cluster) { c.license = "trial" }, logsdb, auto, Storage{logsdb, synthetic}, nil, ""},
		"mode set, no licence": {func(c *cluster) { c.license = "" }, logsdb, auto, Storage{logsdb, stored}, nil, "404"},
		"source set":           {func(c *cluster) {}, auto, synthetic, Storage{logsdb, synthetic}, []string{"GET /"}, ""},
		"stored set":           {func(c *cluster) { c.license = "trial" }, auto, stored, Storage{logsdb, stored}, []string{"GET /"}, ""},
		"synthetic on 8.10":    {func(c *cluster) { c.version = "8.10.0" }, auto, synthetic, safe, nil, "espbeat.index.source: synthetic: needs logsdb, which Elasticsearch 8.10.0"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			c.server(b.c)
			conn, err := dial(yml(t, `output.elasticsearch.hosts: ["`+b.c.URL+`"]`), b.info(), b.log)
			if err != nil {
				t.Fatal(err)
			}
			b.c.forget()
			got, err := storage(conn, c.mode, c.source)
			if got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
			if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want %q", err, c.err)
			}
			var never impossible
			if errors.As(err, &never) != (name == "synthetic on 8.10") {
				t.Errorf("%v ends the setup, or should", err)
			}
			if c.asks != nil && !slices.Equal(b.c.asked, c.asks) {
				t.Errorf("asked %q, want %q", b.c.asked, c.asks)
			}
		})
	}
}

func TestStorageSettings(t *testing.T) {
	b := newBench(t)
	b.setup()
	for path, want := range map[string]string{
		"mode": "logsdb", "codec": "best_compression", "mapping.source.mode": "stored", "mapping.synthetic_source_keep": "",
		"sort.field": "[host.name, @timestamp]", "sort.order": "[asc, desc]", "mapping.total_fields.limit": "2500", "lifecycle.name": "espbeat",
	} {
		if got := b.setting(path); got != want {
			t.Errorf("index.%s is %q, want %q", path, got, want)
		}
	}
	b = newBench(t)
	b.c.license = "trial"
	b.setup()
	if b.setting("mapping.source.mode") != "synthetic" || b.setting("mapping.synthetic_source_keep") != "arrays" {
		t.Errorf("template %v", b.template())
	}
	b = newBench(t)
	b.c.version = "8.10.0"
	b.setup()
	if b.setting("mode") != "" || b.setting("sort.field") != "" || b.setting("mapping.source.mode") != "" || b.setting("codec") != "best_compression" {
		t.Errorf("template %v", b.template())
	}
}

func TestUsersSettingsWin(t *testing.T) {
	b := newBench(t)
	b.yml = `setup.template: {priority: 500, settings: {index: {number_of_replicas: 0, codec: default, sort: {field: ["@timestamp"], order: [asc]}, mapping: {total_fields: {limit: 9}}}, _source: {enabled: true}}}`
	b.setup()
	for path, want := range map[string]string{
		"number_of_replicas": "0", "codec": "default", "sort.field": "@timestamp", "sort.order": "asc", "mapping.total_fields.limit": "9",
		"mode": "logsdb", "lifecycle.name": "espbeat",
	} {
		if got := b.setting(path); got != want {
			t.Errorf("index.%s is %q, want %q", path, got, want)
		}
	}
	if b.template()["priority"] != 500.0 || flatTemplate(b.template())["mappings._source.enabled"] != "true" {
		t.Errorf("template %v", b.template())
	}
	if len(packets.Template) != 2 || len(object(packets.Template, "settings", "index")) != 1 {
		t.Error("the shared template was changed")
	}
	b.yml = `setup.template.settings.index.mode: standard`
	b.setup()
	if b.setting("mode") != "standard" || b.setting("sort.field") != "" || b.setting("mapping.source.mode") != "" {
		t.Errorf("template %v", b.template())
	}
	b.yml = `setup.template.settings.index.mapping.source.mode: synthetic`
	b.setup()
	if b.setting("mapping.source.mode") != "synthetic" || b.setting("mapping.synthetic_source_keep") != "arrays" {
		t.Errorf("template %v", b.template())
	}
}

// TestDetectionThatFails takes the safe storage, says so once, and does not change what is there.
func TestDetectionThatFails(t *testing.T) {
	b := newBench(t)
	log, logged := logptest.NewTestingLoggerWithObserver(t, "")
	b.log = log
	b.c.refuse = 500
	b.setup()
	if b.setting("mode") != "" {
		t.Errorf("template %v", b.template())
	}
	warnings := logged.FilterMessageSnippet("was not detected").All()
	if len(warnings) != 1 || warnings[0].Level.String() != "warn" || !strings.Contains(warnings[0].Message, "mode standard, source stored") {
		t.Errorf("warnings %v of %v", warnings, logged.All())
	}
	b.c.refuse, b.c.license = 0, "trial"
	b.setup()
	b.c.refuse = 500
	b.c.forget()
	b.setup()
	wrote(t, b.c)
	if b.setting("mapping.source.mode") != "synthetic" {
		t.Error("a passing fault changed the template")
	}
}
