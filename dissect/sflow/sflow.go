// SPDX-License-Identifier: Apache-2.0

// Package sflow dissects sFlow version 5, by which switches report packets that they sampled, and their counters (sflow.org, sflow_version_5.txt).
//
//	0         4              8 (4 or 16 bytes)  …            …                 …        …
//	| version | address type | agent's address | sub-agent | sequence number | uptime | number of samples | samples: type 4, length 4, …
//
// A flow sample has records; one of format 1 holds the beginning of a packet, which is dissected as a packet that is quoted: its layers are listed, its
// network headers have their fields, and the document stays that of the datagram. Limits: 64 samples, 16 records each. Not decoded: counters, other
// records, versions 2 and 4 but for their number.
package sflow

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	version5             = 5
	maxVersion           = 5
	addressV4, addressV6 = 1, 2
	maxSamples           = 64
	maxRecords           = 16
	formatMask           = 0xfff // above it is the enterprise, 0 for sFlow's own
	formatRaw            = 1
)

// Types of samples, as enterprise 0 has them.
const (
	sampleFlow         = 1
	sampleFlowExpanded = 3
)

// Protocols of sampled headers.
const (
	headerEthernet = 1
	headerPPP      = 7
	headerIPv4     = 11
	headerIPv6     = 12
	headerMPLS     = 13
)

// Protocol is sFlow.
var Protocol = &dissect.Protocol{
	Name: "sflow", Title: "sFlow", Reference: "sFlow version 5", Application: true,
	UDPPorts: []uint16{6343},
	GuessUDP: guess, AcceptUDP: accept,
	Summary: summary,
}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("sflow")
	fVersion  = fields.Add("version", field.Uint32, "sflow_245.version", "Version", field.Rare)
	fAgent    = fields.Add("agent", field.IP, "sflow_245.agent, sflow_245.agent.v6", "Address of the switch")
	fSubAgent = fields.Add("sub_agent_id", field.Uint32, "sflow_245.sub_agent_id", "Sub-agent", field.Rare, field.Detail)
	fSequence = fields.Add("sequence_number", field.Uint32, "sflow_245.sequence_number", "Sequence number of the datagram", field.Rare, field.Detail)
	fUptime   = fields.Add("sysuptime", field.Uint32, "sflow_245.sysuptime", "How long the agent has been up, ms", field.Rare, field.Detail)
	fSamples  = fields.Add("numsamples", field.Uint32, "sflow_245.numsamples", "Number of samples", field.Rare)
	fSample   = fields.Add("sampletype", field.Uint32, "sflow_245.sampletype", "Type of each sample: 1 and 3 packets, 2 and 4 counters", field.Rare)
	fRate     = fields.Add("sampling_rate", field.Uint32, "sflow.flow_sample.sampling_rate", "One of how many packets is sampled, of each sample of packets", field.Rare)
	fInput    = fields.Add("input_interface", field.Uint32, "sflow.flow_sample.input_interface", "Interface of the switch that a sampled packet came in by", field.Rare, field.Detail)
	fOutput   = fields.Add("output_interface", field.Uint32, "sflow.flow_sample.output_interface", "Interface that it left by", field.Rare, field.Detail)
)

// guess recognises a datagram of version 5 by its first two numbers and the number of samples.
func guess(b []byte) bool {
	at := map[uint32]int{addressV4: 12, addressV6: 24}[number(b, 4)]
	if number(b, 0) != version5 || at == 0 || len(b) < at+16 {
		return false
	}
	n := number(b, at+12)
	return n > 0 && n <= 1024 && (len(b) < at+24 || number(b, at+16)&formatMask <= 5 && number(b, at+20) <= 1<<16)
}

// accept takes any version on the port.
func accept(b []byte) bool { n := number(b, 0); return n > 1 && n <= maxVersion }

// number is the number at a place, 0 where there is none.
func number(b []byte, at int) uint32 {
	if len(b) < at+4 {
		return 0
	}
	return uint32(b[at])<<24 | uint32(b[at+1])<<16 | uint32(b[at+2])<<8 | uint32(b[at+3])
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	if c.Uint32(fVersion) != version5 {
		return
	}
	switch c.U32() {
	case addressV4:
		c.IP(fAgent, 4)
	case addressV6:
		c.IP(fAgent, 16)
	default:
		return
	}
	c.Uint32(fSubAgent)
	c.Uint32(fSequence)
	c.Uint32(fUptime)
	samples := c.Uint32(fSamples)
	for n := uint32(0); n < min(samples, maxSamples) && c.More(); n++ {
		kind := c.U32()
		length := c.U32()
		if c.Failed {
			return
		}
		p.Out.Uint(fSample, uint64(kind&formatMask))
		s := c.Sub(int(min(length, 1<<20)))
		switch kind {
		case sampleFlow:
			flowSample(&s, false)
		case sampleFlowExpanded:
			flowSample(&s, true)
		}
	}
}

// flowSample reads a sampled packet; expanded ones have the kinds of their source and interfaces apart.
func flowSample(s *common.Cursor, expanded bool) {
	format := func() {
		if expanded {
			s.Skip(4)
		}
	}
	s.Skip(4) // sequence number
	format()
	s.Skip(4) // source
	s.Uint32(fRate)
	s.Skip(8) // pool, drops
	format()
	s.Uint32(fInput)
	format()
	s.Uint32(fOutput)
	records := s.U32()
	for n := uint32(0); n < min(records, maxRecords) && s.More(); n++ {
		kind := s.U32()
		length := s.U32()
		if s.Failed {
			return
		}
		r := s.Sub(int(min(length, 1<<20)))
		if kind == formatRaw {
			sampled(&r)
		}
	}
}

// sampled dissects the beginning of a packet.
func sampled(r *common.Cursor) {
	p := r.P
	kind, wire := r.U32(), r.U32()
	r.Skip(4) // bytes taken off the end
	n := r.U32()
	if r.Failed {
		return
	}
	b := r.Sub(int(min(n, 1<<16))).B
	if len(b) == 0 {
		return
	}
	full := max(int(min(wire, 1<<16)), len(b))
	switch kind {
	case headerEthernet:
		p.Sample(p.Registry.Named("eth"), b, full)
	case headerPPP:
		p.Sample(p.Registry.Named("ppp"), b, full)
	case headerIPv4:
		p.Sample(p.Registry.Named("ip"), b, full)
	case headerIPv6:
		p.Sample(p.Registry.Named("ipv6"), b, full)
	case headerMPLS:
		p.Sample(p.Registry.Named("mpls"), b, full)
	}
}

// summary reads "V5, agent 10.0.0.1, seq 7, 2 samples", as in Wireshark.
func summary(dst []byte, v dissect.View) []byte {
	n, _ := v.Uint(fVersion)
	dst = strconv.AppendUint(append(dst, 'V'), n, 10)
	if n != version5 {
		return dst
	}
	dst, _ = v.Text(append(dst, ", agent "...), fAgent)
	dst, _ = v.Text(append(dst, ", seq "...), fSequence)
	dst, _ = v.Text(append(dst, ", "...), fSamples)
	return append(dst, " samples"...)
}
