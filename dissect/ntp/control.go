// SPDX-License-Identifier: Apache-2.0

package ntp

import (
	"github.com/espbeat/espbeat/dissect/common"
	"github.com/espbeat/espbeat/field"
)

// A control message (RFC 9327, 2) and a private one (ntpd's ntp_request.h):
//
//	0             1                  2          4        6        8        10
//	| LI VN mode  | R E M op-code 5  | sequence | status | assoc. | offset | count | data …
//
//	0             1            2      3         4                    6
//	| R M VN mode | A sequence | impl | request | error 4, items 12  | 4, size 12 | data …
var (
	ctrl    = field.Group("ntp.ctrl")
	fReply  = ctrl.Add("flags2.r", field.Bool, "ntp.ctrl.flags2.r", "Control: the message is a response")
	fError  = ctrl.Add("flags2.error", field.Bool, "ntp.ctrl.flags2.error", "Control: the response tells of an error", field.Rare, field.Sparse)
	fOpcode = ctrl.Add("flags2.opcode", field.Uint8, "ntp.ctrl.flags2.opcode", "Control: 1 read status, 2 read and 3 write variables, 4 read and 5 write clock variables, 6 set trap, 7 trap, 8 configure, 10 read MRU list, …")
	fCount  = ctrl.Add("count", field.Uint16, "ntp.ctrl.count", "Control: length of the data, bytes", field.Rare, field.Detail)

	priv    = field.Group("ntp.priv")
	fPReply = priv.Add("flags.r", field.Bool, "ntp.priv.flags.r", "Private: the message is a response")
	fPCode  = priv.Add("reqcode", field.Uint8, "ntp.priv.reqcode", "Private: what is asked for: 0 peer list, 4 system information, 20 and 42 list of clients (monlist), …")
	fPErr   = priv.Add("err", field.Uint8, "ntp.priv.err", "Private: error, 0 none", field.Rare, field.Detail)
	fPItems = priv.Add("numitems", field.Uint16, "ntp.priv.numitems", "Private: number of items", field.Rare, field.Detail)
)

// keyPrivate keeps the keys of private messages apart from the sequence numbers of control messages.
const keyPrivate = uint64(private) << 32

func decodeControl(c *common.Cursor) {
	flags := c.U8()
	if c.Failed {
		return
	}
	o, response := c.P.Out, flags&0x80 != 0
	o.Bool(fReply, response)
	o.Bool(fError, flags&0x40 != 0)
	o.Uint(fOpcode, uint64(flags&0x1f))
	sequence := c.U16()
	c.Skip(6) // status, association, offset
	c.Uint16(fCount)
	exchange(c, response, uint64(sequence))
}

func decodePrivate(c *common.Cursor, first uint8) {
	o, response := c.P.Out, first&0x80 != 0
	o.Bool(fPReply, response)
	c.Skip(2) // sequence, implementation
	code := c.Uint8(fPCode)
	items := c.U16()
	c.Skip(2) // the length of an item
	if c.Failed {
		return
	}
	o.Uint(fPErr, uint64(items>>12))
	o.Uint(fPItems, uint64(items&0xfff))
	exchange(c, response, keyPrivate|uint64(code))
}

// exchange ties the messages of a response, of which there may be many, to the last request of that key.
func exchange(c *common.Cursor, response bool, key uint64) {
	p := c.P
	switch {
	case c.Failed:
	case response:
		common.AnyResponse(p, p.Conversation, key)
	default:
		common.Repeatable(p, p.Conversation, key, 0)
	}
}
