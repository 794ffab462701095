// SPDX-License-Identifier: Apache-2.0

package cip

import "github.com/espbeat/espbeat/dissect/common"

// open dissects the data of a Forward Open, whose parameters take twice as much where it is a large one.
func open(m common.Cursor, large bool) {
	parameters := 2
	if large {
		parameters = 4
	}
	m.Skip(2)
	m.LittleNumber(fOT, 4)
	m.LittleNumber(fTO, 4)
	identify(&m)
	m.Skip(4 + 2*(4+parameters)) // the time-out's multiplier, intervals and parameters of both directions
	transport := m.U8()
	words := int(m.U8())
	if m.Failed {
		return
	}
	m.P.Out.Uint(fTransport, uint64(transport&0xf))
	readPath(m.Sub(2 * words))
}

// identify reads what names a connection.
func identify(m *common.Cursor) {
	m.LittleNumber(fSerial, 2)
	m.LittleNumber(fVendor, 2)
	m.LittleNumber(fOrigin, 4)
}

// pccc dissects a command of PLC-5 and SLC controllers (Rockwell 1770-6.5.16), or its reply: who asks, the command, a status, a number, and the function of commands that have one.
func pccc(m common.Cursor, request bool) {
	m.Sub(int(m.U8()) - 1) // the requester, whose length counts itself
	command := m.Uint8(fCommand)
	m.Skip(1 + 2)
	switch command {
	case 0x06, 0x07, 0x0f:
		if request {
			m.Uint8(fFunction)
		}
	}
}
