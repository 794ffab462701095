// SPDX-License-Identifier: Apache-2.0

package smb2

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/smb"
)

// ask decodes a request ([MS-SMB2] 2.2), and remembers what its response is read by.
func (m *message) ask() {
	if m.command != cmdCancel && m.command != cmdBreak {
		common.Request(m.P, m.P.Conversation, m.id)
	}
	m.Skip(2) // the structure's size
	switch m.command {
	case cmdNegotiate:
		m.offer()
	case cmdSessionSetup:
		m.Skip(1) // flags
		m.Uint8(fMode)
		m.LittleNumber(fCaps, 4)
		m.Skip(4) // channel
		offset, length := int(m.Little16()), int(m.Little16())
		m.token(offset, length)
	case cmdTreeConnect:
		m.Skip(2) // flags
		offset, length := int(m.Little16()), int(m.Little16())
		if path := m.text(offset, length); len(path) > 0 {
			m.P.Out.Text(fTree, path)
			m.request.path = string(path[:min(len(path), smb.MaxPath)])
		}
	case cmdCreate:
		m.create()
	case cmdClose:
		m.Skip(6) // flags, reserved
		m.file()
	case cmdFlush:
		m.Skip(6) // reserved
		m.file()
	case cmdRead:
		m.Skip(2) // padding, flags
		m.LittleNumber(fRead, 4)
		m.offset()
		m.file()
	case cmdWrite:
		offset := int(m.Little16())
		length := int(m.LittleNumber(fWrite, 4))
		m.offset()
		m.file()
		m.pipe(offset, length)
	case cmdLock:
		m.Skip(6) // count, sequence
		m.file()
	case cmdIoctl:
		m.ioctl()
	case cmdFind:
		m.request.level = m.Uint8(fLevel)
		m.Skip(5) // flags, index
		m.file()
		offset, length := int(m.Little16()), int(m.Little16())
		if pattern := m.text(offset, length); len(pattern) > 0 {
			m.P.Out.Text(fPattern, pattern)
		}
	case cmdNotify:
		m.Skip(6) // flags, length
		m.file()
	case cmdGetInfo:
		m.request.class, m.request.level = m.Uint8(fClass), m.Uint8(fLevel)
		m.Skip(4 + 2 + 2 + 4 + 4 + 4)
		m.file()
	case cmdSetInfo:
		m.set()
	case cmdBreak:
		m.broken()
	}
	m.st.requests.Put(m.id, m.request)
}

// offset reads where a file is read or written.
func (m *message) offset() {
	if low, high := m.Little32(), m.Little32(); !m.Failed {
		m.P.Out.Uint(fOffset, uint64(high)<<32|uint64(low))
	}
}

// offer decodes a negotiation's request.
func (m *message) offer() {
	count := int(m.Little16())
	m.Uint8(fMode)
	m.Skip(3) // the mode's second byte, reserved
	m.LittleNumber(fCaps, 4)
	m.Hex(fClient, 16)
	contexts, n := int(m.Little32()), int(m.Little16())
	m.Skip(2)
	latest := uint64(0)
	for ; count > 0 && !m.Failed; count-- {
		latest = max(latest, m.LittleNumber(fDialect, 2))
	}
	if latest == dialect311 {
		m.contexts(contexts, n)
	}
}

// dialect311 is the one whose negotiation has contexts.
const dialect311 = 0x0311

// contexts reads the types of n contexts of a negotiation ([MS-SMB2] 2.2.3.1), each at a multiple of 8 bytes.
func (m *message) contexts(offset, n int) {
	if n == 0 {
		return
	}
	c := m.at(offset, m.whole.Wire-offset)
	for n = min(n, common.MaxItems); n > 0 && c.More(); n-- {
		c.LittleNumber(fContext, 2)
		length := int(c.Little16())
		c.Skip(4 + length)
		if n > 1 {
			c.Skip(-length & 7)
		}
	}
}

// create decodes a create's request ([MS-SMB2] 2.2.13).
func (m *message) create() {
	m.Skip(1) // security flags
	m.Uint8(fOplock)
	m.Skip(4 + 8 + 8) // impersonation, flags, reserved
	m.LittleNumber(fAccess, 4)
	m.Skip(4 + 4) // attributes, sharing
	m.LittleNumber(fWanted, 4)
	m.Skip(4) // options
	offset, length := int(m.Little16()), int(m.Little16())
	contexts, size := int(m.Little32()), int(m.Little32())
	name := m.text(offset, length)
	if len(name) > 0 {
		m.P.Out.Text(fFilename, name)
	}
	m.request.path = smb.Join(m.tree.path, name)
	smb.File(m.P.Out, m.request.path)
	m.createContexts(contexts, size)
}

// createContexts reads what comes with a create ([MS-SMB2] 2.2.13.2): tags, and leases.
func (m *message) createContexts(offset, size int) {
	c := m.at(offset, size)
	for n := 0; n < common.MaxItems && c.More(); n++ {
		one := c
		next := int(c.Little32())
		at, length := int(c.Little16()), int(c.Little16())
		c.Skip(2)
		data, dataLen := int(c.Little16()), int(c.Little32())
		if c.Failed {
			return
		}
		tag := part(one, at, length)
		if len(tag) > 0 && len(tag) <= 16 {
			m.P.Out.Text(fTag, common.AppendOctets(nil, tag))
		}
		m.createContext(string(tag), part(one, data, dataLen))
		if next == 0 {
			return
		}
		if next < 16 {
			m.P.Bad()
			return
		}
		c = one
		c.Skip(next)
	}
}

// createContext decodes a lease that is asked for or granted ([MS-SMB2] 2.2.13.2.8), and of Apple's extension the status of a file that is looked
// for by its number, the answer to its command 2.
func (m *message) createContext(tag string, data []byte) {
	const resolve = 2
	switch {
	case tag == "RqLs" && len(data) >= 20:
		m.P.Out.Bytes(fLeaseKey, data[:16])
		m.P.Out.Uint(fLease, little32(data[16:]))
	case tag == "AAPL" && m.response() && len(data) >= 12 && little32(data) == resolve:
		m.P.Out.Uint(fNTStatus, little32(data[8:]))
	}
}

// part is what was captured of the length bytes at an offset, nil when they lie outside.
func part(c common.Cursor, offset, length int) []byte {
	if length < 0 || length > len(c.B)-offset {
		return nil
	}
	return c.B[offset : offset+length : offset+length]
}

// ioctl decodes an ioctl's request ([MS-SMB2] 2.2.31).
func (m *message) ioctl() {
	m.Skip(2)                                        // reserved
	function := uint32(m.LittleNumber(fFunction, 4)) //nolint:gosec // four bytes
	m.file()
	offset, length := int(m.Little32()), int(m.Little32())
	if function == pipeTransceive {
		m.pipe(offset, length)
	}
}

// pipeTransceive writes to a pipe and reads its answer ([MS-FSCC] 2.3.44).
const pipeTransceive = 0x11c017

// set decodes a SetInfo's request ([MS-SMB2] 2.2.39).
func (m *message) set() {
	class, level := m.Uint8(fClass), m.Uint8(fLevel)
	length, offset := int(m.Little32()), int(m.Little16())
	m.Skip(2 + 4) // reserved, additional information
	m.file()
	c := m.at(offset, length)
	if class != classFile || c.Failed {
		return
	}
	switch level {
	case levelRename, levelLink:
		c.Skip(16) // whether to replace, reserved, the root's handle
		names(&c)
	case levelDisposition:
		m.P.Out.Bool(fDelete, c.U8() != 0)
	case levelEndOfFile:
		size(&c)
	}
}

// broken decodes what breaks an opportunistic lock or a lease, and its acknowledgement ([MS-SMB2] 2.2.23 to 2.2.25).
func (m *message) broken() {
	const oplock = headerLen + 24
	if m.whole.Wire == oplock {
		m.Uint8(fOplock)
		m.Skip(5)
		m.file()
		return
	}
	m.Skip(2 + 4) // the epoch or reserved, flags
	m.Hex(fLeaseKey, 16)
	m.LittleNumber(fLease, 4)
}
