// SPDX-License-Identifier: Apache-2.0

// Package iec61850 dissects what substations send at once: GOOSE of EtherType 0x88b8 (IEC 61850-8-1) and sampled values of EtherType 0x88ba (IEC 61850-9-2).
//
//	0       2        4            6            8
//	| APPID | length | reserved 1 | reserved 2 | PDU      both; the PDU in Basic Encoding Rules
//
//	goosePdu [APPLICATION 1] { gocbRef [0], timeAllowedtoLive [1], datSet [2], goID [3], t [4], stNum [5], sqNum [6], simulation [7], confRev [8], … }
//	savPdu [APPLICATION 0] { noASDU [0], seqASDU [2] { ASDU { svID [0], datSet [1], smpCnt [2], confRev [3], refrTm [4], smpSynch [5], … } } }
//
// Limits: 1024 elements. Not decoded: data sets and samples, times, GSE management, GOOSE and sampled values over IP.
package iec61850

import (
	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// GOOSE and SampledValues are the two protocols.
var (
	GOOSE         = &dissect.Protocol{Name: "goose", Title: "GOOSE", Reference: "IEC 61850-8-1", EtherTypes: []uint16{0x88b8}, Dissect: goose, Summary: gooseSummary}
	SampledValues = &dissect.Protocol{Name: "sv", Title: "IEC61850 Sampled Values", Reference: "IEC 61850-9-2", EtherTypes: []uint16{0x88ba}, Dissect: sampled, Summary: sampledSummary}
)

var (
	gooseFields = field.Group("goose")
	fAppID      = gooseFields.Add("appid", field.Uint16, "goose.appid", "Identifier of the application")
	fBlock      = gooseFields.Add("gocb_ref", field.Keyword, "goose.gocbRef", "Control block that the message is of")
	fLive       = gooseFields.Add("time_allowed_to_live", field.Uint32, "goose.timeAllowedtoLive", "How long the message holds, milliseconds", field.Rare, field.Detail)
	fDataSet    = gooseFields.Add("dat_set", field.Keyword, "goose.datSet", "Data set")
	fID         = gooseFields.Add("go_id", field.Keyword, "goose.goID", "Identifier of the message")
	fState      = gooseFields.Add("st_num", field.Uint32, "goose.stNum", "Counts changes of state", field.Rare)
	fSequence   = gooseFields.Add("sq_num", field.Uint32, "goose.sqNum", "Counts messages of one state", field.Rare)
	fSimulation = gooseFields.Add("simulation", field.Bool, "goose.simulation", "The message is a simulation or test", field.Rare)
	fRevision   = gooseFields.Add("conf_rev", field.Uint32, "goose.confRev", "Revision of the configuration", field.Rare, field.Detail)

	sampledFields    = field.Group("sv")
	fSampledAppID    = sampledFields.Add("appid", field.Uint16, "sv.appid", "Identifier of the application")
	fSampledID       = sampledFields.Add("sv_id", field.Keyword, "sv.svID", "Identifier of each stream of samples")
	fSampledSet      = sampledFields.Add("dat_set", field.Keyword, "sv.datSet", "Data set of each", field.Rare, field.Detail)
	fSampledCount    = sampledFields.Add("smp_cnt", field.Uint32, "sv.smpCnt", "Counter of each sample", field.Rare)
	fSampledRevision = sampledFields.Add("conf_rev", field.Uint32, "sv.confRev", "Revision of the configuration", field.Rare, field.Detail)
	fSampledSync     = sampledFields.Add("smp_synch", field.Uint8, "sv.smpSynch", "Clock that samples are taken by: 0 none, 1 local, 2 global", field.Rare, field.Detail)
)

// Tags (X.690): PDUs, and elements of the class context.
const (
	tagGOOSE, tagSampled, tagSequence = 0x61, 0x60, 0x30

	context, constructed = 0x80, 0x20
)

// header reads what both begin with, and takes the PDU of the given tag; ok is false when there is none.
func header(p *dissect.Packet, b []byte, wire int, id field.ID, tag uint8) (pdu common.Cursor, ok bool) {
	const headerLen = 8
	c := common.Read(p, b, wire)
	c.Uint16(id)
	length := int(c.U16())
	c.Skip(4)
	c = c.Sub(length - headerLen)
	if !c.More() {
		return c, false
	}
	t, pdu := c.Element()
	return pdu, t == tag && !pdu.Failed
}

func goose(p *dissect.Packet, b []byte, wire int) {
	pdu, ok := header(p, b, wire, fAppID, tagGOOSE)
	for n := 0; ok && pdu.More() && n < common.MaxItems; n++ {
		tag, v := pdu.Element()
		switch tag {
		case context:
			v.Text(fBlock, v.Wire)
		case context | 1:
			number(v, fLive)
		case context | 2:
			v.Text(fDataSet, v.Wire)
		case context | 3:
			v.Text(fID, v.Wire)
		case context | 5:
			number(v, fState)
		case context | 6:
			number(v, fSequence)
		case context | 7:
			if n := v.U8(); !v.Failed {
				p.Out.Bool(fSimulation, n != 0)
			}
		case context | 8:
			number(v, fRevision)
		}
	}
}

func sampled(p *dissect.Packet, b []byte, wire int) {
	pdu, ok := header(p, b, wire, fSampledAppID, tagSampled)
	for n := 0; ok && pdu.More() && n < common.MaxItems; {
		tag, v := pdu.Element()
		n++
		if tag != context|constructed|2 {
			continue
		}
		for ; v.More() && n < common.MaxItems; n++ {
			if tag, unit := v.Element(); tag == tagSequence {
				n += samples(unit, common.MaxItems-n)
			}
		}
	}
}

// samples reads a unit of samples, at most so many elements of it, and returns how many it had.
func samples(c common.Cursor, most int) (n int) {
	for ; c.More() && n < most; n++ {
		tag, v := c.Element()
		switch tag {
		case context:
			v.Text(fSampledID, v.Wire)
		case context | 1:
			v.Text(fSampledSet, v.Wire)
		case context | 2:
			number(v, fSampledCount)
		case context | 3:
			number(v, fSampledRevision)
		case context | 5:
			number(v, fSampledSync)
		}
	}
	return n
}

// number reads and writes an unsigned number of up to 32 bits, before which INTEGER may have a zero; a larger one is left out.
func number(v common.Cursor, id field.ID) {
	const most = 4
	if v.Wire == most+1 && len(v.B) > 0 && v.B[0] == 0 {
		v.Skip(1)
	}
	if v.Wire > 0 && v.Wire <= most {
		v.Number(id, v.Wire)
	}
}

// gooseSummary reads "IED1LD0/LLN0$GO$gcb1, state 5, sequence 255".
func gooseSummary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(dst, fBlock)
	for _, part := range [...]struct {
		lead string
		id   field.ID
	}{{", state ", fState}, {", sequence ", fSequence}} {
		if text, ok := v.Text(append(dst, part.lead...), part.id); ok {
			dst = text
		}
	}
	return dst
}

// sampledSummary reads "svid1, sample 258".
func sampledSummary(dst []byte, v dissect.View) []byte {
	dst, _ = v.Text(dst, fSampledID)
	if text, ok := v.Text(append(dst, ", sample "...), fSampledCount); ok {
		return text
	}
	return dst
}
