// SPDX-License-Identifier: Apache-2.0

// Package cflow dissects reports of flows: NetFlow versions 5 and 9 (RFC 3954, Cisco's NetFlow Export Datagram Format), and IPFIX (RFC 7011).
//
//	0         2       4        8         12            16         20
//	| version | count | uptime | seconds | nanoseconds | sequence | engine … 24 | flows of 48 bytes …          version 5
//	| version | count | uptime | seconds | sequence    | source id | sets: id 2, length 2, …                   version 9
//	| version | length | seconds | sequence | domain   | sets: id 2, length 2, …                               IPFIX
//
// Limits: 64 flows or sets. Not decoded: templates, and the flows of version 9 and IPFIX, which cannot be read without them; versions 1, 7 and 8 but for
// their number.
package cflow

import (
	"encoding/binary"
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	version5, version9, ipfix = 5, 9, 10
	header5, flow5            = 24, 48
	header9, headerIPFIX      = 20, 16
	setHeader                 = 4
	maxFlows5                 = 30 // what version 5 allows
	maxItems                  = 64
	firstDataSet              = 256
)

// Protocol is NetFlow and IPFIX, which Wireshark has in one.
var Protocol = &dissect.Protocol{
	Name: "cflow", Title: "CFLOW", Reference: "RFC 3954, RFC 7011", Application: true,
	UDPPorts: []uint16{2055, 4739, 9996},
	GuessUDP: guess, AcceptUDP: accept,
	Summary: summary,
}

// What dissects names its Protocol, which cannot name it back in its own value.
func init() { Protocol.Dissect = decode }

var (
	fields    = field.Group("cflow")
	fVersion  = fields.Add("version", field.Uint16, "cflow.version", "Version: 5 and 9 NetFlow, 10 IPFIX", field.Rare)
	fCount    = fields.Add("count", field.Uint16, "cflow.count", "Number of flows, or of records in all sets", field.Rare)
	fUptime   = fields.Add("sysuptime", field.Uint32, "cflow.sysuptime", "How long the exporter has been up, ms", field.Rare, field.Detail)
	fSequence = fields.Add("sequence", field.Uint32, "cflow.sequence", "Number of flows, or of datagrams, sent before", field.Rare, field.Detail)
	fSource   = fields.Add("source_id", field.Uint32, "cflow.source_id, cflow.od_id", "Source within the exporter, in IPFIX the observation domain", field.Rare)
	fSet      = fields.Add("flowset_id", field.Uint16, "cflow.flowset_id", "Id of each set: 0 and 2 templates, 1 and 3 templates of options, from 256 on data of the template of that number", field.Rare, field.Detail)
	fSrc      = fields.Add("srcaddr", field.IP, "cflow.srcaddr", "Source address of each flow of version 5")
	fDst      = fields.Add("dstaddr", field.IP, "cflow.dstaddr", "Destination address of each flow of version 5")
)

// accept takes any version on the ports.
func accept(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	switch binary.BigEndian.Uint16(b) {
	case 1, version5, 7, 8, version9, ipfix:
		return true
	}
	return false
}

// guess recognises a datagram by its version and lengths.
func guess(b []byte) bool {
	if !accept(b) {
		return false
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	switch version := binary.BigEndian.Uint16(b); version {
	case version5:
		return n > 0 && n <= maxFlows5 && len(b) == header5+n*flow5
	case version9:
		return n > 0 && n <= 1024 && wholeSets(b, header9, version)
	case ipfix:
		return n == len(b) && wholeSets(b, headerIPFIX, version)
	}
	return false
}

// wholeSets reports whether sets fill b from at on.
func wholeSets(b []byte, at int, version uint16) bool {
	for n := 0; ; n++ {
		if len(b)-at < setHeader {
			return n > 0 && at == len(b)
		}
		id, length := binary.BigEndian.Uint16(b[at:]), int(binary.BigEndian.Uint16(b[at+2:]))
		template := version == version9 && id <= 1 || version == ipfix && (id == 2 || id == 3)
		if !template && id < firstDataSet || length <= setHeader || length > len(b)-at {
			return false
		}
		at += length
	}
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	switch version := c.Uint16(fVersion); version {
	case version5:
		count := c.Uint16(fCount)
		c.Uint32(fUptime)
		c.Skip(8)
		c.Uint32(fSequence)
		c.Skip(4)
		for n := 0; n < min(int(count), maxItems) && c.More(); n++ {
			c.IP(fSrc, 4)
			c.IP(fDst, 4)
			c.Skip(flow5 - 8)
		}
	case version9:
		c.Uint16(fCount)
		c.Uint32(fUptime)
		c.Skip(4)
		sets(&c)
	case ipfix:
		c.Skip(6)
		sets(&c)
	}
}

// sets reads sequence number, source and the headers of sets.
func sets(c *common.Cursor) {
	c.Uint32(fSequence)
	c.Uint32(fSource)
	for n := 0; n < maxItems && c.More(); n++ {
		c.Uint16(fSet)
		length := int(c.U16())
		c.Sub(length - setHeader)
	}
}

// summary reads "NetFlow v5, 2 flows" or "IPFIX, 3 sets, source 7".
func summary(dst []byte, v dissect.View) []byte {
	version, _ := v.Uint(fVersion)
	if version == ipfix {
		dst = append(dst, "IPFIX"...)
	} else {
		dst = strconv.AppendUint(append(dst, "NetFlow v"...), version, 10)
	}
	if n, ok := v.Uint(fCount); ok {
		dst = append(strconv.AppendUint(append(dst, ", "...), n, 10), " flows"...)
	}
	sets := 0
	v.All(fSet, func([]byte) { sets++ })
	if sets > 0 {
		dst = append(strconv.AppendInt(append(dst, ", "...), int64(sets), 10), " sets, source "...)
		dst, _ = v.Text(dst, fSource)
	}
	return dst
}
