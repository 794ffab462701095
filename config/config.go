// SPDX-License-Identifier: Apache-2.0

// Package config is what a user may set under `espbeat`: typed, with defaults,
// and validated in one place. An error names the key, the value and the fix.
package config

import (
	"fmt"
	"time"

	conf "github.com/elastic/elastic-agent-libs/config"
)

// Formats of a document.
const (
	FormatECS  = "ecs"
	FormatLite = "lite"
	FormatEK   = "ek"
)

// CompatWireshark is the value of dissect.compat for what tshark's defaults do.
const CompatWireshark = "wireshark"

// Input types.
const (
	TypeFile = "file"
	TypeLive = "live"
)

// Config is the `espbeat` section.
type Config struct {
	// Inputs are the sources of packets; those with enabled: false are kept and skipped.
	Inputs []Input `config:"inputs"`
	// Config names files with more of them.
	Config struct {
		Inputs *InputFiles `config:"inputs"`
	} `config:"config"`
	// Format is the shape of the documents: ecs, lite or ek.
	Format    string    `config:"format"`
	Dissect   Dissect   `config:"dissect"`
	Dissector Dissector `config:"dissector"`
	Flow      Flow      `config:"flow"`
	// InternalNetworks decide network.direction: CIDR blocks or names of groups of them (private, loopback, …).
	InternalNetworks []string `config:"internal_networks"`
	Publish          Publish  `config:"publish"`
	Index            Index    `config:"index"`
	Store            Store    `config:"store"`
	// Redact replaces the values of secret fields.
	Redact bool `config:"redact"`
	// ExcludeOwn leaves out the packets of this process's own connections.
	ExcludeOwn bool `config:"exclude_own"`
	// ShutdownTimeout bounds how long a stop waits for acknowledgements.
	ShutdownTimeout time.Duration `config:"shutdown_timeout"`
	Privileges      Privileges    `config:"privileges"`
}

// Dissect says how packets are taken apart.
type Dissect struct {
	// Compat is empty, or "wireshark" for what tshark's defaults do.
	Compat string `config:"compat"`
	// Checksums verifies the checksums of IPv4, TCP, UDP and ICMP.
	Checksums bool `config:"checksums"`
}

// Wireshark tells whether packets are taken apart as tshark does.
func (d *Dissect) Wireshark() bool { return d.Compat == CompatWireshark }

// Publish says how documents are handed to the output.
type Publish struct {
	// Encoders is the number of goroutines that make documents; 0 is the number of cores less one.
	Encoders int `config:"encoders"`
	// MaxBytes bounds the records that are published and not yet acknowledged.
	MaxBytes ByteSize `config:"max_bytes"`
	// Timeout ends the run when the output has accepted nothing for so long
	// while packets wait; 0 waits for ever.
	Timeout time.Duration `config:"timeout"`
}

// Default is the configuration of somebody who set nothing.
func Default() Config {
	return Config{
		Format:          FormatECS,
		Dissector:       Dissector{Tshark: defaultTshark()},
		Flow:            defaultFlow(),
		Publish:         Publish{MaxBytes: 32 << 20},
		Index:           Index{Profile: "standard", Mode: Auto, Source: Auto},
		Store:           defaultStore(),
		Redact:          true,
		ExcludeOwn:      true,
		ShutdownTimeout: 10 * time.Second,
		Privileges:      Privileges{Drop: Keep},
	}
}

// Parse reads and validates the `espbeat` section; nil is an empty one.
func Parse(c *conf.C) (Config, error) {
	cfg := Default()
	if c == nil {
		c = conf.NewConfig()
	}
	if err := unknown(c, cfg, "espbeat"); err != nil {
		return cfg, err
	}
	if err := c.Unpack(&cfg); err != nil {
		return cfg, fmt.Errorf("espbeat: %w", err)
	}
	// Lists merge by index, so a default cannot be in place before a list is read.
	if !c.HasField("internal_networks") {
		cfg.InternalNetworks = []string{"private"}
	}
	return cfg, cfg.check()
}

// Enabled are the inputs that are to run.
func (c *Config) Enabled() []Input {
	var on []Input
	for _, in := range c.Inputs {
		if in.Enabled {
			on = append(on, in)
		}
	}
	return on
}

// Finite tells whether the inputs end by themselves: only files are read, none is watched, and no inputs are to come.
func (c *Config) Finite() bool {
	if c.Reloads() {
		return false
	}
	on := c.Enabled()
	for _, in := range on {
		if in.Type != TypeFile || in.Watch {
			return false
		}
	}
	return len(on) > 0
}
