// SPDX-License-Identifier: Apache-2.0

// Package hsrp dissects Cisco's Hot Standby Router Protocol, version 1 (RFC 2281) and version 2 (TLVs, no public document: as Wireshark reads it).
//
//	0         1        2       3       4      5          6       7          8                16
//	| version | opcode | state | hello | hold | priority | group | reserved | authentication | virtual address    version 1
//	| type 2, length 2, state 1, reserved 1, active groups 2, passive groups 2, reserved 4                         its advertisement
//	| type 1, length 1, value … | …                                                                               version 2
//
// Version 1 is sent to 224.0.0.2, version 2 to 224.0.0.102 and ff02::66. Fields of version 2 are hsrp2.*, as in Wireshark. Behind a message of
// version 1 a TLV with a digest may stand. Limits: 1024 TLVs.
package hsrp

import (
	"net/netip"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

const (
	opAdvertise = 3
	// TLVs of version 2, and the digest of version 1 too.
	tlvGroup, tlvInterface, tlvText, tlvMD5 = 1, 2, 3, 4
	authLen                                 = 8
	md5Len                                  = 16
)

var (
	allRouters = netip.AddrFrom4([4]byte{224, 0, 0, 2})
	group4     = netip.AddrFrom4([4]byte{224, 0, 0, 102})
)

// Protocol is HSRP.
var Protocol = &dissect.Protocol{
	Name: "hsrp", Title: "HSRP", Reference: "RFC 2281", Application: true,
	UDPPorts: []uint16{1985, 2029},
	Dissect:  decode,
	Summary:  summary,
}

var (
	fields    = field.Group("hsrp")
	fVersion  = fields.Add("version", field.Uint8, "hsrp.version", "Version field, 0 for version 1", field.Rare, field.Detail)
	fOpcode   = fields.Add("opcode", field.Uint8, "hsrp.opcode", "Operation: 0 hello, 1 coup, 2 resign, 3 advertise")
	fState    = fields.Add("state", field.Uint8, "hsrp.state", "State of the sender: 0 initial, 1 learn, 2 listen, 4 speak, 8 standby, 16 active")
	fHello    = fields.Add("hellotime", field.Uint8, "hsrp.hellotime", "Interval of hellos, seconds", field.Rare, field.Detail)
	fHold     = fields.Add("holdtime", field.Uint8, "hsrp.holdtime", "How long a hello holds, seconds", field.Rare, field.Detail)
	fPriority = fields.Add("priority", field.Uint8, "hsrp.priority", "Priority of the sender", field.Rare)
	fGroup    = fields.Add("group", field.Uint8, "hsrp.group", "Standby group")
	fPassword = fields.Add("auth_data", field.Keyword, "hsrp.auth_data", "Password", field.Secret, field.Rare, field.Detail)
	fVirtual  = fields.Add("virt_ip", field.IP, "hsrp.virt_ip", "Address of the virtual router")
	fAdvState = fields.Add("adv.state", field.Uint8, "hsrp.adv.state", "State in an advertisement: 1 dormant, 2 passive, 3 active", field.Rare, field.Detail)
	fActive   = fields.Add("adv.activegrp", field.Uint16, "hsrp.adv.activegrp", "Active groups of an interface", field.Rare, field.Detail)
	fPassive  = fields.Add("adv.passivegrp", field.Uint16, "hsrp.adv.passivegrp", "Passive groups of an interface", field.Rare, field.Detail)
	fMD5IP    = fields.Add("md5_ip_address", field.IP, "hsrp.md5_ip_address", "Address of the sender beside a digest", field.Rare, field.Detail)

	fields2    = field.Group("hsrp2")
	fVersion2  = fields2.Add("version", field.Uint8, "hsrp2.version", "Version field", field.Rare, field.Detail)
	fOpcode2   = fields2.Add("opcode", field.Uint8, "hsrp2.opcode", "Operation: 0 hello, 1 coup, 2 resign")
	fState2    = fields2.Add("state", field.Uint8, "hsrp2.state", "State of the sender: 1 disabled, 2 initial, 3 learn, 4 listen, 5 speak, 6 standby, 7 active")
	fIPVersion = fields2.Add("ipversion", field.Uint8, "hsrp2.ipversion", "IP version of the group", field.Rare, field.Detail)
	fGroup2    = fields2.Add("group", field.Uint16, "hsrp2.group", "Standby group")
	fIdent     = fields2.Add("identifier", field.MAC, "hsrp2.identifier", "Link address of the sender")
	fPriority2 = fields2.Add("priority", field.Uint32, "hsrp2.priority", "Priority of the sender", field.Rare)
	fHello2    = fields2.Add("hellotime", field.Uint32, "hsrp2.hellotime", "Interval of hellos, milliseconds", field.Rare, field.Detail)
	fHold2     = fields2.Add("holdtime", field.Uint32, "hsrp2.holdtime", "How long a hello holds, milliseconds", field.Rare, field.Detail)
	fVirtual2  = fields2.Add("virt_ip", field.IP, "hsrp2.virt_ip, hsrp2.virt_ip_v6", "Address of the virtual router")
	fActive2   = fields2.Add("active_groups", field.Uint16, "hsrp2.active_groups", "Active groups of an interface", field.Rare, field.Detail)
	fPassive2  = fields2.Add("passive_groups", field.Uint16, "hsrp2.passive_groups", "Passive groups of an interface", field.Rare, field.Detail)
	fPassword2 = fields2.Add("auth_data", field.Keyword, "hsrp2.auth_data", "Password", field.Secret, field.Rare, field.Detail)
	fAlgorithm = fields2.Add("md5_algorithm", field.Uint8, "hsrp2.md5_algorithm", "Algorithm of a digest", field.Rare, field.Detail)
	fKeyID     = fields2.Add("md5_key_id", field.Uint32, "hsrp2.md5_key_id", "Key of a digest", field.Rare, field.Detail)
	fDigest    = fields2.Add("md5_auth_data", field.Hex, "hsrp2.md5_auth_data", "Digest", field.Secret, field.Rare, field.Detail)
)

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Message(p.Top())
	c := common.Read(p, b, wire)
	// Whoever sends to one address means version 1, to the group version 2. Else the first byte tells: no TLV has type 0.
	if dst := p.Core.Destination.Addr; dst == allRouters || dst != group4 && p.Core.IPVersion != 6 && b[0] == 0 {
		version1(&c)
		return
	}
	p.Core.Headline = headline2
	tlvs(&c)
}

// headline2 is Wireshark's name of version 2.
var headline2 = field.Intern("HSRPv2")

func version1(c *common.Cursor) {
	c.Uint8(fVersion)
	if c.Uint8(fOpcode) == opAdvertise {
		c.Skip(4)
		c.Uint8(fAdvState)
		c.Skip(1)
		c.Uint16(fActive)
		c.Uint16(fPassive)
		return
	}
	c.Uint8(fState)
	c.Uint8(fHello)
	c.Uint8(fHold)
	c.Uint8(fPriority)
	c.Uint8(fGroup)
	c.Skip(1)
	c.Text(fPassword, authLen)
	c.IP(fVirtual, 4)
	if c.More() {
		tlvs(c)
	}
}

func tlvs(c *common.Cursor) {
	for n := 0; c.More() && n < common.MaxItems; n++ {
		kind := c.U8()
		v := c.Sub(int(c.U8()))
		switch kind {
		case tlvGroup:
			state(&v)
		case tlvInterface:
			v.Uint16(fActive2)
			v.Uint16(fPassive2)
		case tlvText:
			v.Text(fPassword2, authLen)
		case tlvMD5:
			v.Uint8(fAlgorithm)
			v.Skip(3)
			v.IP(fMD5IP, 4)
			v.Uint32(fKeyID)
			v.Hex(fDigest, md5Len)
		}
	}
}

func state(v *common.Cursor) {
	v.Uint8(fVersion2)
	v.Uint8(fOpcode2)
	v.Uint8(fState2)
	version := v.Uint8(fIPVersion)
	v.Uint16(fGroup2)
	v.MAC(fIdent)
	v.Uint32(fPriority2)
	v.Uint32(fHello2)
	v.Uint32(fHold2)
	switch version {
	case 4:
		v.IP(fVirtual2, 4)
	case 6:
		v.IP(fVirtual2, 16)
	}
}

var (
	operations = [...]string{"Hello", "Coup", "Resign", "Advertise"}
	states     = map[uint64]string{0: "Initial", 1: "Learn", 2: "Listen", 4: "Speak", 8: "Standby", 16: "Active"}
	states2    = map[uint64]string{1: "Disabled", 2: "Init", 3: "Learn", 4: "Listen", 5: "Speak", 6: "Standby", 7: "Active"}
)

func summary(dst []byte, v dissect.View) []byte {
	op, names := fOpcode, states
	st := fState
	if _, ok := v.Uint(fOpcode2); ok {
		op, st, names = fOpcode2, fState2, states2
	}
	if n, ok := v.Uint(op); ok && n < uint64(len(operations)) {
		dst = append(dst, operations[n]...)
	}
	if n, ok := v.Uint(st); ok {
		dst = append(append(dst, " (state "...), names[n]...)
		dst = append(dst, ')')
	}
	return dst
}
