// SPDX-License-Identifier: Apache-2.0

package beater

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/elastic/beats/v7/libbeat/common/diagnostics"
	agentclient "github.com/elastic/elastic-agent-client/v7/pkg/client"

	"github.com/espbeat/espbeat/beater/preflight"
	"github.com/espbeat/espbeat/capture"
	"github.com/espbeat/espbeat/config"
	"github.com/espbeat/espbeat/publish"
)

// diagnose is what `elastic-agent diagnostics` collects of the whole process.
func diagnose(ins *inputs) []diagnostics.DiagnosticSetup {
	return []diagnostics.DiagnosticSetup{
		{
			Name: "ledger", Description: "What became of every packet", Filename: "ledger.txt", ContentType: "text/plain",
			Callback: func() []byte { return []byte(ins.ledger.String()) },
		},
		{
			Name: "flows", Description: "Conversations, streams and fragments that are remembered, and what was forgotten", Filename: "flows.json", ContentType: "application/json",
			Callback: func() []byte { return asJSON(ins.beater.flows.read()) },
		},
		{
			Name: "interfaces", Description: "Network interfaces of the host", Filename: "interfaces.txt", ContentType: "text/plain",
			Callback: func() []byte {
				var b bytes.Buffer
				if err := List(&b); err != nil {
					return []byte(err.Error())
				}
				return b.Bytes()
			},
		},
	}
}

// Diagnostics implements diagnostics.DiagnosticReporter: what is collected of an input.
func (r *runner) Diagnostics() []diagnostics.DiagnosticSetup {
	return []diagnostics.DiagnosticSetup{{
		Name: "capture-" + r.id, Description: "Counters, sources and rings of " + r.String(), Filename: "capture-" + fileName(r.id) + ".json", ContentType: "application/json",
		Callback: func() []byte {
			return asJSON(struct {
				Ledger  publish.Counts
				Sources []sourceState
			}{r.of.ledger.Input(r.id), r.way.line.losses.states()})
		},
	}}
}

// sourceState is how a source of packets does.
type sourceState struct {
	Name  string
	Stats capture.Stats
	// Fill is how full the memory for its packets is, 0 to 1; absent for a file.
	Fill *float64 `json:",omitempty"`
}

// states are the sources that are open.
func (l *losses) states() []sourceState {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := []sourceState{}
	for _, s := range l.sources {
		state := sourceState{Name: s.name, Stats: s.Stats()}
		if s.fill != nil {
			fill := s.fill()
			state.Fill = &fill
		}
		all = append(all, state)
	}
	return all
}

func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:`, r) {
			return '-'
		}
		return r
	}, id)
}

func asJSON(v any) []byte {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return []byte(err.Error())
	}
	return b
}

// actions are what an operator may ask of a unit.
func actions(ins *inputs) []agentclient.Action {
	return []agentclient.Action{
		&action{"list_interfaces", func() (map[string]any, error) {
			all, err := capture.ListInterfaces()
			if err != nil {
				return nil, err
			}
			list := []any{}
			for _, i := range all {
				addrs := []any{}
				for _, a := range i.Addresses {
					addrs = append(addrs, a.Addr().String())
				}
				list = append(list, map[string]any{"name": i.Name, "up": i.Up, "running": i.Running, "addresses": addrs, "description": i.Description})
			}
			return map[string]any{"interfaces": list}, nil
		}},
		&action{"test_capture", func() (map[string]any, error) {
			cfg := ins.beater.cfg
			byID := map[string]config.Input{}
			for _, r := range ins.runners() {
				byID[r.id] = r.way.line.in
			}
			for _, id := range slices.Sorted(maps.Keys(byID)) {
				cfg.Inputs = append(cfg.Inputs, byID[id])
			}
			program, err := os.Executable()
			if err != nil {
				program = "espbeat"
			}
			list := []any{}
			all := preflight.Run(&cfg, preflight.Options{Program: program})
			for _, f := range all {
				list = append(list, map[string]any{"status": f.Status.String(), "subject": f.Subject, "text": f.Text, "remedy": f.Remedy})
			}
			return map[string]any{"findings": list, "failed": preflight.Failed(all)}, nil
		}},
	}
}

// action is one without arguments.
type action struct {
	name string
	run  func() (map[string]any, error)
}

// Name is part of agentclient.Action.
func (a *action) Name() string { return a.name }

// Execute is part of agentclient.Action.
func (a *action) Execute(context.Context, map[string]any) (map[string]any, error) { return a.run() }

var _ diagnostics.DiagnosticReporter = (*runner)(nil)
