// SPDX-License-Identifier: Apache-2.0

package smb

import (
	"strings"

	"github.com/espbeat/espbeat/dissect/common"
)

// extendedSecurity is the capability of a server that sends a token instead of a challenge.
const extendedSecurity = 1 << 31

// ask decodes a command of a request ([MS-CIFS] 2.2.4).
func (m *message) ask(command byte, k *block) {
	w, b := &k.words, &k.bytes
	switch command {
	case cmdCreateDirectory, cmdDeleteDirectory, cmdOpen, cmdCreate, cmdDelete, cmdQueryInfo, cmdSetInfo, cmdCreateNew, cmdCheckDirectory:
		b.Skip(1) // the format, of text
		m.named(b, k.end)
	case cmdRename, cmdNTRename:
		b.Skip(1)
		m.named(b, k.end)
		b.Skip(1)
		m.write(fFile, m.text(b, k.end))
	case cmdSearch:
		b.Skip(1)
		m.write(fPattern, m.text(b, k.end))
	case cmdClose, cmdFlush, cmdRead, cmdWrite, cmdLock, cmdUnlock, cmdSeek, cmdSetInfo2, cmdQueryInfo2, cmdWriteAndClose, cmdLockingAndX, cmdReadAndX:
		m.file(w)
	case cmdWriteAndX:
		m.file(w)
		w.Skip(4 + 4 + 2 + 2 + 2) // offset, timeout, mode, what remains, the length's high half
		length, offset := int(w.Little16()), int(w.Little16())
		if m.tree.pipe && !w.Failed {
			m.pipe(offset, length)
		}
	case cmdOpenAndX:
		m.named(b, k.end)
	case cmdNTCreateAndX:
		m.named(b, k.end)
	case cmdTreeConnect:
		b.Skip(1)
		m.share(m.text(b, k.end))
	case cmdTreeConnectAndX:
		w.Skip(2) // flags
		b.Skip(int(w.Little16()))
		m.share(m.text(b, k.end))
	case cmdNegotiate:
		for n := 0; n < common.MaxItems && b.More(); n++ {
			b.Skip(1) // the format, of a dialect
			m.write(fDialect, ascii(b))
		}
	case cmdSessionSetupAndX:
		m.login(k)
	case cmdTrans, cmdTrans2, cmdNTTrans:
		m.transact(command, k)
	}
}

// login decodes a session setup's request: as LAN Manager has it, with extended security, as Windows NT has it.
func (m *message) login(k *block) {
	const lanManager, extended, nt = 10, 12, 13
	w, b := &k.words, &k.bytes
	w.Skip(2 + 2 + 2 + 4) // the largest buffer, the most requests, the connection, the session's key
	secrets := int(w.Little16())
	switch k.count {
	case extended:
		token := b.Sub(secrets)
		Token(m.p, token.B, token.Wire, m.st.rawNTLM)
	case nt:
		secrets += int(w.Little16())
		fallthrough
	case lanManager:
		b.Skip(secrets)
		common.User(m.p.Out, m.text(b, k.end))
		m.write(fDomain, m.text(b, k.end))
	default:
		return
	}
	m.system(k)
}

// system reads what a side says that it is.
func (m *message) system(k *block) {
	if k.bytes.More() {
		m.write(fOS, m.text(&k.bytes, k.end))
	}
	if k.bytes.More() {
		m.write(fLANMan, m.text(&k.bytes, k.end))
	}
}

// answer decodes a command of a response. Where it failed it has no words.
func (m *message) answer(command byte, k *block) {
	w, b := &k.words, &k.bytes
	m.about(m.request.file)
	if k.count == 0 {
		return
	}
	switch command {
	case cmdNegotiate:
		m.chosen(k)
	case cmdSessionSetupAndX:
		const extended = 4
		w.Skip(2) // the action
		if k.count == extended {
			token := b.Sub(int(w.Little16()))
			Token(m.p, token.B, token.Wire, m.st.rawNTLM)
		}
		m.system(k)
		if b.More() {
			m.write(fDomain, m.text(b, k.end))
		}
	case cmdTreeConnectAndX:
		m.connected(m.tid, string(ascii(b)))
	case cmdTreeConnect:
		w.Skip(2) // the largest buffer
		if id := w.Little16(); !w.Failed {
			m.connected(id, "")
		}
	case cmdOpen, cmdCreate, cmdCreateNew, cmdOpenAndX:
		m.opened(w)
		if command == cmdOpen || command == cmdOpenAndX {
			w.Skip(2 + 4) // attributes, time
			if size := w.Little32(); !w.Failed {
				FileSize(m.p.Out, uint64(size))
			}
		}
	case cmdNTCreateAndX:
		w.Skip(1) // the opportunistic lock
		m.opened(w)
		w.Skip(4 + 4*8 + 4 + 8) // what was done, times, attributes, allocation
		low, high := w.Little32(), w.Little32()
		w.Skip(2 + 2) // the type, the pipe's state
		if directory := w.U8(); !w.Failed && directory == 0 {
			FileSize(m.p.Out, uint64(high)<<32|uint64(low))
		}
	case cmdReadAndX:
		w.Skip(2 + 2 + 2) // what remains, compaction, reserved
		length, offset := int(w.Little16()), int(w.Little16())
		if m.tree.pipe && !w.Failed {
			m.pipe(offset, length)
		}
	case cmdTrans, cmdTrans2, cmdNTTrans:
		m.transacted(command, k)
	}
}

// share notes the share that is to be connected.
func (m *message) share(path []byte) {
	m.request.share = string(path[:min(len(path), MaxPath)])
	m.write(fPath, path)
}

// connected notes a share that is; service is its type, which may be unknown.
func (m *message) connected(id uint16, service string) {
	path := m.request.share
	if id != m.tid || m.tree.path == "" {
		m.write(fPath, []byte(path))
	}
	m.st.trees.Put(id, tree{path: path, pipe: service == "IPC" || strings.HasSuffix(strings.ToUpper(path), `\IPC$`)})
}

// chosen decodes a negotiation's response.
func (m *message) chosen(k *block) {
	const nt = 17
	w, b := &k.words, &k.bytes
	w.LittleNumber(fIndex, 2)
	if k.count != nt {
		return
	}
	w.Skip(1 + 2 + 2 + 4 + 4 + 4) // the mode, the most requests and connections, the largest buffers, the session's key
	caps := w.LittleNumber(fCaps, 4)
	w.Skip(8 + 2) // time, its zone
	challenge := int(w.U8())
	if caps&extendedSecurity != 0 {
		b.Skip(16) // the server's GUID
		m.st.rawNTLM = !b.Failed && b.Wire == 0
		if b.More() {
			Token(m.p, b.B, b.Wire, false)
		}
		return
	}
	b.Skip(challenge)
	if b.More() {
		m.write(fDomain, m.text(b, k.end))
	}
	if b.More() {
		m.write(fServer, m.text(b, k.end))
	}
}
