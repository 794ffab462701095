// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"slices"
	"time"
)

// Bounds of what can be set. A packet's captured bytes are bounded by the readers
// (256 KiB), a document by 64 KiB; less than one slab of records in flight would
// stop the pipeline.
const (
	maxSnapLen     = 256 << 10
	minMaxBytes    = 4 << 20
	maxEncoders    = 256
	minBuffer      = 1 << 20
	maxBuffer      = 1 << 30
	maxFanout      = 64
	maxShutdownFor = 24 * time.Hour
)

// fault is the one form of an error about a setting.
func fault(key string, value any, fix string) error {
	return fmt.Errorf("%s: %v: %s", key, value, fix)
}

func (c *Config) check() error {
	if err := checkFormat("espbeat.format", c.Format); err != nil {
		return err
	}
	if c.Flow.Summary && c.Format != FormatECS {
		return fault("espbeat.flow.summary", true, "format "+c.Format+" has no documents of flows, use format ecs or leave it out")
	}
	if c.Dissect.Compat != "" && !c.Dissect.Wireshark() {
		return fault("espbeat.dissect.compat", quoted(c.Dissect.Compat), "no such mode, use wireshark or leave it out")
	}
	if err := c.Dissector.Tshark.check(c.Format); err != nil {
		return err
	}
	if _, err := c.Internal(); err != nil {
		return err
	}
	if err := c.Index.check(); err != nil {
		return err
	}
	if err := c.Flow.check(); err != nil {
		return err
	}
	if err := c.Store.check(); err != nil {
		return err
	}
	if c.Publish.Encoders < 0 || c.Publish.Encoders > maxEncoders {
		return fault("espbeat.publish.encoders", c.Publish.Encoders, fmt.Sprintf("use 0 (the number of cores less one) to %d", maxEncoders))
	}
	if c.Publish.MaxBytes < minMaxBytes {
		return fault("espbeat.publish.max_bytes", int64(c.Publish.MaxBytes), "too small to keep the output busy, use 4MiB or more")
	}
	if c.Publish.Timeout < 0 {
		return fault("espbeat.publish.timeout", c.Publish.Timeout, "use a duration such as 30s, or 0 to wait for ever")
	}
	if c.ShutdownTimeout < 0 || c.ShutdownTimeout > maxShutdownFor {
		return fault("espbeat.shutdown_timeout", c.ShutdownTimeout, "use a duration from 0s to 24h")
	}
	if err := c.Config.Inputs.check(); err != nil {
		return err
	}
	if err := c.Privileges.check(); err != nil {
		return err
	}
	return c.checkInputs()
}

func (c *Config) checkInputs() error {
	ids := IDs{}
	for i := range c.Inputs {
		in, key := &c.Inputs[i], inputKey(i)
		if in.ID == "" {
			in.ID = fmt.Sprintf("%s-%d", in.Type, i)
		}
		if !in.Enabled {
			continue
		}
		if err := ids.add(in.ID, key); err != nil {
			return err
		}
		if err := c.checkInput(in, key); err != nil {
			return err
		}
	}
	return nil
}

// checkInput validates an input, and settles what it has of the configuration as a whole.
func (c *Config) checkInput(in *Input, key string) error {
	if in.Format == "" {
		in.Format = c.Format
	}
	if err := checkFormat(key+".format", in.Format); err != nil {
		return err
	}
	if err := in.Sampling.check(key + ".sampling"); err != nil {
		return err
	}
	if err := in.Dedup.check(key + ".dedup"); err != nil {
		return err
	}
	if err := in.Payload.check(key+".payload", in.Format); err != nil {
		return err
	}
	switch in.Type {
	case TypeFile:
		if in.Shedding.Enabled {
			return fault(key+".shedding.enabled", true, "only with type: live, reading a file waits for the output and loses nothing, remove it")
		}
		return in.File.check(key, in.Format, in.Count)
	case TypeLive:
		return in.checkLive(key)
	}
	return fault(key+".type", quoted(in.Type), "no such input, use file or live")
}

func (in *Input) checkLive(key string) error {
	if err := in.Live.check(key, in.Interfaces); err != nil {
		return err
	}
	switch {
	case len(in.Interfaces) == 0:
		return fault(key+".interfaces", "[]", "nothing to capture on, list interfaces (espbeat --list shows them), any or default_route")
	case slices.Contains(in.Interfaces, ""):
		return fault(key+".interfaces", quoted(""), "an empty name, remove it")
	case in.SnapLen < 64 || in.SnapLen > maxSnapLen:
		return fault(key+".snaplen", in.SnapLen, fmt.Sprintf("use 64 to %d bytes", maxSnapLen))
	case in.BufferSize < minBuffer || in.BufferSize > maxBuffer:
		return fault(key+".buffer_size", int64(in.BufferSize), "use 1MiB to 1GiB")
	case in.Engine != "auto" && in.Engine != "af_packet" && in.Engine != "pcap":
		return fault(key+".engine", quoted(in.Engine), "no such engine, use auto, af_packet or pcap")
	case in.Fanout < 1 || in.Fanout > maxFanout:
		return fault(key+".fanout", in.Fanout, fmt.Sprintf("use 1 to %d", maxFanout))
	}
	return nil
}

func checkFormat(key, format string) error {
	switch format {
	case FormatECS, FormatLite, FormatEK:
		return nil
	}
	return fault(key, quoted(format), "no such format, use ecs, lite or ek")
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }
