// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"
	"testing"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"
)

func parseStream(t *testing.T, yml string, base Config) (Stream, error) {
	t.Helper()
	c, err := conf.NewConfigWithYAML([]byte(yml), "test")
	if err != nil {
		t.Fatal(err)
	}
	return ParseStream(c, base)
}

func TestStreamOfPackets(t *testing.T) {
	base := Default()
	base.InternalNetworks = []string{"private", "multicast"}
	s, err := parseStream(t, `{id: a, type: live, interfaces: [eth0], index: logs-x, profile: minimal, redact: false, internal_networks: [loopback],
  flow: {max_flows: 7}, dissect: {checksums: true}, documents: {flow: {index: logs-f}}}`, base)
	if err != nil {
		t.Fatal(err)
	}
	switch c := s.Config; {
	case s.ID != "a" || s.Packets.ID != "a" || s.Packets.Index != "logs-x" || !slices.Equal(s.Packets.Interfaces, []string{"eth0"}):
		t.Errorf("%+v", s.Packets)
	case c.Index.Profile != "minimal" || c.Redact || !slices.Equal(c.InternalNetworks, []string{"loopback"}) || c.Flow.MaxFlows != 7 || !c.Dissect.Checksums:
		t.Errorf("%+v", c)
	case !c.Flow.Summary || s.Flows.Index != "logs-f" || s.Ledger != nil:
		t.Errorf("flows %+v, ledger %+v, summary %v", s.Flows, s.Ledger, c.Flow.Summary)
	}
	s, err = parseStream(t, `{id: a, type: file, paths: [x], flow.summary: true}`, base)
	if err != nil || s.Config.Flow.Summary || !slices.Equal(s.Config.InternalNetworks, base.InternalNetworks) || !s.Config.Redact {
		t.Errorf("%+v, %v", s.Config, err)
	}
}

func TestStreamOfTheLedger(t *testing.T) {
	s, err := parseStream(t, `{id: l, type: ledger, of: [a], index: logs-l, tags: [x]}`, Default())
	if err != nil || s.Period != time.Minute || s.Index != "logs-l" || !slices.Equal(s.Of, []string{"a"}) || s.Packets != nil {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestStreamErrorsNameStreamKeyAndFix(t *testing.T) {
	for yml, want := range map[string]string{
		`{id: a, type: live}`:                                          "streams.a.interfaces: []: nothing to capture on",
		`{id: a, type: live, interfaces: [x], format: lite}`:           `streams.a.format: "lite": the data streams of Elastic Agent take documents of format ecs only`,
		`{id: a, type: live, interfaces: [x], profile: big}`:           `streams.a.index.profile: "big": no such profile`,
		`{id: a, type: live, interfaces: [x], flow.max_flows: 0}`:      "streams.a.flow.max_flows: 0: use 1 to",
		`{id: a, type: live, interfaces: [x], flow.max: 1}`:            "streams.a.flow.max: set: no such setting",
		`{id: a, type: live, interfaces: [x], internal_networks: [q]}`: "streams.a.internal_networks.0: \"q\": not a network",
		`{id: a, type: live, interfaces: [x], device: y}`:              "streams.a.device: set: no such setting",
		`{id: a, type: other}`:                                         `streams.a.type: "other": no such input`,
		`{id: l, type: ledger, period: 1ms}`:                           "streams.l.period: 1ms: use a duration of 1s or more",
		`{id: l, type: ledger, interfaces: [x]}`:                       "streams.l.interfaces: set: no such setting",
		`{id: f, type: flow, periode: 1s}`:                             "streams.f.periode: set: no such setting, did you mean period?",
	} {
		if _, err := parseStream(t, yml, Default()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", yml, err, want)
		}
	}
}
