// SPDX-License-Identifier: Apache-2.0

package smb

import (
	"strings"

	"github.com/espbeat/espbeat/dissect/common"
)

// Functions of transactions ([MS-CIFS] 2.2.5 to 2.2.7).
const (
	pipeTransact = 0x26

	trans2Open            = 0
	trans2FindFirst       = 1
	trans2FindNext        = 2
	trans2QueryPath       = 5
	trans2SetPath         = 6
	trans2QueryFile       = 7
	trans2SetFile         = 8
	trans2CreateDirectory = 13
	trans2DFSReferral     = 16

	ntCreate        = 1
	ntIoctl         = 2
	ntSetSecurity   = 3
	ntNotify        = 4
	ntQuerySecurity = 6
)

// parts are where the parameters and the data of a transaction lie, from the header on.
type parts struct{ params, paramsLen, data, dataLen int }

// transact decodes a transaction's request.
func (m *message) transact(command byte, k *block) {
	w := &k.words
	if command == cmdNTTrans {
		w.Skip(1 + 2 + 4*4) // the most words, reserved, totals and limits
		lie := parts{}
		lie.paramsLen, lie.params = int(w.Little32()), int(w.Little32())
		lie.dataLen, lie.data = int(w.Little32()), int(w.Little32())
		w.Skip(1) // the number of words that follow
		function := w.LittleNumber(fFunction, 2)
		if !w.Failed {
			m.ntTransact(function, w, lie)
		}
		return
	}
	w.Skip(4*2 + 1 + 1 + 2 + 4 + 2) // totals and limits, reserved, flags, timeout, reserved
	lie := parts{}
	lie.paramsLen, lie.params = int(w.Little16()), int(w.Little16())
	lie.dataLen, lie.data = int(w.Little16()), int(w.Little16())
	w.Skip(1 + 1) // the number of words that follow, reserved
	if w.Failed {
		return
	}
	if command == cmdTrans2 {
		if function := w.LittleNumber(fTrans2, 2); !w.Failed {
			m.trans2(function, lie)
		}
		return
	}
	name := string(m.write(fTrans, m.text(&k.bytes, k.end)))
	upper := strings.ToUpper(name)
	switch {
	case strings.HasPrefix(upper, `\PIPE\`) && w.More():
		m.request.transact = w.LittleNumber(fPipe, 2) == pipeTransact
		if w.More() {
			m.file(w)
		}
		if m.request.transact {
			m.pipe(lie.data, lie.dataLen)
		}
	case upper == `\MAILSLOT\BROWSE`:
		m.call("browser", lie)
	case strings.HasPrefix(upper, `\MAILSLOT\NET\`), strings.HasPrefix(upper, `\MAILSLOT\TEMP\NETLOGON`):
		m.call("smb_netlogon", lie)
	}
}

// call hands the data of a transaction to another protocol.
func (m *message) call(name string, lie parts) {
	if c := m.at(lie.data, lie.dataLen); !c.Failed {
		m.p.CallName(name, c.B, c.Wire)
	}
}

// trans2 decodes the parameters of a transaction 2.
func (m *message) trans2(function uint64, lie parts) {
	c := m.at(lie.params, lie.paramsLen)
	if c.Failed {
		return
	}
	end := lie.params + lie.paramsLen
	switch function {
	case trans2Open:
		c.Skip(4*2 + 4 + 2 + 4 + 10) // flags, access, attributes, time, mode, allocation, reserved
		m.named(&c, end)
	case trans2FindFirst:
		c.Skip(4*2 + 4) // attributes, count, flags, level, storage
		m.write(fPattern, m.text(&c, end))
	case trans2QueryPath, trans2SetPath:
		c.Skip(2 + 4) // level, reserved
		m.named(&c, end)
	case trans2QueryFile, trans2SetFile:
		m.file(&c)
	case trans2CreateDirectory:
		c.Skip(4)
		m.named(&c, end)
	case trans2DFSReferral:
		c.Skip(2) // the latest version
		m.named(&c, end)
	}
}

// ntTransact decodes an NT transaction.
func (m *message) ntTransact(function uint64, setup *common.Cursor, lie parts) {
	switch function {
	case ntCreate:
		if c := m.at(lie.params, lie.paramsLen); !c.Failed {
			c.Skip(4*3 + 8 + 4*8 + 1) // flags, root, access, allocation, attributes, sharing, disposition, options, lengths, impersonation
			m.named(&c, lie.params+lie.paramsLen)
		}
	case ntIoctl, ntNotify:
		setup.Skip(4) // the function or the filter
		m.file(setup)
	case ntSetSecurity, ntQuerySecurity:
		if c := m.at(lie.params, lie.paramsLen); !c.Failed {
			m.file(&c)
		}
	}
}

// transacted decodes a transaction's response.
func (m *message) transacted(command byte, k *block) {
	if command != cmdTrans || !m.request.transact {
		return
	}
	w := &k.words
	w.Skip(3*2 + 3*2) // totals, reserved, the parameters
	length, offset := int(w.Little16()), int(w.Little16())
	if !w.Failed {
		m.pipe(offset, length)
	}
}
