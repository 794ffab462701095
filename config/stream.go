// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"
)

// Types of a Stream, beside those of an Input.
const (
	TypeFlow   = "flow"
	TypeLedger = "ledger"
)

// Stream is one stream of an Elastic Agent input: packets, the documents of their flows, or the ledger that accounts for them.
type Stream struct {
	ID   string `config:"id"`
	Type string `config:"type"`
	// Of are the ids of the unit's streams of packets that a stream of flows or of the ledger is about.
	Of        []string `config:"of"`
	Documents `config:",inline"`
	// Period (type ledger) is the time between two documents of an input.
	Period time.Duration `config:"period"`

	// Packets is the input of a stream of packets, and Config what it has of the Beat's section; nil for other types.
	Packets *Input
	Config  *Config
	// Flows and Ledger are where a stream of packets sends documents of flows and of lost packets; nil makes none.
	Flows, Ledger *Documents
}

// Documents say where documents go, and what is done to them.
type Documents struct {
	Index      string         `config:"index"`
	Pipeline   string         `config:"pipeline"`
	Tags       []string       `config:"tags"`
	Fields     map[string]any `config:"fields"`
	Processors []*conf.C      `config:"processors"`
}

// settingsOfStream are those of the Beat's section that a stream of packets may set for itself. The profile is index.profile, as the index of a
// stream is where its documents go.
var settingsOfStream = []string{"dissect", "flow", "internal_networks", "redact"}

const minLedgerPeriod = time.Second

// ParseStream reads and validates a stream as the package agent makes it; base is the Beat's own configuration.
func ParseStream(c *conf.C, base Config) (Stream, error) {
	s := Stream{Period: time.Minute}
	var all map[string]any
	if err := c.Unpack(&all); err != nil {
		return s, fmt.Errorf("read the stream: %w", err)
	}
	s.ID, _ = all["id"].(string)
	s.Type, _ = all["type"].(string)
	key := "streams." + s.ID
	switch s.Type {
	case TypeFlow, TypeLedger:
		if err := unknown(c, s, key); err != nil {
			return s, err
		}
		if err := c.Unpack(&s); err != nil {
			return s, fmt.Errorf("%s: %w", key, err)
		}
		if s.Period < minLedgerPeriod {
			return s, fault(key+".period", s.Period, fmt.Sprintf("use a duration of %s or more", minLedgerPeriod))
		}
		return s, nil
	}
	return s, s.parsePackets(all, base, key)
}

func (s *Stream) parsePackets(all map[string]any, base Config, key string) error {
	var to struct {
		Flow   *Documents `config:"flow"`
		Ledger *Documents `config:"ledger"`
	}
	section := map[string]any{}
	for _, name := range settingsOfStream {
		move(section, all, name)
	}
	if profile, set := all["profile"]; set {
		section["index"] = map[string]any{"profile": profile}
		delete(all, "profile")
	}
	documents := all["documents"]
	delete(all, "documents")
	if err := unpack(documents, &to); err != nil {
		return fmt.Errorf("%s.documents: %w", key, err)
	}
	s.Flows, s.Ledger = to.Flow, to.Ledger

	cfg, err := parseOver(base, section)
	if err != nil {
		return errors.New(key + strings.TrimPrefix(err.Error(), "espbeat"))
	}
	cfg.Flow.Summary = s.Flows != nil
	raw, err := conf.NewConfigFrom(all)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	in, err := cfg.ParseInput(raw, key)
	if err != nil {
		return err
	}
	if in.Format != FormatECS {
		return fault(key+".format", quoted(in.Format), "the data streams of Elastic Agent take documents of format ecs only, remove it; for others run espbeat on its own")
	}
	s.Packets, s.Config = &in, &cfg
	return nil
}

// parseOver is Parse of a section that lies over a configuration.
func parseOver(cfg Config, section map[string]any) (Config, error) {
	c, err := conf.NewConfigFrom(section)
	if err != nil {
		return cfg, fmt.Errorf("espbeat: %w", err)
	}
	if err := unknown(c, cfg, "espbeat"); err != nil {
		return cfg, err
	}
	if c.HasField("internal_networks") { // lists merge by index
		cfg.InternalNetworks = nil
	}
	if err := c.Unpack(&cfg); err != nil {
		return cfg, fmt.Errorf("espbeat: %w", err)
	}
	return cfg, cfg.check()
}

func unpack(from, to any) error {
	if from == nil {
		return nil
	}
	c, err := conf.NewConfigFrom(from)
	if err != nil {
		return err
	}
	return c.Unpack(to)
}

func move(to, from map[string]any, name string) {
	if v, set := from[name]; set {
		to[name] = v
		delete(from, name)
	}
}
