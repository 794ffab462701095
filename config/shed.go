// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"time"
)

// What is sampled.
const (
	ByPacket = "packet"
	ByFlow   = "flow"
)

// Sampling makes documents of some packets only.
type Sampling struct {
	// Every is the N of 1 in N; 0 is every packet.
	Every int64 `config:"every"`
	// By is packet, or flow: then all packets of a flow have documents, or none.
	By string `config:"by"`
}

// Dedup leaves out the copies of packets that a mirrored port makes.
type Dedup struct {
	// Window is how long after a packet its copies are left out, in packet time; 0 leaves none out.
	Window time.Duration `config:"window"`
	// TTL lets copies differ in TTL and hop limit, as on the two sides of a router.
	TTL bool `config:"ttl"`
}

// Shedding makes less of packets while the output does not keep up: headers only, then some flows only.
type Shedding struct {
	Enabled bool `config:"enabled"`
}

// Bounds: a rate fits the field that tells it, and what is remembered of a window is bounded anyhow.
const (
	maxEvery  = 1 << 30
	maxWindow = 10 * time.Second
)

func (s *Sampling) check(key string) error {
	switch {
	case s.Every < 0 || s.Every == 1 || s.Every > maxEvery:
		return fault(key+".every", s.Every, fmt.Sprintf("1 in so many is kept, use 2 to %d, or 0 for every packet", maxEvery))
	case s.By != ByPacket && s.By != ByFlow:
		return fault(key+".by", quoted(s.By), "no such thing to sample by, use packet or flow")
	case s.By != ByPacket && s.Every == 0:
		return fault(key+".by", quoted(s.By), "nothing is sampled, set every too")
	}
	return nil
}

func (d *Dedup) check(key string) error {
	switch {
	case d.Window < 0 || d.Window > maxWindow:
		return fault(key+".window", d.Window, fmt.Sprintf("use a duration such as 50ms, up to %s, or 0s to keep copies", maxWindow))
	case d.TTL && d.Window == 0:
		return fault(key+".ttl", d.TTL, "copies are kept, set window too")
	}
	return nil
}
