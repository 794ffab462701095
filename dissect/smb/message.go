// SPDX-License-Identifier: Apache-2.0

package smb

import (
	"bytes"
	"encoding/binary"

	"github.com/espbeat/espbeat/dissect"
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/dissect/nbss"
	"github.com/espbeat/espbeat/field"
)

const (
	headerLen = 32
	// maxChain bounds the commands of a message.
	maxChain = 16
	// What is remembered of a connection.
	maxTrees, maxFiles, maxRequests = 64, 256, 128
)

// Flags of a message ([MS-CIFS] 2.2.3.1).
const (
	flagResponse = 0x80

	flag2NTStatus = 0x4000
	flag2Unicode  = 0x8000
)

// tree is a share: a pipe's is the one for inter-process communication.
type tree struct {
	path string
	pipe bool
}

// file is the name by which a file was opened, and its path with the share.
type file struct{ name, path string }

// request is what a response is read by.
type request struct {
	share    string // that is connected
	file     file
	pipe     uint16
	transact bool // a pipe is written to and read from
}

// state is what is known of a connection.
type state struct {
	trees    Recent[uint16, tree]
	files    Recent[uint16, file]
	requests Recent[uint32, request] // by process and multiplex id
	// rawNTLM is set when the server's token was empty: those that follow are not wrapped.
	rawNTLM bool
}

func stateOf(s *nbss.Session) *state {
	if s != nil && s.SMB != nil {
		return s.SMB.(*state)
	}
	st := &state{trees: NewRecent[uint16, tree](maxTrees), files: NewRecent[uint16, file](maxFiles), requests: NewRecent[uint32, request](maxRequests)}
	if s != nil {
		s.SMB = st
	}
	return st
}

// message is one message while it is decoded.
type message struct {
	p        *dissect.Packet
	st       *state
	whole    common.Cursor // from the header on, which offsets count from
	response bool
	unicode  bool
	tid      uint16
	tree     tree // the zero value where its connection was not seen
	request  request
}

// block is one command's words and bytes.
type block struct {
	count int // words
	words common.Cursor
	bytes common.Cursor
	// end is where the bytes end, from the header on.
	end int
}

func decode(p *dissect.Packet, b []byte, wire int) {
	p.Truncated = p.Truncated || len(b) < wire
	p.Message(Protocol)
	if !p.Need(b, wire, headerLen) {
		if len(b) > 4 {
			p.Out.Uint(fCmd, uint64(b[4]))
		}
		return
	}
	session, o := nbss.Of(p), p.Out
	command, flags, flags2 := b[4], b[9], binary.LittleEndian.Uint16(b[10:])
	m := message{p: p, st: stateOf(session), whole: common.Read(p, b, wire), response: flags&flagResponse != 0, unicode: flags2&flag2Unicode != 0, tid: binary.LittleEndian.Uint16(b[24:])}
	pid, mid := binary.LittleEndian.Uint16(b[26:]), binary.LittleEndian.Uint16(b[30:])
	o.Uint(fCmd, uint64(command))
	o.Bool(fResponse, m.response)
	m.status(b[5:], flags2&flag2NTStatus != 0)
	o.Uint(fFlags, uint64(flags))
	o.Uint(fFlags2, uint64(flags2))
	o.Uint(fTID, uint64(m.tid))
	o.Uint(fPID, uint64(pid))
	o.Uint(fUID, uint64(binary.LittleEndian.Uint16(b[28:])))
	o.Uint(fMID, uint64(mid))
	m.tree, _ = m.st.trees.Get(m.tid)
	m.write(fPath, []byte(m.tree.path))
	key := uint32(pid)<<16 | uint32(mid)
	switch {
	case session == nil: // a datagram
	case m.response:
		answered.Response(p, p.Conversation, uint64(key))
		m.request, _ = m.st.requests.Get(key)
	case command != cmdNTCancel && command != cmdTransSecondary && command != cmdTrans2Secondary && command != cmdNTTransSecondary:
		common.Request(p, p.Conversation, uint64(key))
	}
	m.chain(command)
	if session != nil && !m.response {
		m.st.requests.Put(key, m.request)
	}
}

// status writes a status of Windows NT, or an error of DOS ([MS-CIFS] 2.2.2.4).
func (m *message) status(b []byte, nt bool) {
	if nt {
		code := binary.LittleEndian.Uint32(b)
		m.p.Out.Uint(fNTStatus, uint64(code))
		Status(m.p.Out, fStatus, code)
		return
	}
	m.p.Out.Uint(fClass, uint64(b[0]))
	m.p.Out.Uint(fCode, uint64(binary.LittleEndian.Uint16(b[2:])))
}

// isAndX reports whether a command's words begin with the next command and its offset.
func isAndX(command byte) bool {
	switch command {
	case cmdLockingAndX, cmdOpenAndX, cmdReadAndX, cmdWriteAndX, cmdSessionSetupAndX, cmdLogoffAndX, cmdTreeConnectAndX, cmdNTCreateAndX:
		return true
	}
	return false
}

// chain decodes the command, and those that its AndX leads to.
func (m *message) chain(command byte) {
	at := headerLen
	for range maxChain {
		c := m.at(at, m.whole.Wire-at)
		if c.Failed {
			return
		}
		k := block{count: int(c.U8())}
		k.words = c.Sub(2 * k.count)
		k.bytes = c.Sub(int(c.Little16()))
		k.end = m.whole.Wire - c.Wire
		next, offset := byte(noFurther), 0
		if isAndX(command) && k.count > 0 {
			next = k.words.Uint8(fCmd)
			k.words.Skip(1)
			offset = int(k.words.Little16())
		}
		if m.response {
			m.answer(command, &k)
		} else {
			m.ask(command, &k)
		}
		if next == noFurther || k.words.Failed {
			return
		}
		if offset <= at {
			m.p.Bad()
			return
		}
		command, at = next, offset
	}
}

// at is the part of the message at an offset from its header; of no length, or where the sender left it out, it is empty.
func (m *message) at(offset, length int) common.Cursor {
	c := m.whole
	if length == 0 {
		return common.Cursor{P: m.p, Failed: true}
	}
	if offset < headerLen || offset > c.Wire {
		m.p.Bad()
		return common.Cursor{P: m.p, Failed: true}
	}
	if offset > len(c.B) {
		m.p.Truncated = true
		return common.Cursor{P: m.p, Failed: true}
	}
	rest := common.Read(m.p, c.B[offset:], c.Wire-offset)
	return rest.Sub(length)
}

// text reads a text up to its zero, in Unicode where the message says so; end is where c ends, from the header on, because such texts begin at even
// places.
func (m *message) text(c *common.Cursor, end int) []byte {
	if !m.unicode {
		return ascii(c)
	}
	if (end-c.Wire)&1 != 0 {
		c.Skip(1)
	}
	n := 0
	for n+1 < len(c.B) && (c.B[n] != 0 || c.B[n+1] != 0) {
		n += 2
	}
	b := c.Bytes(n)
	if c.Wire > 0 && len(c.B) > 0 {
		c.Skip(min(2, len(c.B)))
	}
	return AppendUTF16(nil, b)
}

// ascii reads a text up to its zero; one that has none takes what there is.
func ascii(c *common.Cursor) []byte {
	n := bytes.IndexByte(c.B, 0)
	if n < 0 {
		return c.Bytes(len(c.B))
	}
	b := c.Bytes(n)
	c.Skip(1)
	return b
}

// write writes a text that is not empty.
func (m *message) write(id field.ID, text []byte) []byte {
	if len(text) > 0 {
		m.p.Out.Text(id, text)
	}
	return text
}

// about notes the file that the message is about; one that is not known says nothing.
func (m *message) about(f file) {
	m.request.file = f
	m.write(fFile, []byte(f.name))
	File(m.p.Out, f.path)
}

// named reads the name of a file, which the message is about from there on.
func (m *message) named(c *common.Cursor, end int) {
	name := m.text(c, end)
	m.about(file{name: string(name[:min(len(name), MaxPath)]), path: Join(m.tree.path, name)})
}

// file reads the id of a file, which the message is about.
func (m *message) file(c *common.Cursor) {
	id := c.Little16()
	if c.Failed {
		return
	}
	m.p.Out.Uint(fFID, uint64(id))
	m.request.pipe = id
	f, _ := m.st.files.Get(id)
	m.about(f)
}

// opened reads the id that a file has from now on.
func (m *message) opened(c *common.Cursor) {
	id := c.Little16()
	if c.Failed {
		return
	}
	m.p.Out.Uint(fFID, uint64(id))
	if m.request.file.name != "" {
		m.st.files.Put(id, m.request.file)
	}
}

// pipe hands data of a named pipe on.
func (m *message) pipe(offset, length int) {
	if c := m.at(offset, length); !c.Failed {
		Pipe(m.p, uint64(m.request.pipe), c.B, c.Wire)
	}
}

// Token hands a security token on: bare ones of NTLM, and those of GSS-API.
func Token(p *dissect.Packet, b []byte, wire int, raw bool) {
	if raw && bytes.HasPrefix(b, []byte("NTLMSSP")) {
		p.CallName("ntlmssp", b, wire)
		return
	}
	p.CallName("gss-api", b, wire)
}
