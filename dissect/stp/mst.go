// SPDX-License-Identifier: Apache-2.0

package stp

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/field"
)

// What MSTP adds (IEEE 802.1Q, 14.4):
//
//	36                 38               39        71         73        89          93               101              102
//	| version 3 length | format selector | name 32 | revision | digest  | path cost | CIST bridge 8  | remaining hops | MSTI messages
//	MSTI: flags 1, regional root 8, path cost 4, bridge priority 1, port priority 1, remaining hops 1

const (
	versionLen = 2
	// cistLen is from the format selector to the remaining hops.
	cistLen, nameLen = 64, 32
	mstiLen          = 16
	// maxMSTI is how many instances fit into a frame (IEEE 802.1Q, 13.13).
	maxMSTI = 64
)

var (
	mst       = field.Group("mstp")
	fName     = mst.Add("config_name", field.Keyword, "mstp.config_name", "Name of the region")
	fRevision = mst.Add("config_revision_level", field.Uint16, "mstp.config_revision_level", "Revision of the region's configuration", field.Rare, field.Detail)
	fDigest   = mst.Add("config_digest", field.Hex, "mstp.config_digest", "Digest of the region's table of VLANs", field.Rare, field.Detail)
	fInternal = mst.Add("cist_internal_root_path_cost", field.Uint32, "mstp.cist_internal_root_path_cost", "Cost of the path to the regional root", field.Rare, field.Detail)
	fCISTPrio = mst.Add("cist_bridge.prio", field.Uint16, "mstp.cist_bridge.prio", "Priority of the bridge that sends", field.Rare, field.Detail)
	fCISTExt  = mst.Add("cist_bridge.ext", field.Uint16, "mstp.cist_bridge.ext", "System extension of the bridge that sends", field.Detail, field.Rare)
	fCIST     = mst.Add("cist_bridge.hw", field.MAC, "mstp.cist_bridge.hw", "Address of the bridge that sends")
	fHops     = mst.Add("cist_remaining_hops", field.Uint8, "mstp.cist_remaining_hops", "Hops that remain", field.Rare, field.Detail)

	msti      = field.Group("mstp.msti")
	fMSTIFlag = msti.Add("flags", field.Uint8, "mstp.msti.flags", "Flags of each instance's message", field.Detail, field.Rare)
	fMSTIPrio = msti.Add("priority", field.Uint16, "mstp.msti.priority", "Priority of each instance's regional root", field.Rare, field.Detail)
	fMSTI     = msti.Add("msti_id", field.Uint16, "mstp.msti.msti_id", "Each instance")
	fMSTIRoot = msti.Add("root.hw", field.MAC, "mstp.msti.root.hw", "Address of each instance's regional root")
	fMSTICost = msti.Add("root_cost", field.Uint32, "mstp.msti.root_cost", "Cost of the path to each instance's regional root", field.Rare, field.Detail)
	fMSTIHops = msti.Add("remaining_hops", field.Uint8, "mstp.msti.remaining_hops", "Hops that remain in each instance", field.Detail, field.Rare)
)

// multiple reads the version 3 part of the whole BPDU b, which has more than rapidLen bytes on the wire.
func multiple(p *dissect.Packet, b []byte, wire int) {
	if len(b) <= rapidLen {
		p.Truncated = true
		return
	}
	b, wire = b[rapidLen:], wire-rapidLen
	if !p.Need(b, wire, versionLen) {
		return
	}
	n := int(binary.BigEndian.Uint16(b))
	b, wire = b[versionLen:], wire-versionLen
	if n == 0 {
		return // Cisco's own older layout, and bridges that speak RSTP to the outside
	}
	if n < cistLen || n > wire {
		p.Bad()
		return
	}
	if !p.Need(b, wire, cistLen) {
		return
	}
	if name, _, _ := bytes.Cut(b[1:1+nameLen], []byte{0}); len(name) > 0 {
		p.Out.Text(fName, name)
	}
	p.Out.Uint(fRevision, uint64(binary.BigEndian.Uint16(b[33:])))
	p.Out.Bytes(fDigest, b[35:51])
	p.Out.Uint(fInternal, uint64(binary.BigEndian.Uint32(b[51:])))
	bridge{fCISTPrio, fCISTExt, fCIST}.put(p, b[55:])
	p.Out.Uint(fHops, uint64(b[63]))
	instances(p, b[cistLen:min(n, len(b))], n-cistLen)
}

func instances(p *dissect.Packet, b []byte, wire int) {
	for range maxMSTI {
		if wire < mstiLen || !p.Need(b, wire, mstiLen) {
			return
		}
		id := binary.BigEndian.Uint16(b[1:])
		p.Out.Uint(fMSTIFlag, uint64(b[0]))
		p.Out.Uint(fMSTIPrio, uint64(id&0xf000))
		p.Out.Uint(fMSTI, uint64(id&0x0fff))
		p.Out.MAC(fMSTIRoot, b[3:9])
		p.Out.Uint(fMSTICost, uint64(binary.BigEndian.Uint32(b[9:])))
		p.Out.Uint(fMSTIHops, uint64(b[15]))
		b, wire = b[mstiLen:], wire-mstiLen
	}
}
