// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"testing"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"
)

func TestInputFiles(t *testing.T) {
	for name, c := range map[string]struct {
		yml             string
		on, reloads     bool
		path            string
		period          time.Duration
		finiteWithAFile bool
	}{
		"absent":       {yml: `{}`, finiteWithAFile: true},
		"off":          {yml: `config.inputs: {enabled: false, reload.enabled: true}`, finiteWithAFile: true},
		"there":        {yml: `config.inputs: {path: "x/*.yml"}`, on: true, path: "x/*.yml", period: 10 * time.Second, finiteWithAFile: true},
		"enabled only": {yml: `config.inputs.enabled: true`, on: true, path: "inputs.d/*.yml", period: 10 * time.Second, finiteWithAFile: true},
		"reloaded":     {yml: `config.inputs.reload: {enabled: true, period: 2s}`, on: true, reloads: true, path: "inputs.d/*.yml", period: 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := parse(t, c.yml)
			if err != nil {
				t.Fatal(err)
			}
			files := cfg.InputFiles()
			if (files != nil) != c.on || cfg.Reloads() != c.reloads {
				t.Fatalf("files %+v, reloads %v", files, cfg.Reloads())
			}
			if files != nil && (files.Path != c.path || files.Reload.Period != c.period) {
				t.Errorf("files %+v", files)
			}
			cfg.Inputs = []Input{{Type: TypeFile, Enabled: true}}
			if cfg.Finite() != c.finiteWithAFile {
				t.Errorf("finite: %v", cfg.Finite())
			}
		})
	}
}

func TestErrorsOfInputFiles(t *testing.T) {
	for name, c := range map[string]struct{ yml, want string }{
		"no path": {`config.inputs.path: ""`, `espbeat.config.inputs.path: "": say which files hold inputs`},
		"no glob": {`config.inputs.path: "["`, `espbeat.config.inputs.path: "[": no pattern`},
		"period":  {`config.inputs.reload.period: 10ms`, `espbeat.config.inputs.reload.period: 10ms: use a duration of 1s or more`},
		"unknown": {`config.inputs.paths: a`, `espbeat.config.inputs.paths: set: no such setting, did you mean path?`},
		"modules": {`config.modules.path: a`, `espbeat.config.modules: set: no such setting`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse(t, c.yml); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

// listOf is what libbeat reads of a file.
func listOf(t *testing.T, yml string) []*conf.C {
	t.Helper()
	c, err := conf.NewConfigWithYAML([]byte(yml), "test")
	if err != nil {
		t.Fatal(err)
	}
	var list []*conf.C
	if err := c.Unpack(&list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestParseInputs(t *testing.T) {
	cfg, err := parse(t, `{format: lite, inputs: [{id: lab, type: file, paths: [a]}, {id: aside, type: file, enabled: false, paths: [a]}]}`)
	if err != nil {
		t.Fatal(err)
	}
	ids := cfg.IDs()
	list := listOf(t, `[{type: file, paths: [b]}, {id: aside, type: live, interfaces: [lo], format: ecs, processors: [{drop_event: ~}]}, {type: nosuch, enabled: false}]`)
	all, err := cfg.ParseInputs(list, "/etc/inputs.d/dns.yml", ids)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	if in := all[0]; in.ID != "dns-0" || in.Format != FormatLite || !in.Enabled || in.After != Keep {
		t.Errorf("%+v", in)
	}
	if in := all[1]; in.Format != FormatECS || len(in.Processors) != 1 || in.SnapLen != 262144 {
		t.Errorf("%+v", in)
	}
	if id, err := list[0].String("id", -1); id != "dns-0" || err != nil {
		t.Errorf("the list has the id %q, %v", id, err)
	}
	if len(ids) != 3 || ids["lab"] != "espbeat.inputs.0" || ids["dns-0"] != "/etc/inputs.d/dns.yml: 0" || ids["aside"] != "/etc/inputs.d/dns.yml: 1" {
		t.Errorf("ids %v", ids)
	}
}

func TestErrorsOfFilesNameFileKeyValueAndFix(t *testing.T) {
	cfg, err := parse(t, `inputs: [{id: lab, type: file, paths: [a]}]`)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ yml, want string }{
		"setting":    {`[{type: file, paths: [a]}, {type: file, paths: [a], after: burn}]`, `d.yml: 1.after: "burn": no such action, use keep, move or delete`},
		"unknown":    {`[{type: file, path: a}]`, `d.yml: 0.path: set: no such setting, did you mean paths?`},
		"format":     {`[{type: file, paths: [a], format: xml}]`, `d.yml: 0.format: "xml": no such format, use ecs, lite or ek`},
		"wrong kind": {`[{type: file, paths: [a], count: many}]`, `d.yml: 0: `},
		"id taken":   {`[{type: file, paths: [a]}, {id: lab, type: file, paths: [a]}]`, `d.yml: 1.id: "lab": already the id of espbeat.inputs.0, give each input its own`},
		"id twice":   {`[{id: x, type: file, paths: [a]}, {id: x, type: file, paths: [a]}]`, `d.yml: 1.id: "x": already the id of d.yml: 0`},
	} {
		t.Run(name, func(t *testing.T) {
			ids := cfg.IDs()
			if _, err := cfg.ParseInputs(listOf(t, c.yml), "d.yml", ids); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if len(ids) != 1 {
				t.Errorf("ids of a file that is wrong: %v", ids)
			}
		})
	}
}
