// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"time"
)

// What fragments of IPv4 that overlap do: the bytes that came first stay, or those that came last.
const (
	OverlapFirst = "first"
	OverlapLast  = "last"
)

// Flow bounds what an input remembers from packet to packet.
type Flow struct {
	// MaxFlows is the most conversations; beyond it the least recently seen is forgotten.
	MaxFlows int `config:"max_flows"`
	// Idle is how long a conversation is remembered after its last packet, IdleTCP how long a TCP connection that has not ended is; 0 is for ever.
	Idle    time.Duration `config:"idle"`
	IdleTCP time.Duration `config:"idle_tcp"`
	// MaxFragmentBytes bounds the fragments of IP that wait for the rest of their datagram.
	MaxFragmentBytes ByteSize `config:"max_fragment_bytes"`
	// MaxStreamBytes bounds what one direction of a TCP connection holds for reassembly, MaxStreamsBytes what all do.
	MaxStreamBytes  ByteSize `config:"max_stream_bytes"`
	MaxStreamsBytes ByteSize `config:"max_streams_bytes"`
	// Overlap is first or last. Datagrams of IPv6 whose fragments overlap are discarded (RFC 5722).
	Overlap string `config:"overlap"`
	// Summary makes a document of each flow that has ended.
	Summary bool `config:"summary"`
}

func defaultFlow() Flow {
	return Flow{MaxFlows: 65536, Idle: time.Minute, IdleTCP: 5 * time.Minute, MaxFragmentBytes: 8 << 20, MaxStreamBytes: 1 << 20, MaxStreamsBytes: 64 << 20, Overlap: OverlapFirst}
}

// Bounds of the bounds: a datagram and a message must fit, and numbers must not overflow.
const (
	maxMaxFlows = 16 << 20
	minHeld     = 64 << 10
	maxHeld     = 64 << 30
)

func (f *Flow) check() error {
	if f.MaxFlows < 1 || f.MaxFlows > maxMaxFlows {
		return fault("espbeat.flow.max_flows", f.MaxFlows, fmt.Sprintf("use 1 to %d", maxMaxFlows))
	}
	for _, d := range []struct {
		key string
		is  time.Duration
	}{{"idle", f.Idle}, {"idle_tcp", f.IdleTCP}} {
		if d.is < 0 {
			return fault("espbeat.flow."+d.key, d.is, "use a duration such as 1m, or 0 to forget nothing until max_flows are known")
		}
	}
	for _, b := range []struct {
		key string
		is  ByteSize
	}{{"max_fragment_bytes", f.MaxFragmentBytes}, {"max_stream_bytes", f.MaxStreamBytes}, {"max_streams_bytes", f.MaxStreamsBytes}} {
		if b.is < minHeld || b.is > maxHeld {
			return fault("espbeat.flow."+b.key, int64(b.is), "use 64KiB to 64GiB")
		}
	}
	if f.Overlap != OverlapFirst && f.Overlap != OverlapLast {
		return fault("espbeat.flow.overlap", quoted(f.Overlap), "no such policy, use first or last")
	}
	return nil
}
