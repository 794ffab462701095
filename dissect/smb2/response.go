// SPDX-License-Identifier: Apache-2.0

package smb2

import (
	"encoding/binary"
	"strings"

	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/smb"
)

// Classes of information ([MS-SMB2] 2.2.37) and levels of that about files ([MS-FSCC] 2.4).
const (
	classFile = 1

	levelDirectory     = 0x01
	levelFullDirectory = 0x02
	levelBothDirectory = 0x03
	levelStandard      = 0x05
	levelRename        = 0x0a
	levelLink          = 0x0b
	levelNames         = 0x0c
	levelDisposition   = 0x0d
	levelAll           = 0x12
	levelEndOfFile     = 0x14
	levelAlternateName = 0x15
	levelNetworkOpen   = 0x22
	levelIDBoth        = 0x25
	levelIDFull        = 0x26
	levelNormalized    = 0x30
)

// errorSize is the size of the structure that tells of an error ([MS-SMB2] 2.2.2), and of some responses.
const errorSize = 9

// said reports whether a response, whose structure has that size, is as its command has it; else it tells of an error.
func (m *message) said(structure uint16) bool {
	switch m.status {
	case statusSuccess:
		return true
	case statusMoreProcessing:
		return m.command == cmdSessionSetup
	case statusBufferOverflow:
		return m.command == cmdRead || m.command == cmdIoctl || m.command == cmdGetInfo
	}
	// Ioctls that fail may still have something to say.
	return m.command == cmdIoctl && structure != errorSize
}

// answer decodes a response.
func (m *message) answer() {
	if !m.said(m.Little16()) {
		return
	}
	switch m.command {
	case cmdNegotiate:
		m.chosen()
	case cmdSessionSetup:
		m.LittleNumber(fSesFlags, 2)
		offset, length := int(m.Little16()), int(m.Little16())
		m.token(offset, length)
	case cmdTreeConnect:
		const pipe = 2
		kind := m.Uint8(fShare)
		if m.Failed {
			return
		}
		path := m.request.path
		m.st.trees.Put(treeKey{m.session, m.treeID}, tree{path: path, pipe: kind == pipe || strings.HasSuffix(strings.ToUpper(path), `\IPC$`)})
	case cmdCreate:
		m.created()
	case cmdClose:
		m.Skip(2 + 4 + 4*8 + 8) // flags, reserved, times, allocation
	case cmdRead:
		offset := int(m.U8())
		m.Skip(1)
		length := int(m.Little32())
		m.pipe(offset, length)
	case cmdIoctl:
		m.Skip(2)                                        // reserved
		function := uint32(m.LittleNumber(fFunction, 4)) //nolint:gosec // four bytes
		m.Hex(fFID, len(fileID{}))
		m.Skip(4 + 4) // the input, which is not sent back
		offset, length := int(m.Little32()), int(m.Little32())
		if function == pipeTransceive {
			m.pipe(offset, length)
		}
	case cmdFind:
		m.listed()
	case cmdNotify:
		m.changed()
	case cmdGetInfo:
		m.told()
	case cmdBreak:
		m.broken()
	}
}

// chosen decodes a negotiation's response ([MS-SMB2] 2.2.4).
func (m *message) chosen() {
	m.Uint8(fMode)
	m.Skip(1)
	dialect := m.LittleNumber(fDialect, 2)
	n := int(m.Little16())
	m.Hex(fServer, 16)
	m.LittleNumber(fCaps, 4)
	m.Skip(3*4 + 2*8) // the largest sizes, times
	offset, length := int(m.Little16()), int(m.Little16())
	contexts := int(m.Little32())
	m.token(offset, length)
	if dialect == dialect311 {
		m.contexts(contexts, n)
	}
}

// created decodes a create's response ([MS-SMB2] 2.2.14).
func (m *message) created() {
	const directory = 0x10
	m.Uint8(fOplock)
	m.Skip(1) // flags
	m.LittleNumber(fDone, 4)
	m.Skip(4*8 + 8) // times, allocation
	low, high := m.Little32(), m.Little32()
	attributes := m.Little32()
	m.Skip(4)
	id := m.Bytes(len(fileID{}))
	offset, length := int(m.Little32()), int(m.Little32())
	if id == nil {
		return
	}
	if attributes&directory == 0 {
		smb.FileSize(m.P.Out, uint64(high)<<32|uint64(low))
	}
	m.P.Out.Bytes(fFID, id)
	if m.request.path != "" {
		m.st.files.Put(fileID(id), m.request.path)
	}
	m.createContexts(offset, length)
}

// part16 reads the offset and the length of what a response carries, of 2 and 4 bytes.
func (m *message) part16() common.Cursor {
	offset, length := int(m.Little16()), int(m.Little32())
	return m.at(offset, length)
}

// entry says where the length of a name stands in an entry of a listing, and where its name begins ([MS-FSCC] 2.4).
type entry struct{ length, name int }

var entries = map[uint8]entry{levelDirectory: {60, 64}, levelFullDirectory: {60, 68}, levelBothDirectory: {60, 94}, levelNames: {8, 12}, levelIDBoth: {60, 104}, levelIDFull: {60, 80}}

// listed decodes the names of files that a Find found.
func (m *message) listed() {
	if e, ok := entries[m.request.level]; ok {
		c := m.part16()
		chain(&c, e.name, func(c common.Cursor) {
			c.Skip(e.length)
			length := int(c.Little32())
			c.Skip(e.name - e.length - 4)
			name(&c, length)
		})
	}
}

// changed decodes the files that changed ([MS-FSCC] 2.7.1).
func (m *message) changed() {
	c := m.part16()
	chain(&c, 12, func(c common.Cursor) {
		c.Skip(4)
		c.LittleNumber(fAction, 4)
		names(&c)
	})
}

// chain calls f for each of the entries, which begin with the offset of the next one and have at least min bytes.
func chain(c *common.Cursor, minimum int, f func(c common.Cursor)) {
	for n := 0; n < common.MaxItems && c.More() && c.P.Need(c.B, c.Wire, minimum); n++ {
		next := int(binary.LittleEndian.Uint32(c.B))
		if next == 0 {
			f(*c)
			return
		}
		one := c.Sub(max(next, minimum))
		f(one)
	}
}

// names reads a length and a name.
func names(c *common.Cursor) { name(c, int(c.Little32())) }

// name reads a name of that many bytes.
func name(c *common.Cursor, length int) {
	if s := c.Sub(length); len(s.B) > 1 {
		c.P.Out.Text(fFilename, smb.AppendUTF16(nil, s.B))
	}
}

// size reads a file's size.
func size(c *common.Cursor) {
	if b := c.Bytes(8); b != nil {
		smb.FileSize(c.P.Out, binary.LittleEndian.Uint64(b))
	}
}

// told decodes names and sizes out of what is told of a file.
func (m *message) told() {
	c := m.part16()
	if m.request.class != classFile || c.Failed {
		return
	}
	const basic = 40
	switch m.request.level {
	case levelStandard:
		c.Skip(8) // allocation
		size(&c)
	case levelNetworkOpen:
		c.Skip(basic)
		size(&c)
	case levelAll:
		c.Skip(basic + 8)
		size(&c)
		c.Skip(8 + 8 + 4 + 4 + 8 + 4 + 4) // the rest of the standard information, index, attributes, access, position, mode, alignment
		names(&c)
	case levelAlternateName, levelNormalized:
		names(&c)
	}
}

func little32(b []byte) uint64 { return uint64(binary.LittleEndian.Uint32(b)) }
