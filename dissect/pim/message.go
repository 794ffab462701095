// SPDX-License-Identifier: Apache-2.0

package pim

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// Addresses are encoded (RFC 7761, 4.9.1; attributes: RFC 5384).
//
//	unicast  family 1, encoding 1, address
//	group    family 1, encoding 1, flags 1, mask length 1, address
//	source   family 1, encoding 1, flags 1, mask length 1, address; with encoding 1 attributes: flags and type 1, length 1, value

// Options of a hello (RFC 7761, 4.9.2).
const (
	optHoldtime        = 1
	optPruneDelay      = 2
	optPriority        = 19
	optGeneration      = 20
	optAddresses       = 24
	optOldAddresses    = 65001
	lastAttribute      = 0x40
	rptBit             = 0x80000000
	familyIP, familyV6 = 1, 2
)

var (
	fRegister   = fields.Add("register_flag", field.Uint32, "pim.register_flag", "Flags of a register: 0x80000000 border, 0x40000000 null", field.Rare, field.Detail)
	fOption     = fields.Add("optiontype", field.Uint16, "pim.optiontype", "Type of each option of a hello", field.Rare, field.Detail)
	fHold       = fields.Add("holdtime", field.Uint16, "pim.holdtime", "How long the message holds, seconds", field.Rare)
	fDelay      = fields.Add("propagation_delay", field.Uint16, "pim.propagation_delay", "Propagation delay of the link, milliseconds", field.Rare, field.Detail)
	fOverride   = fields.Add("override_interval", field.Uint16, "pim.override_interval", "Time to override a prune, milliseconds", field.Rare, field.Detail)
	fPriority   = fields.Add("dr_priority", field.Uint32, "pim.dr_priority", "Priority to become designated router", field.Rare, field.Detail)
	fGeneration = fields.Add("generation_id", field.Uint32, "pim.generation_id", "Changes with every restart of the sender", field.Rare, field.Detail)
	fSecondary  = fields.Add("address_list", field.IP, "pim.address_list, pim.address_list_ip6", "Secondary addresses of the sender")
	fUpstream   = fields.Add("upstream_neighbor", field.IP, "pim.upstream_neighbor, pim.upstream_neighbor_ip6", "Neighbour that the message is for")
	fGroups     = fields.Add("numgroups", field.Uint16, "pim.numgroups", "Number of groups", field.Rare, field.Detail)
	fJoins      = fields.Add("numjoins", field.Uint16, "pim.numjoins", "Number of joins of each group", field.Rare, field.Detail)
	fPrunes     = fields.Add("numprunes", field.Uint16, "pim.numprunes", "Number of prunes of each group", field.Rare, field.Detail)
	fGroup      = fields.Add("group", field.IP, "pim.group, pim.group_ip6", "Groups")
	fSource     = fields.Add("source", field.IP, "pim.source, pim.source_ip6", "Source of an assert, register-stop or state refresh")
	fJoin       = fields.Add("join_ip", field.IP, "pim.join_ip, pim.join_ip6", "Sources or rendezvous points joined")
	fPrune      = fields.Add("prune_ip", field.IP, "pim.prune_ip, pim.prune_ip6", "Sources or rendezvous points pruned")
	fMaskLen    = fields.Add("mask_len", field.Uint8, "pim.mask_len", "Mask length of each group and source", field.Rare, field.Detail)
	fTag        = fields.Add("fragment_tag", field.Uint16, "pim.fragment_tag", "Fragment tag of a bootstrap", field.Rare, field.Detail)
	fBSRPrio    = fields.Add("bsr_priority", field.Uint8, "pim.bsr_priority", "Priority of the bootstrap router", field.Rare, field.Detail)
	fBSR        = fields.Add("bsr", field.IP, "pim.bsr, pim.bsr_ip6", "Bootstrap router")
	fRP         = fields.Add("rp", field.IP, "pim.rp, pim.rp_ip6", "Rendezvous points")
	fRPPrio     = fields.Add("priority", field.Uint8, "pim.priority", "Priority of each rendezvous point", field.Rare, field.Detail)
	fRPT        = fields.Add("rpt", field.Bool, "pim.rpt", "The metric is that of the shared tree", field.Rare, field.Detail)
	fPreference = fields.Add("metric_pref", field.Uint32, "pim.metric_pref", "Preference of the route's protocol", field.Rare, field.Detail)
	fMetric     = fields.Add("metric", field.Uint32, "pim.metric", "Metric of the route", field.Rare, field.Detail)
	fOriginator = fields.Add("originator", field.IP, "pim.originator, pim.originator_ip6", "First-hop router of a state refresh")
)

func (r *reader) message(kind uint8) {
	switch kind {
	case hello:
		r.hello()
	case register:
		r.encapsulated()
	case registerStop:
		r.group()
		r.unicast(fSource)
	case joinPrune, graft, graftAck:
		r.joins()
	case bootstrap:
		r.bootstrap()
	case assert:
		r.group()
		r.unicast(fSource)
		r.metric()
	case candidateRP:
		n := int(r.U8())
		r.Uint8(fRPPrio)
		r.Uint16(fHold)
		r.unicast(fRP)
		for ; n > 0 && r.More(); n-- {
			r.group()
		}
	case stateRefresh:
		r.group()
		r.unicast(fSource)
		r.unicast(fOriginator)
		r.metric()
	}
}

func (r *reader) hello() {
	for n := 0; r.More() && n < common.MaxItems; n++ {
		kind := r.Uint16(fOption)
		o := reader{r.Sub(int(r.U16()))}
		switch kind {
		case optHoldtime:
			o.Uint16(fHold)
		case optPruneDelay:
			if d := o.U16(); !o.Failed {
				o.P.Out.Uint(fDelay, uint64(d&0x7fff))
			}
			o.Uint16(fOverride)
		case optPriority:
			o.Uint32(fPriority)
		case optGeneration:
			o.Uint32(fGeneration)
		case optAddresses, optOldAddresses:
			for n := 0; o.More() && n < common.MaxItems; n++ {
				o.unicast(fSecondary)
			}
		}
	}
}

func (r *reader) joins() {
	r.unicast(fUpstream)
	r.Skip(1)
	groups := int(r.Uint8(fGroups))
	r.Uint16(fHold)
	for ; groups > 0 && r.More(); groups-- {
		r.group()
		joins, prunes := int(r.Uint16(fJoins)), int(r.Uint16(fPrunes))
		for n := min(joins, common.MaxItems); n > 0 && r.More(); n-- {
			r.source(fJoin)
		}
		for n := min(prunes, common.MaxItems); n > 0 && r.More(); n-- {
			r.source(fPrune)
		}
	}
}

// bootstrap reads a bootstrap message (RFC 5059, 4.1).
func (r *reader) bootstrap() {
	r.Uint16(fTag)
	r.Skip(1)
	r.Uint8(fBSRPrio)
	r.unicast(fBSR)
	for g := 0; r.More() && g < common.MaxItems; g++ {
		r.group()
		r.Skip(1)
		n := int(r.U8()) // rendezvous points in this fragment
		r.Skip(2)
		for ; n > 0 && r.More(); n-- {
			r.unicast(fRP)
			r.Uint16(fHold)
			r.Uint8(fRPPrio)
			r.Skip(1)
		}
	}
}

func (r *reader) metric() {
	v := r.U32()
	if !r.Failed {
		r.P.Out.Bool(fRPT, v&rptBit != 0)
		r.P.Out.Uint(fPreference, uint64(v&^rptBit))
	}
	r.Uint32(fMetric)
}

// address reads an address of the family; another family is unknown, and nothing behind it can be found.
func (r *reader) address(id field.ID, family uint8) {
	switch family {
	case familyIP:
		r.IP(id, 4)
	case familyV6:
		r.IP(id, 16)
	default:
		if !r.Failed {
			r.P.Bad()
			r.Failed = true
		}
	}
}

func (r *reader) unicast(id field.ID) {
	family := r.U8()
	r.Skip(1)
	r.address(id, family)
}

func (r *reader) group() {
	family := r.U8()
	r.Skip(2)
	r.Uint8(fMaskLen)
	r.address(fGroup, family)
}

func (r *reader) source(id field.ID) {
	family, encoding := r.U8(), r.U8()
	r.Skip(1)
	r.Uint8(fMaskLen)
	r.address(id, family)
	if encoding != 1 {
		return
	}
	for n := 0; n < common.MaxItems; n++ {
		flags := r.U8()
		r.Skip(int(r.U8()))
		if r.Failed || flags&lastAttribute != 0 {
			return
		}
	}
}
