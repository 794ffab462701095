// SPDX-License-Identifier: Apache-2.0

// Package aoe dissects ATA over Ethernet (AoE protocol definition, revision 11).
//
//	0                   1       2       4       5         6     10
//	| version 4, flags 4 | error | shelf | slot | command | tag | ATA: flags, feature, count, command, address 6, …
//
// Not decoded: the arguments of other commands, the sectors.
package aoe

import (
	"strconv"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	flagResponse, flagError = 0x08, 0x04
	commandATA              = 0
	version1                = 1
)

// Protocol is AoE.
var Protocol = &dissect.Protocol{
	Name: "aoe", Title: "AoE", Reference: "AoE revision 11",
	EtherTypes: []uint16{0x88a2},
	Dissect:    decode,
	Summary:    summary,
}

var (
	fields    = field.Group("aoe")
	fResponse = fields.Add("response", field.Bool, "aoe.response", "A response rather than a request")
	fError    = fields.Add("error", field.Uint8, "aoe.err", "Error of a response")
	fMajor    = fields.Add("major", field.Uint16, "aoe.major", "Shelf; 65535 is any")
	fMinor    = fields.Add("minor", field.Uint8, "aoe.minor", "Slot; 255 is any")
	fCommand  = fields.Add("cmd", field.Uint8, "aoe.cmd", "Command: 0 ATA, 1 query configuration, 2 MAC mask, 3 reservation")
	fTag      = fields.Add("tag", field.Uint32, "aoe.tag", "Tag that ties a response to its request", field.Rare, field.Detail)
	fCount    = fields.Add("ata.nsectors", field.Uint8, "aoe.ata.nsectors", "Sectors", field.Rare, field.Detail)
	fATA      = fields.Add("ata.cmd", field.Uint8, "aoe.ata.cmd", "ATA command; of a response the status")
	fLBA      = fields.Add("ata.lba", field.Int64, "aoe.lba", "Address of the first sector", field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	c := common.Read(p, b, wire)
	flags := c.U8()
	if c.Failed || flags>>4 != version1 {
		return
	}
	p.Out.Bool(fResponse, flags&flagResponse != 0)
	if code := c.U8(); flags&flagError != 0 && !c.Failed {
		p.Out.Uint(fError, uint64(code))
	}
	c.Uint16(fMajor)
	c.Uint8(fMinor)
	command := c.Uint8(fCommand)
	c.Uint32(fTag)
	if c.Failed || command != commandATA {
		return
	}
	c.Skip(2)
	c.Uint8(fCount)
	c.Uint8(fATA)
	if v := c.Bytes(6); v != nil {
		n := uint64(0)
		for i, o := range v {
			n |= uint64(o) << (8 * i)
		}
		p.Out.Uint(fLBA, n)
	}
}

// commands are the names of the commands.
var commands = [...]string{"ATA", "Query configuration", "MAC mask list", "Reserve or release"}

func summary(dst []byte, v dissect.View) []byte {
	n, ok := v.Uint(fCommand)
	if !ok {
		return dst
	}
	if n < uint64(len(commands)) {
		dst = append(dst, commands[n]...)
	} else {
		dst = strconv.AppendUint(append(dst, "Command "...), n, 10)
	}
	if response, _ := v.Uint(fResponse); response != 0 {
		dst = append(dst, ", response"...)
	}
	return dst
}
