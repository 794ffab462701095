// SPDX-License-Identifier: Apache-2.0

package smb2

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/nbss"
	"github.com/espbeat/espbeat/dissect/smb"
)

const (
	headerLen = 64
	// maxChain bounds the messages of a compound.
	maxChain = 64
	// What is remembered of a connection.
	maxTrees, maxFiles, maxRequests = 64, 256, 128
)

// Flags of a message ([MS-SMB2] 2.2.1).
const (
	flagResponse = 1 << iota
	flagAsync
	flagRelated
	flagSigned
)

// Statuses ([MS-ERREF] 2.3.1) with which a response says more than that it failed.
const (
	statusSuccess        = 0
	statusPending        = 0x00000103
	statusBufferOverflow = 0x80000005
	statusMoreProcessing = 0xc0000016
)

// treeKey names a tree: ids are the session's own.
type treeKey struct {
	session uint64
	id      uint32
}

// tree is a share: a pipe's is the one for inter-process communication.
type tree struct {
	path string
	pipe bool
}

// fileID is an SMB2_FILEID as it is sent.
type fileID [16]byte

// relatedTree stands for the tree of the message before, in a compound ([MS-SMB2] 3.2.4.1.4).
const relatedTree = 1<<32 - 1

// related stands for its file.
var related = fileID{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}

// request is what a response is read by.
type request struct {
	path         string // of the tree or the file
	pipe         uint64 // of the file's id, the half that is the connection's
	class, level uint8
}

// state is what is known of a connection.
type state struct {
	trees    smb.Recent[treeKey, tree]
	files    smb.Recent[fileID, string]
	requests smb.Recent[uint64, request]
}

// stateOf is the state of the packet's connection, a new one where it belongs to none.
func stateOf(p *dissect.Packet) *state {
	s := nbss.Of(p)
	if s != nil && s.SMB2 != nil {
		return s.SMB2.(*state)
	}
	st := &state{trees: smb.NewRecent[treeKey, tree](maxTrees), files: smb.NewRecent[fileID, string](maxFiles), requests: smb.NewRecent[uint64, request](maxRequests)}
	if s != nil {
		s.SMB2 = st
	}
	return st
}

// message is one message while it is decoded.
type message struct {
	common.Cursor // behind the header
	st            *state
	whole         common.Cursor // from the header on, which offsets count from
	command       uint16
	status, flags uint32
	id, session   uint64
	tree          tree
	treeKnown     bool
	treeID        uint32
	request       request
	// previous is the message before in a compound, nil for the first.
	previous *message
}

func (m *message) response() bool { return m.flags&flagResponse != 0 }

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Truncated = p.Truncated || len(b) < wire
	if len(b) < 4 {
		p.Need(b, wire, 4)
		return
	}
	switch b[0] {
	case 0xfd:
		sealed(p, b, wire)
		return
	case 0xfc:
		p.Message(Protocol)
		return
	}
	st := stateOf(p)
	var previous *message
	for n := 0; n < maxChain && wire > 0; n++ {
		if !p.Need(b, wire, headerLen) {
			return
		}
		next := int(binary.LittleEndian.Uint32(b[20:]))
		size := wire
		if next != 0 {
			if next < headerLen || next > wire {
				p.Bad()
				return
			}
			size = next
		}
		m := &message{st: st, whole: common.Read(p, b[:min(size, len(b))], size), previous: previous}
		m.decode(p)
		if next == 0 {
			return
		}
		if next >= len(b) {
			p.Truncated = true
			return
		}
		m.previous = nil // of the messages before, one is enough
		b, wire, previous = b[next:], wire-next, m
	}
}

// sealed decodes the header of an encrypted message ([MS-SMB2] 2.2.41).
func sealed(p *dissect.Packet, b []byte, wire int) {
	p.Message(Protocol)
	c := common.Read(p, b, wire)
	c.Skip(4 + 16 + 16 + 4 + 2 + 2)
	if id := c.Bytes(8); id != nil {
		session(p, binary.LittleEndian.Uint64(id))
		p.Out.Bool(fSealed, true)
	}
}

func session(p *dissect.Packet, id uint64) {
	var b [8]byte
	var text [2 + 16]byte
	binary.BigEndian.PutUint64(b[:], id)
	p.Out.Text(fSession, hex.AppendEncode(append(text[:0], "0x"...), b[:]))
}

// decode reads a header, which is there, and what follows it.
func (m *message) decode(p *dissect.Packet) {
	m.Cursor = m.whole
	p.Message(Protocol)
	h := m.Bytes(headerLen)
	m.status, m.command, m.flags = binary.LittleEndian.Uint32(h[8:]), binary.LittleEndian.Uint16(h[12:]), binary.LittleEndian.Uint32(h[16:])
	m.id, m.session = binary.LittleEndian.Uint64(h[24:]), binary.LittleEndian.Uint64(h[40:])
	p.Out.Uint(fCmd, uint64(m.command))
	p.Out.Bool(fResponse, m.response())
	p.Out.Uint(fFlags, uint64(m.flags))
	p.Out.Bool(fSigned, m.flags&flagSigned != 0)
	p.Out.Uint(fID, m.id)
	if m.flags&flagAsync != 0 {
		p.Out.Uint(fAsync, binary.LittleEndian.Uint64(h[32:]))
	} else {
		m.treeID = binary.LittleEndian.Uint32(h[36:])
		p.Out.Uint(fTID, uint64(m.treeID))
		m.tree, m.treeKnown = m.st.trees.Get(treeKey{m.session, m.treeID})
		if m.treeKnown && m.tree.path != "" {
			p.Out.String(fTree, m.tree.path)
		}
		if m.flags&flagRelated != 0 && m.treeID == relatedTree && m.previous != nil {
			m.tree, m.treeKnown = m.previous.tree, m.previous.treeKnown
		}
	}
	session(p, m.session)
	if !m.response() {
		m.ask()
		return
	}
	p.Out.Uint(fNTStatus, uint64(m.status))
	smb.Status(p.Out, fStatus, m.status)
	m.request, _ = m.st.requests.Get(m.id)
	if m.status == statusPending {
		common.Interim(p, p.Conversation, m.id)
	} else {
		answered.Response(p, p.Conversation, m.id)
	}
	if m.command == cmdCreate || m.command == cmdClose || m.command >= cmdFlush && m.command <= cmdLock || m.command == cmdIoctl || m.command >= cmdFind && m.command <= cmdSetInfo {
		smb.File(p.Out, m.request.path)
	}
	m.answer()
}

// at is the part of the message at an offset from its header; of no length, or where the sender left it out, it is empty.
func (m *message) at(offset, length int) common.Cursor {
	c := m.whole
	if length == 0 || m.Failed {
		return common.Cursor{P: c.P, Failed: true}
	}
	if offset < headerLen || offset > c.Wire {
		c.P.Bad()
		return common.Cursor{P: c.P, Failed: true}
	}
	if offset > len(c.B) {
		c.P.Truncated = true
		return common.Cursor{P: c.P, Failed: true}
	}
	rest := common.Read(c.P, c.B[offset:], c.Wire-offset)
	return rest.Sub(length)
}

// text is the UTF-16 at an offset from the header.
func (m *message) text(offset, length int) []byte {
	c := m.at(offset, length)
	if c.Failed {
		return nil
	}
	return smb.AppendUTF16(nil, c.B)
}

// token hands a security token on.
func (m *message) token(offset, length int) {
	if c := m.at(offset, length); !c.Failed {
		smb.Token(m.P, c.B, c.Wire, true)
	}
}

// pipe hands data of a named pipe on.
func (m *message) pipe(offset, length int) {
	if m.treeKnown && !m.tree.pipe {
		return
	}
	if c := m.at(offset, length); !c.Failed {
		smb.Pipe(m.P, m.request.pipe, c.B, c.Wire)
	}
}

// file reads a file id, and notes the file that it stands for.
func (m *message) file() {
	b := m.Bytes(len(fileID{}))
	if b == nil {
		return
	}
	m.P.Out.Bytes(fFID, b)
	id := fileID(b)
	m.request.pipe = binary.LittleEndian.Uint64(b[8:])
	if id == related {
		if m.previous != nil {
			m.request.path = m.previous.request.path
		}
	} else {
		m.request.path, _ = m.st.files.Get(id)
	}
	smb.File(m.P.Out, m.request.path)
}
